import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CsvDialect } from '../../src/csv/dialect.ts';
import { type CsvRows, createCsvParser } from '../../src/csv/parse-csv.ts';
import { createPlainReader, createStretchCutter, createStretchReader } from '../../src/csv/plain-reader.ts';
import type { PlainCharset, PlainRest } from '../../src/csv/plain-records.ts';

const comma: CsvDialect = { delimiter: ',', quote: '"' };

interface Reading extends CsvRows {
  /** Bytes that were not read from bytes. */
  readonly decoded: number;
}

/** Something that reads a file from its bytes. */
interface Reader {
  push(bytes: Buffer, last: boolean): readonly CsvRows[];
  readonly rest: PlainRest | null;
}

/** Records are found here and cut there, in parts of so many bytes, from what they were when they were found. */
const twoSteps =
  (partBytes?: number) =>
  (dialect: CsvDialect, charset: PlainCharset): Reader | null => {
    const reader = createStretchReader(dialect, charset);
    const cut = createStretchCutter(dialect, charset, partBytes);
    if (reader === null || cut === null) return null;
    return {
      push(bytes, last) {
        return reader.push(Buffer.from(bytes), last).flatMap((part) => ('rows' in part ? [part] : [...cut(part)]));
      },
      get rest() {
        return reader.rest;
      },
    };
  };

/** Reads bytes in pieces that end at these places; what must be decoded first is put to its parser as one text. */
function readPlain(
  bytes: Buffer,
  dialect: CsvDialect,
  charset: PlainCharset,
  cuts: readonly number[] = [],
  create: (dialect: CsvDialect, charset: PlainCharset) => Reader | null = createPlainReader,
): Reading {
  const reader = create(dialect, charset);
  if (reader === null) throw new Error('not plain');
  const all: CsvRows = { rows: [], lines: [], faults: [] };
  const add = ({ rows, lines, faults }: CsvRows) => {
    all.rows.push(...rows);
    all.lines.push(...lines);
    all.faults.push(...faults);
  };
  const ends = [...new Set(cuts.map((cut) => Math.min(cut, bytes.length)))].sort((a, b) => a - b);
  let from = 0;
  for (const end of [...ends, bytes.length, bytes.length]) {
    const isLast = from === bytes.length;
    // What was pushed is not the reader's to keep.
    const piece = Buffer.from(bytes.subarray(from, isLast ? from : end));
    reader.push(piece, isLast).forEach(add);
    if (reader.rest !== null) {
      const rest = Buffer.concat([reader.rest.bytes, isLast ? Buffer.alloc(0) : bytes.subarray(end)]);
      add(reader.rest.parser.push(rest.toString(charset), true));
      return { ...all, decoded: rest.length };
    }
    piece.fill(0x2c);
    from = isLast ? from : end;
    if (isLast) break;
  }
  return { ...all, decoded: 0 };
}

function readReference(bytes: Buffer, dialect: CsvDialect, charset: PlainCharset): CsvRows {
  return createCsvParser(dialect).push(bytes.toString(charset), true);
}

function expectSame(bytes: Buffer, dialect: CsvDialect, charset: PlainCharset, cuts: readonly number[]): void {
  for (const create of [createPlainReader, twoSteps(), twoSteps(1), twoSteps(9)]) {
    const { rows, lines, faults } = readPlain(bytes, dialect, charset, cuts, create);
    expect({ rows, lines, faults }).toEqual(readReference(bytes, dialect, charset));
  }
}

const dialects = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|', ' ', 'a', '\0'),
  quote: fc.constantFrom('"', "'", null),
});
const places = fc.array(fc.nat(200), { maxLength: 6 });
const runs = { numRuns: 3_000 };

describe('reads what the reference reader reads', () => {
  it('of any text', () => {
    const unit = fc.constantFrom(
      'a',
      'b',
      ',',
      ';',
      '\t',
      '"',
      '"',
      "'",
      '\n',
      '\n',
      '\r',
      '\r\n',
      ' ',
      '\0',
      'é',
      '😀',
      '\uFEFF',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 120 }), dialects, places, (text, dialect, cuts) => {
        expectSame(Buffer.from(`${text}`), dialect, 'utf-8', cuts);
        expectSame(Buffer.from(`h,i\n${text}`), dialect, 'utf-8', cuts);
      }),
      runs,
    );
  });

  it('of tables with cells in quotes, one of them broken', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'ł', '😀', '\0'), maxLength: 8 });
    const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(
        table,
        fc.constantFrom('\n', '\r\n'),
        fc.nat(300),
        fc.boolean(),
        places,
        (rows, end, at, isBroken, cuts) => {
          const quoted = rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(','));
          const text = `x,y${end}${quoted.join(end)}`;
          const broken = isBroken ? `${text.slice(0, at)}"${text.slice(at)}` : text;
          expectSame(Buffer.from(broken), comma, 'utf-8', cuts);
        },
      ),
      runs,
    );
  });

  it('of any bytes in Latin-1', () => {
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0x2c, 0x22, 0x0a, 0x0d));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 120 }), dialects, places, (bytes, dialect, cuts) => {
        expectSame(Buffer.from([0x61, 0x0a, ...bytes]), dialect, 'latin1', cuts);
      }),
      runs,
    );
  });

  it('of bytes that are no UTF-8, which are handed on in whole characters', () => {
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0x2c, 0x22, 0x0a, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 120 }), dialects, places, (bytes, dialect, cuts) => {
        expectSame(Buffer.from([0x61, 0x0a, ...bytes]), dialect, 'utf-8', cuts);
      }),
      runs,
    );
  });
});

describe('from bytes', () => {
  const cases: [name: string, text: string, rows: string[][], lines: number[]][] = [
    [
      'plain rows',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
      [1, 2],
    ],
    ['a byte order mark', '\uFEFF"a",b\n', [['a', 'b']], [1]],
    ['mixed line ends and a blank line', 'a\r\n\r\n"b"\nc\r\n', [['a'], [''], ['b'], ['c']], [1, 2, 3, 4]],
    [
      'quotes, delimiters and line breaks in quotes',
      '"a""b","c,d\ne\r\n"\n1,2\n',
      [
        ['a"b', 'c,d\ne\r\n'],
        ['1', '2'],
      ],
      [1, 4],
    ],
    ['a quote inside a bare cell', 'a"b,c"\n', [['a"b', 'c"']], [1]],
    ['letters of two, three and four bytes', 'é,ł,€,😀\n', [['é', 'ł', '€', '😀']], [1]],
    [
      'blanks behind a closing quote',
      'a,b\n"1" ,2\n3,4\n',
      [
        ['a', 'b'],
        ['1', '2'],
        ['3', '4'],
      ],
      [1, 2, 3],
    ],
    ['no final line end', 'a\nb', [['a'], ['b']], [1, 2]],
  ];
  it.each(cases)('%s', (_, text, rows, lines) => {
    const found = { rows, lines, faults: [], decoded: 0 };
    expect(readPlain(Buffer.from(text), comma, 'utf-8')).toEqual(found);
    expect(readPlain(Buffer.from(text), comma, 'utf-8', [], twoSteps())).toEqual(found);
  });

  it('goes on from bytes behind a stray quote', () => {
    const bytes = Buffer.from('a,b\n1,2\n"x"y,3\n4,5\n6,7\n');
    const { rows, lines, faults, decoded } = readPlain(bytes, comma, 'utf-8');
    expect(rows).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['4', '5'],
      ['6', '7'],
    ]);
    expect(lines).toEqual([1, 2, 4, 5]);
    expect(faults).toEqual([
      { line: 3, reason: 'text follows a closing quote before the next delimiter', text: '"x"y,3' },
    ]);
    expect(decoded).toBe(0);
  });

  it('a quote that never closes costs its line, in files of several pieces too', () => {
    const rows = Array.from({ length: 30_000 }, (_, index) => `${index},some text to fill the line\n`);
    const bytes = Buffer.from(`a,b\n"x,y\n${rows.join('')}`);
    const reading = readPlain(bytes, comma, 'utf-8', [65_536, 131_072, 262_144, 700_000]);
    expect(reading.faults).toEqual([{ line: 2, reason: 'a quote opened here never closes', text: '"x,y' }]);
    expect(reading.rows).toHaveLength(30_001);
    expect(reading.lines.at(-1)).toBe(30_002);
  });

  it('hands on a line of more than a megabyte, and what follows it', () => {
    const long = 'x'.repeat(1_200_000);
    const bytes = Buffer.from(`a,b\n1,${long}\n3,4\n`);
    const { rows, lines, decoded } = readPlain(bytes, comma, 'utf-8', [65_536, 1_150_000]);
    expect(rows).toEqual([
      ['a', 'b'],
      ['1', long],
      ['3', '4'],
    ]);
    expect(lines).toEqual([1, 2, 3]);
    expect(decoded).toBeGreaterThan(1_000_000);
  });

  it.each<[name: string, text: string]>([
    ['no line feed ends the first line', 'a,b\r1,2\r'],
    ['there is one line only', 'a,b'],
    ['nothing is UTF-8', 'caf\xe9\n'],
  ])('hands on a file where %s', (_, text) => {
    const bytes = Buffer.from(text, 'latin1');
    expect(readPlain(bytes, comma, 'utf-8').decoded).toBe(bytes.length);
  });
});

it.each<[name: string, dialect: CsvDialect, charset: string]>([
  ['a delimiter of two characters', { delimiter: '||', quote: '"' }, 'utf-8'],
  ['a delimiter beyond ASCII', { delimiter: '§', quote: '"' }, 'latin1'],
  ['a quote beyond ASCII', { delimiter: ',', quote: '»' }, 'utf-8'],
  ['escapes', { delimiter: ',', quote: '"', escape: '\\' }, 'utf-8'],
  ['comments', { delimiter: ',', quote: '"', comment: '#' }, 'utf-8'],
  ['a charset of two bytes', comma, 'utf-16le'],
  ['windows-1252', comma, 'windows-1252'],
])('leaves %s to the reference reader', (_, dialect, charset) => {
  expect(createPlainReader(dialect, charset)).toBeNull();
  expect(createStretchReader(dialect, charset)).toBeNull();
  expect(createStretchCutter(dialect, charset)).toBeNull();
});
