import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCell, encodeLine } from '../../src/csv/encode-csv.ts';
import { createCsvParser } from '../../src/csv/parse-csv.ts';

describe('encodeCell', () => {
  const long = 'a text longer than two dozen characters';
  it.each([
    ['', ''],
    ['plain', 'plain'],
    [' blanks ', ' blanks '],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['two\rlines', '"two\rlines"'],
    ["tab\t; | ' #", "tab\t; | ' #"],
    ['=1+1', '=1+1'],
    ['😀', '😀'],
    [long, long],
    [`${long},`, `"${long},"`],
    [`${long}"`, `"${long}"""`],
    [`${long}\n`, `"${long}\n"`],
    [`${long}\r`, `"${long}\r"`],
  ])('%j', (text, cell) => {
    expect(encodeCell(text)).toBe(cell);
  });
});

describe('encodeLine', () => {
  it.each([
    [['a', 'b'], 'a,b'],
    [['', ''], ','],
    [['a,b', '', '"'], '"a,b",,""""'],
    [[''], '""'],
    [['one'], 'one'],
  ])('%j', (cells, line) => {
    expect(encodeLine(cells)).toBe(line);
  });

  it('does not look at cells that are known to be plain', () => {
    expect(encodeLine(['a', 'b,c', 'd,e', ''], Uint8Array.of(1, 1, 0, 1))).toBe('a,b,c,"d,e",');
    expect(encodeLine([''], Uint8Array.of(1))).toBe('""');
  });

  it('gives the same line for any cells, whether it is told which are plain or not', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.stringMatching(/^[a-z",\n\r ü]{0,40}$/),
      fc.string({ unit: 'grapheme', maxLength: 40 }),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 12 }), (cells) => {
        const plain = Uint8Array.from(cells, (cell) => (/^[ -~]*$/.test(cell) && !/[",]/.test(cell) ? 1 : 0));
        expect(encodeLine(cells, plain)).toBe(encodeLine(cells));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is undone by the parser', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(',', '"', '\r', '\n', 'a'), maxLength: 40 }),
    );
    // The first text of a file may not begin with a byte order mark: there it is no data.
    const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 6 });
    fc.assert(
      fc.property(table, (rows) => {
        const text = [['head', 'er'], ...rows].map((row) => `${encodeLine(row)}\n`).join('');
        expect(createCsvParser({ delimiter: ',', quote: '"' }).push(text, true)).toMatchObject({
          rows: [['head', 'er'], ...rows],
          faults: [],
        });
      }),
      { numRuns: 200 },
    );
  });
});
