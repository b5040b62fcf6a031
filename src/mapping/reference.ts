import { columnNames } from '../adobe/columns.ts';
import { contextDataBytes } from '../adobe/limits.ts';
import { queryParameterNames } from '../adobe/query-parameters.ts';
import { mappingJsonSchema, testsJsonSchema } from '../config/json-schema.ts';
import { type MergedMaps, mergedMaps } from '../config/merged-maps.ts';
import { transformTable } from '../config/transform-schema.ts';
import { columnTable } from './reference-columns.ts';
import { codeTables } from './user-agent/codes.ts';
import { knownNames } from './user-agent/families.ts';
import { fixedVersions } from './user-agent/versions.ts';

/** A part of the schema, as far as the reference reads it. */
interface Part {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly additionalProperties?: Part | boolean;
  readonly anyOf?: readonly Part[];
  readonly enum?: readonly unknown[];
  readonly items?: Part;
  readonly $ref?: string;
}

const intro = `# Mapping reference

Generated from the program's own tables by \`test/mapping/reference.test.ts\`: the schema that editors complete by, the
compiler and this page say the same. A mapping file is YAML; every scalar is the text as written. A text that begins with
\`{\` or \`[\`, one with a colon and a blank, and inside \`{ }\` one with a comma, stands in quotes.

*Absent* is one thing: NULL, a missing JSON member and the empty text. \`0\` and \`false\` are present. A name is a column
of the source, or a dotted path into one that holds JSON; odd names are quoted: \`properties."[App] Page URL"\`. In a list
of \`{ key, value }\` a part of the path is a key, whose one value is taken; into any other list no path leads, not even where it
has one member: \`extract\` finds a member in its text, \`products\` has \`each\`, and a query takes rows apart. Whole mappings with their data stand in \`migrations-examples/\`.`;

/**
 * The reference of the mapping language, in Markdown: every key, transform, builder and column, made of the schema and the
 * tables that the compiler itself reads.
 */
export function mappingReference(): string {
  const schema = mappingJsonSchema() as unknown as Part & { readonly $defs: Readonly<Record<string, Part>> };
  const tests = testsJsonSchema() as unknown as typeof schema;
  const { stream, fileSet, value, condition, time, event } = schema.$defs as Record<string, Part>;
  const hit = stream?.properties?.['hit'];
  const builder = (name: string) => mapOf(hit?.properties?.[name]);
  const says = (name: string) => hit?.properties?.[name]?.description ?? '';
  const sections = [
    intro,
    '## A mapping file',
    keys(schema),
    'A stream merges over `defaults`, and a mapping over the one that it `extends`, key by key in ' +
      `${mergedNames().join(', ')}; everything else is replaced whole. A key of these that says \`null\`, without quotes, takes away ` +
      'what it inherits: `hit: { eVar5: null }`.',
    '### A variable',
    keys(schema.properties?.['variables']?.additionalProperties),
    '### A lookup',
    keys(schema.properties?.['lookups']?.additionalProperties),
    '### A file set',
    keys(fileSet),
    '## A stream',
    keys(stream),
    '### `window`',
    keys(stream?.properties?.['window']),
    '### `time`',
    'A value that is read as an instant: all tails of a value, and',
    keys(without(mapOf(time), Object.keys(mapOf(value)?.properties ?? {}))),
    '## A value',
    value?.description ?? '',
    keys(mapOf(value)),
    '## A condition',
    `${condition?.description ?? ''} A column's test is a text, a list of texts, or a map of the tests below; absent equals nothing.`,
    keys(condition),
    'Tests of a column:',
    keys(mapOf(condition?.additionalProperties as Part)),
    '## Transforms',
    'They act in order, and on each member after a split. No transform sees an absent value; in a list, members that become absent go.',
    transforms(),
    '## Builders',
    '### `events`',
    says('events'),
    keys(mapOf(event)),
    'Numbers are exact, however many digits they have. An event whose number is absent, negative or none is not sent; of two ' +
      'entries of one event the first stays; an id that is not letters and digits is left out; a name that Adobe does not know goes. ' +
      'All of it is counted. Which events may hold decimals only the report suite knows: `target.suite.numericEvents`.',
    '### `products`',
    `${says('products')} Separators inside values become blanks; finished entries stand in a stable order.`,
    keys(builder('products')),
    'A line is `quantity` × `unitPrice`, computed exactly and rounded half-even to the digits of the currency of the row, or of ' +
      '`target.suite.currency`. Without `quantity` a price is of one piece; a quantity that is not whole is left out, its line is not; ' +
      'a total below zero, of which Adobe says nothing, is left out and counted: the amount of a refund can be the value of an event. ' +
      'Events of products are listed in `events` too, without their number, which would win over those of the products.',
    '### `userAgent`',
    says('userAgent'),
    keys(builder('userAgent')),
    `Versions that the source does not tell: ${Object.entries(fixedVersions)
      .map(([family, version]) => `${family} ${version}`)
      .join(', ')}. They never change. Which of \`real\`, \`synthetic\`, \`constant\` it was is counted.`,
    `Names that are understood, whatever their case and punctuation: ${Object.entries(knownNames)
      .map(([part, names]) => `${part}: ${names.join(', ')}`)
      .join('; ')}. Where none can be told of browser, system and device, the row is rejected.`,
    'Only digits of the source get into one that is written, so that it never looks like a robot. Take its parts from the visit, not ' +
      'from the action: a visitor without an id of its own is told by address and user agent.',
    ...codes(),
    '### `queryString`',
    `${says('queryString')} Names, besides \`c.KEY\` of context data:`,
    parameters(),
    'Each value is tidied as its column would be, then fully encoded. A parameter whose column the stream maps too is refused, since ' +
      'the column wins; so is a second one of one column, whatever the case of a context data key; so are those that say who, when or which link, which only columns may.',
    'A whole query is tidied alike; values in a character set that it names (`ce`) become UTF-8. What only columns may say, `events`, `products` and `cc` too, is left out of it, and counted: take it ' +
      'out with `queryParam`. A row whose query names a link (`pe`, `pev2`) and whose columns name none is rejected as `page or link`, since without ' +
      'its link it would be a page view: `linkType: { from: query, then: [{ queryParam: pe }] }`, and `linkName` from `pev2`.',
    '### `customerID.TYPE.…`',
    '`customerID.TYPE.id`, `.authState` and `.isMCSeed`, for each type; the case of TYPE counts. One type is provisioned by Adobe as ' +
      'the seed of the visitor id: say it in `target.suite.seed`, and mark it: `customerID.crm.isMCSeed: { const: 1 }`. Where the ' +
      'mark is 1, the ID is the visitor, before `visitorID`. Adobe ignores the mark of any other type: `check` warns of it. In a ' +
      'row without the ID its state and mark are left out, and counted.',
    '### `hints.NAME`, `contextData.KEY`',
    'Written out one by one, each a value, since the header is fixed when the mapping compiles. Names of hints: ' +
      `${columnNames()
        .flatMap((name) => (name.startsWith('hints.') ? [`\`${name.slice('hints.'.length)}\``] : []))
        .join(
          ' ',
        )}. A KEY is letters, digits, underscores and periods, whatever its case; keys and values of a row are at most ` +
      `${contextDataBytes} bytes together; in the order of the file, what does not fit any more is left out, and counted.`,
    "## Adobe's columns",
    'Every value is tidied: blanks around it go, control characters and line breaks become a blank, a value that begins with ' +
      '`D=` (which Adobe would run as a dynamic variable) becomes `d=`, then as the table says, then its bytes are limited. ' +
      'What is cut, mended, emptied or left out is counted by column and reason.',
    ['| column | in `queryString` | bytes | tidied | Adobe docs |', '|---|---|---|---|---|', ...columnTable()].join(
      '\n',
    ),
    '## Tests',
    'Beside `matomo.yaml` stands `matomo.test.yaml`; `bdia-migrate test` runs it, without a source. It is a list of tests, or a ' +
      'map with what they have in common.',
    '### A test',
    keys(tests.$defs['test']),
    '### What tests have in common',
    keys(mapOf(tests)),
    '### `suite`',
    'As `target.suite` of a migration says it.',
    keys(mapOf(tests)?.properties?.['suite']),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** Where maps merge by key, as paths. */
function mergedNames(maps: MergedMaps = mergedMaps, above = ''): string[] {
  return Object.entries(maps).flatMap(([key, inner]) => {
    const path = `${above}${key === '*' ? '<name>' : key}`;
    return [...(key === '*' ? [] : [`\`${path}\``]), ...mergedNames(inner, `${path}.`)];
  });
}

/** The branch of a part that is a map with keys. */
function mapOf(part: Part | undefined): Part | undefined {
  if (part?.properties !== undefined) return part;
  return part?.anyOf?.find((branch) => branch.properties !== undefined);
}

function without(part: Part | undefined, names: readonly string[]): Part {
  const kept = Object.entries(part?.properties ?? {}).filter(([name]) => !names.includes(name));
  return { properties: Object.fromEntries(kept) };
}

function keys(part: Part | boolean | undefined): string {
  const entries = typeof part === 'object' ? Object.entries(part.properties ?? {}) : [];
  const lines = entries.map(([name, { description, enum: words }]) => {
    const choice =
      words === undefined
        ? ''
        : `${words
            .filter((word) => typeof word === 'string')
            .map((word) => `\`${word}\``)
            .join(' ')}. `;
    return `| \`${name}\` | ${cell(choice + (description ?? ''))} |`;
  });
  return ['| key | means |', '|---|---|', ...lines].join('\n');
}

function transforms(): string {
  const lines = Object.entries(transformTable).map(([name, { bare, takes, says, example }]) => {
    const [argument, from, to] = example;
    const written = argument === null ? name : `{ ${name}: ${yaml(argument)} }`;
    const forms = [bare ? `\`${name}\`` : '', takes === null ? '' : `\`{ ${name}: … }\``].filter((form) => form !== '');
    const result = typeof to === 'string' ? code(to) : to.map(code).join(', ');
    return `| ${forms.join(' ')} | ${cell(says)} | ${code(written)}: ${code(from)} → ${result} |`;
  });
  return ['| transform | gives | example |', '|---|---|---|', ...lines].join('\n');
}

function codes(): string[] {
  return Object.entries(codeTables).flatMap(([name, table]) =>
    Object.entries(table).map(
      ([part, names]) =>
        `\`codes: ${name}\`, ${part}: ${Object.entries(names)
          .map(([short, long]) => `\`${short}\` ${long}`)
          .join(', ')}.`,
    ),
  );
}

function parameters(): string {
  // The numbered families are in the table of columns.
  const names = queryParameterNames().filter((name) => !/^[vclh]\d+$/.test(name));
  return `${names.map((name) => `\`${name}\``).join(' ')}, and those of \`eVarN\`, \`propN\`, \`listN\`, \`hierN\` (\`vN\`, \`cN\`, \`lN\`, \`hN\`).`;
}

function yaml(argument: unknown): string {
  if (typeof argument === 'string') return JSON.stringify(argument);
  if (Array.isArray(argument)) return `[${argument.map(yaml).join(', ')}]`;
  const parts = Object.entries(argument as object).map(
    ([key, part]) => `${/^\d/.test(key) ? `"${key}"` : key}: ${yaml(part)}`,
  );
  return `{ ${parts.join(', ')} }`;
}

function code(text: string): string {
  return text === '' ? 'absent' : `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
