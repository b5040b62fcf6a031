import { migrationForms } from './json-schema.ts';

/** A part of the schema, as far as the reference reads it. */
interface Part {
  readonly description?: string;
  readonly form?: string;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Part[];
  readonly anyOf?: readonly Part[];
  readonly additionalProperties?: Part | boolean;
  readonly items?: Part;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly type?: unknown;
  readonly $ref?: string;
}

const intro = `# Migration reference

Generated from the program's own schema by \`test/config/migration-reference.test.ts\`. A migration file says one job: where the
rows are, which mapping makes hits of them, and where they go. It is YAML; every scalar is the text as written, and a key that
is not known is an error.

\`\${env:NAME}\` inside a text is replaced late and never stored; in a \`{ }\` it stands in quotes. \`.env\` beside the file is
read, and the environment wins over it. Relative paths begin at the folder of the file. Durations have a unit, \`ms\`, \`s\`, \`m\`,
\`h\` or \`d\`, as \`1.5h\`; sizes one of \`B\`, \`KB\`, \`MB\`, \`GB\`, \`TB\` (powers of 1000) or \`KiB\`, \`MiB\`, \`GiB\`, \`TiB\`
(powers of 1024). The keys of [a mapping](mapping-reference.md) have a page of their own.`;

/** The reference of the migration file, in Markdown: every key with what may be written, its default and its meaning. */
export function migrationReference(): string {
  const sections = new Map<string, string>();
  collect(migrationForms() as Part, [], sections);
  const told = [...sections].map(([heading, table]) => `${heading}\n\n${table}`);
  return `${[intro, ...told].join('\n\n')}\n`;
}

/** Adds a section for the map and for each map below it. One that stands in several places alike is told once. */
function collect(part: Part, path: readonly string[], sections: Map<string, string>, only = ''): void {
  for (const branch of part.oneOf ?? []) {
    const kind = Object.entries(branch.properties ?? {}).find(([, member]) => member.const !== undefined);
    collect(branch, path, sections, kind === undefined ? '' : `, ${kind[0]}: ${kind[1].const}`);
  }
  const members = Object.entries(part.properties ?? {});
  if (members.length === 0) return;
  const level = '#'.repeat(Math.min(4, path.length + 1 + (only === '' ? 0 : 1)));
  const heading = path.length === 0 ? '## The keys' : `${level} \`${path.join('.')}${only}\``;
  const rows = members.map(([name, member]) => {
    const cells = [`\`${name}\``, formOf(member), defaultOf(member, part, name), member.description ?? ''];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  sections.set(heading, ['| key | is | default | means |', '|---|---|---|---|', ...rows].join('\n'));
  for (const [name, member] of members) collect(member, [...path, name], sections);
}

/** What may be written, with its bounds. */
function formOf(part: Part): string {
  if (part.form !== undefined) return part.form;
  if (part.const !== undefined) return code(String(part.const));
  if (part.enum !== undefined) {
    return part.enum.flatMap((word) => (typeof word === 'string' ? [code(word)] : [])).join(', ');
  }
  if (part.$ref !== undefined) return '[value](mapping-reference.md#a-value)';
  if (part.items !== undefined) return `list of ${formOf(part.items)}s`;
  if (part.oneOf !== undefined || part.properties !== undefined) return 'map';
  if (part.anyOf !== undefined) return part.anyOf.map(formOf).join(' or ');
  if (typeof part.additionalProperties === 'object') return `map of name to ${formOf(part.additionalProperties)}`;
  return 'text';
}

/** The default as it would be written; of a map whose keys have their own, nothing. */
function defaultOf(part: Part, holder: Part, name: string): string {
  if (holder.required?.includes(name) === true) return part.const === undefined ? '*required*' : '';
  const { default: otherwise } = part;
  if (otherwise === undefined || isEmpty(otherwise)) return '';
  return code(yaml(otherwise));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function yaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yaml).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, member]) => `${key}: ${yaml(member)}`)
    .join(', ')} }`;
}

function code(text: string): string {
  return `\`${text}\``;
}
