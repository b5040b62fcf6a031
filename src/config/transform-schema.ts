import { z } from 'zod';
import { curable, oneOf } from './parse-node.ts';
import { saidElsewhere } from './said-elsewhere.ts';

/** Every scalar of our YAML is the text as written. */
const text = z.string();
const texts = oneOf([text, z.array(text)], { error: 'a text or a list of texts' });

/** What can be redacted, and what stands in its place. */
export const redactions = { email: '(email)', card: '(card)', ip: '(ip)' } as const;
/** A kind of personal data that `redact` finds. */
export type Redaction = keyof typeof redactions;
const redaction = z.enum(Object.keys(redactions) as [Redaction, ...Redaction[]]);

/** One transform of the language. */
interface TransformEntry {
  /** Whether its name alone is enough. */
  readonly bare: boolean;
  /** What it takes as arguments; `null` where it has none. */
  readonly takes: z.ZodType | null;
  /** What it gives, and when it gives nothing. */
  readonly says: string;
  /** An argument (`null`: the name alone), a text, and what becomes of it; a list after `feedEvents` and `split`. */
  readonly example: readonly [argument: unknown, from: string, to: string | readonly string[]];
}

/**
 * Every transform, in the order in which they are explained. The schema, the compiler, the editor's completion and the
 * reference in docs/ are all made of this table.
 */
export const transformTable = {
  lower: {
    bare: true,
    takes: null,
    says: "Unicode's lower case, the same in every locale.",
    example: [null, 'ÄB1', 'äb1'],
  },
  upper: {
    bare: true,
    takes: null,
    says: "Unicode's upper case, the same in every locale; may be longer.",
    example: [null, 'straße', 'STRASSE'],
  },
  htmlUnescape: {
    bare: true,
    takes: null,
    says: 'Named entities of HTML 4, `&apos;` and numbers become their characters, once; unknown ones stay.',
    example: [null, 'A &amp; B &#8364;', 'A & B €'],
  },
  stripTags: {
    bare: true,
    takes: null,
    says: 'Takes HTML tags, comments, scripts and styles out; a block or line break leaves a blank. Absent where no text is left.',
    example: [null, '<p>1 < 2</p><p><b>bo</b>ld</p>', '1 < 2 bold'],
  },
  urlDecode: {
    bare: true,
    takes: null,
    says: '`+` is a blank and percent codes are UTF-8; codes that are not stay as written.',
    example: [null, 'caf%C3%A9+100%', 'café 100%'],
  },
  nullIf: {
    bare: false,
    takes: texts,
    says: 'Absent where the text is exactly one of these, case included.',
    example: [['xx', '-'], 'xx', ''],
  },
  replace: {
    bare: false,
    takes: z.strictObject({ match: text, with: text }),
    says: 'Every match of a regular expression replaced; `$1`, `$<name>` and `$&` are what was matched, `$$` a dollar sign.',
    example: [{ match: '^www\\.', with: '' }, 'www.example.com', 'example.com'],
  },
  extract: {
    bare: false,
    takes: text,
    says: 'The first group of the first match of a regular expression, or the match of one without groups. Absent without a match.',
    example: ['/p/(\\d+)', '/p/12/x', '12'],
  },
  split: {
    bare: false,
    takes: text,
    says: 'Into members at this plain text, each trimmed, empty ones dropped; what follows acts on each member.',
    example: [',', 'a, b,,c', ['a', 'b', 'c']],
  },
  pick: {
    bare: false,
    takes: text,
    says: 'One member of a list: 1 is the first, -1 the last. Absent where there is none.',
    example: ['-1', 'a,b', 'b'],
  },
  map: {
    bare: false,
    takes: z.record(text, text),
    says: 'The value of exactly this key. Absent where there is no such key.',
    example: [{ '1': 'one' }, '1', 'one'],
  },
  lookup: {
    bare: false,
    takes: text,
    says: '`<lookup>.<column>`: the value in the row of a lookup whose key is the text. Absent where there is none.',
    example: ['goals.event', '3', 'event30'],
  },
  alnum: {
    bare: true,
    takes: null,
    says: 'Keeps letters A–Z, a–z and digits, as visitor ids need it. Absent where none is left.',
    example: [null, '550e8400-e29b', '550e8400e29b'],
  },
  hash: {
    bare: true,
    takes: z.strictObject({
      algorithm: z.enum(['md5', 'sha1', 'sha256']).optional(),
      length: text.optional(),
      salt: text.optional(),
    }),
    says: 'Hex digits of the digest of salt and text: SHA-256 and 32 digits where nothing else is said. `salt` names a variable of type `secret`.',
    example: [{ algorithm: 'md5', length: '8' }, 'abc', '90015098'],
  },
  maskIp: {
    bare: true,
    takes: text,
    says: 'Zeroes the last 1, 2 or 3 bytes of an IPv4 address, the last 64, 80 or 104 bits of an IPv6 one, as Matomo does. Absent where the text is no address. Default: 1.',
    example: [null, '203.0.113.77', '203.0.113.0'],
  },
  firstForwarded: {
    bare: true,
    takes: null,
    says: 'The first public address of an X-Forwarded-For header; ports, private addresses and words are passed over. Absent where there is none.',
    example: [null, 'unknown, 10.0.0.4, 203.0.113.77:4711, 198.51.100.1', '203.0.113.77'],
  },
  host: {
    bare: true,
    takes: null,
    says: 'The host of a URL in lower case, without user and port. Absent where the text is no URL.',
    example: [null, 'https://www.Example.com:8080/a', 'www.example.com'],
  },
  path: {
    bare: true,
    takes: null,
    says: 'The path of a URL, or of a text that begins with `/`, as written. Absent for other texts.',
    example: [null, 'https://example.com/a/b?x=1#y', '/a/b'],
  },
  queryParam: {
    bare: false,
    takes: text,
    says: 'The first value of a parameter of a URL or a bare query, decoded. Absent where there is none.',
    example: ['utm_source', 'https://example.com/?utm_source=news+letter', 'news letter'],
  },
  keepParams: {
    bare: false,
    takes: z.array(text),
    says: 'Takes all other parameters out of the query of a URL; the rest stays byte for byte.',
    example: [
      ['q', 'page'],
      'https://example.com/s?q=a%20b&sid=77&page=2#top',
      'https://example.com/s?q=a%20b&page=2#top',
    ],
  },
  dropParams: {
    bare: false,
    takes: z.array(text),
    says: 'Takes these parameters out of the query of a URL; the rest stays byte for byte.',
    example: [['sid'], 'https://example.com/s?sid=77#top', 'https://example.com/s#top'],
  },
  number: {
    bare: true,
    takes: z.strictObject({ decimal: text.optional(), group: text.optional() }),
    says: 'The plain decimal of a number as people write it, by its decimal and group marks. Absent where it is none.',
    example: [{ decimal: ',', group: '.' }, '-1.234,50', '-1234.5'],
  },
  multiply: {
    bare: false,
    takes: text,
    says: 'The exact product with a decimal. Absent where the text is no number.',
    example: ['0.01', '1999', '19.99'],
  },
  round: {
    bare: true,
    takes: text,
    says: 'At most so many digits after the point, a half to the even neighbour. Absent where the text is no number. Default: 0.',
    example: ['2', '0.125', '0.12'],
  },
  redact: {
    bare: true,
    takes: oneOf(
      [redaction, z.array(redaction).min(1, curable('is empty', 'name what is redacted, or write redact alone'))],
      {
        error: `one of ${Object.keys(redactions).join(', ')}, or a list of them`,
      },
    ),
    says: 'Puts `(email)`, `(card)` and `(ip)` in place of mail addresses, payment card numbers and IP addresses, in plain text and in URLs. Default: all of them.',
    example: ['email', '/reset?for=jo%2Bnews%40example.com&x=1', '/reset?for=(email)&x=1'],
  },
  feedEvents: {
    bare: true,
    takes: null,
    says: 'The names in an `event_list` of an Adobe data feed, with their numbers; what Adobe derives itself (instances of eVars, campaign views) is left out. A list: what follows acts on each. An id that it does not know stays, for `events` to count.',
    example: [null, '1,100,200,205=2.5,20100', ['purchase', 'event1', 'event6=2.5', 'event101']],
  },
  feedProducts: {
    bare: true,
    takes: null,
    says: 'The `product_list` of an Adobe data feed in the grammar of `products`: escaped separators become blanks, ids of events and merchandising eVars their names, empty entries go. One without a product stays, and so does an eVar that it does not know, for `products` to count. Absent where none is left.',
    example: [null, ';Tea^, green;2;9.98;200=1;101=can', ';Tea green;2;9.98;event1=1;eVar1=can'],
  },
} as const satisfies Readonly<Record<string, TransformEntry>>;

type Table = typeof transformTable;
/** The name of a transform. */
export type TransformName = keyof Table;
/** Names that may stand alone. */
type BareName = { [K in TransformName]: Table[K]['bare'] extends true ? K : never }[TransformName];
/** What a transform takes as arguments; `never` where it has none. */
export type TransformArgument<K extends TransformName> = Table[K]['takes'] extends z.ZodType<infer A> ? A : never;
/** One step of `then`: a name alone, or a map of one name and its arguments. */
export type TransformSpec =
  | BareName
  | {
      [K in TransformName]: [TransformArgument<K>] extends [never] ? never : { [P in K]: TransformArgument<K> };
    }[TransformName];

const entries: readonly (readonly [string, TransformEntry])[] = Object.entries(transformTable);
const bareNames = entries.filter(([, { bare }]) => bare).map(([name]) => name) as [string, ...string[]];
const needArguments: ReadonlySet<unknown> = new Set(entries.filter(([, { bare }]) => !bare).map(([name]) => name));

/** A transform: its name alone, or its name with its arguments. */
export const transformSchema: z.ZodType<TransformSpec> = oneOf(
  [
    z.enum(bareNames, {
      error: ({ input }) => {
        if (needArguments.has(input)) return curable(`${input} needs arguments`, `write { ${input}: … }`);
        const cure = saidElsewhere.get(String(input).toLowerCase());
        return cure === undefined ? undefined : curable(`"${input}" is no transform`, cure);
      },
    }),
    ...entries.flatMap(([name, { takes, says }]) =>
      takes === null ? [] : [z.strictObject({ [name]: takes }).describe(says)],
    ),
  ],
  { error: "a transform's name, or a map of its name and its arguments" },
).meta({
  id: 'transform',
  description: 'A transform: its name alone, or its name with its arguments.',
}) as unknown as z.ZodType<TransformSpec>;
