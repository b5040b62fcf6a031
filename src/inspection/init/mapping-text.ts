import type { ColumnFacts } from './column-facts.ts';
import type { Draft } from './draft.ts';
import type { DraftSkips } from './draft-column.ts';
import { comment, inlineYaml, remarked } from './yaml-lines.ts';

const mostEVars = 250;

/** The text of a drafted mapping. What became nothing stands in it too, behind `#`. */
export function mappingText(
  draft: Draft,
  { name, engine, schema }: Readonly<Record<'name' | 'engine' | 'schema', string>>,
) {
  const { stream, hit, query, files, key, window } = draft;
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    '#',
    ...comment(
      `Drafted by bdia-migrate init from ${draft.of}. A draft is a guess: read each line, then look at what it makes of rows: bdia-migrate preview.`,
    ),
    ...draft.remarks.flatMap((remark) => comment(`- ${remark}`)),
    `mapping: ${inlineYaml(name)}`,
    `engine: ${engine}`,
    ...(files === null ? [] : [`files: { ${inlineYaml(stream)}: ${inlineYaml(files)} }`]),
    '',
    'streams:',
    `  ${inlineYaml(stream)}:`,
    ...(query === null ? [] : ['    query: |', ...query.split('\n').map((line) => `      ${line}`)]),
    ...(files === null ? [] : [`    rows: ${inlineYaml(stream)}`]),
    ...(key === null ? [] : remarked(`    key: ${inlineYaml(key)}`, 'tells rows of one instant apart')),
    ...remarked(`    time: ${inlineYaml(draft.timeSpec)}`, unsure(draft.time)),
    ...(window === null ? [] : [`    window: ${inlineYaml(window)}`]),
    ...skipLines(hit.skips),
    '    hit:',
    ...hit.columns.flatMap((made) => remarked(`      ${made.column}: ${inlineYaml(made.value)}`, unsure(made))),
    ...unmappedLines(hit.unmapped),
  ];
  return `${lines.join('\n')}\n`;
}

function unsure({ doubts }: { readonly doubts: readonly string[] }): string {
  return doubts.length === 0 ? '' : `unsure: ${doubts.join('; ')}`;
}

/** As they are when their `# ` is taken away. */
function skipLines(skips: DraftSkips): string[] {
  const rules = Object.entries(skips);
  if (rules.length === 0) return [];
  return [
    ...comment(
      'Rows that seem to be no page and no link: take `# ` away from the lines up to hit: to leave them out.',
      '    ',
    ),
    '    # skip:',
    ...rules.map(([name, rule]) => `    #   ${inlineYaml(name)}: ${inlineYaml(rule)}`),
  ];
}

function unmappedLines(unmapped: readonly ColumnFacts[]): string[] {
  const indent = '      ';
  const filled = unmapped.filter((facts) => facts.filled > 0);
  const empty = unmapped.filter((facts) => facts.filled === 0).map(({ name }) => name);
  const asking = 'Not mapped yet. Ask whoever set the report suite up which eVar or prop each is, or leave it out:';
  return [
    ...(filled.length === 0 ? [] : comment(asking, indent)),
    ...filled.flatMap(({ name, example }, at) => {
      const column = at < mostEVars ? `eVar${at + 1}: ` : '';
      return remarked(`${indent}# ${column}${inlineYaml(name)}`, example === null ? '' : `such as ${example}`);
    }),
    ...(empty.length === 0 ? [] : comment(`Empty in the sample: ${empty.join(', ')}`, indent)),
  ];
}
