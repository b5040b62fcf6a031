import type { AdobeColumn } from './column.ts';
import { limitWords, listedColumns } from './columns-listed.ts';
import { type AdobeRule, adobeRules, rulesOfKind } from './rules.ts';
import { commerceRules } from './rules-commerce.ts';
import { fileRules } from './rules-file.ts';
import { formRules } from './rules-form.ts';
import { rowRules } from './rules-row.ts';
import { valueRules } from './rules-value.ts';

const intro = `# Adobe's rules

Generated from \`src/adobe/rules*.ts\` by \`test/adobe/rules.test.ts\`: the linter, the mapper and this page name the same
rules. Each was found on the page of Adobe's documentation that stands beside it; BDIA is the Bulk Data Insertion API.

**If broken.** *File rejected*: nothing of the file is taken. *Row skipped*: that row is not, the others are. *Hit dropped*,
*value cut*, *value misread*, *value lost*: no answer of Adobe's ever tells. **Sure.** *Documented*: on Adobe's pages today.
*Likely*: on older pages, or what follows from others. *Unsure*: on none. The linter calls findings of unsure rules, and of those
that harm only *where* something is so that no file shows, \`unsure\`; but for rules of whole files, where it assumes the worst.

**Done** is what happens before Adobe sees the data. *Refused*: the mapping or the migration does not compile. *Mended*, *cut*,
*emptied*, *left out*: the value, counted by column and reason. *Rejected*: the row becomes no hit, counted by reason, and kept.
*Warned*: \`check\` or \`lint\` tells. *Written so*: files cannot be written otherwise.`;

/** The table of rules in Markdown, and the columns with the rules that their values are held to. */
export function rulesReference(): string {
  const sections = [
    intro,
    '## Files',
    table(fileRules),
    '## Rows',
    table(rowRules),
    '## Orders',
    table(commerceRules),
    '## Values',
    table(valueRules),
    '## Forms',
    table(formRules),
    '## Columns',
    `The bytes that Adobe keeps (\`byte-limit\`) and the rules of each column's form. Every text is held to \`control-character\` and \`dynamic-variable\` too.`,
    ['| column | bytes | rules |', '|---|---|---|', ...columnLines()].join('\n'),
  ];
  return `${sections.join('\n\n')}\n`;
}

function table(rules: readonly Pick<AdobeRule, 'id'>[]): string {
  const ids = new Set(rules.map(({ id }) => id));
  const lines = adobeRules
    .filter(({ id }) => ids.has(id))
    .map(({ id, says, class: broken, where, certainty, done, settings = [], source }) => {
      const decided = settings.map((setting) => `\`${setting.replaceAll('|', '\\|')}\``).join(', ');
      return `| \`${id}\` | ${says} | ${where === undefined ? broken : `${broken}, where ${where}`} | ${certainty} | ${done.join(', ')} | ${decided} | ${source} |`;
    });
  return [
    '| rule | asks | if broken | sure | done | settings | Adobe docs |',
    '|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function columnLines(): string[] {
  return listedColumns().map(({ column, shown }) => {
    const rules = formsOf(column).map((id) => `\`${id}\``);
    return `| ${shown} | ${limitWords(column)} | ${rules.join(', ')} |`;
  });
}

/** The rules of a column's form: a URL is held to that of its own column. */
function formsOf({ name, kind, family }: AdobeColumn): string[] {
  const rules = rulesOfKind(kind);
  if (kind === 'url') return name === 'referrer' ? ['referrer'] : name === 'pageURL' ? ['page-url'] : [];
  return family === 'list' ? rules : rules.filter((id) => id !== 'list-value-limit');
}
