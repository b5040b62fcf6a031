import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvDialect, dialectFault } from '../../src/csv/dialect.ts';
import { cuts, readPieces } from './read-pieces.ts';

const backslash: CsvDialect = { delimiter: ',', quote: '"', escape: '\\' };
/** As Adobe's data feeds are written. */
const feed: CsvDialect = { delimiter: '\t', quote: null, escape: '\\' };

describe('an escape character', () => {
  it.each<[string, string, CsvDialect, string[][], number[]]>([
    ['before a quote', '"say \\"hi\\"",b\n', backslash, [['say "hi"', 'b']], [1]],
    ['beside doubled quotes', '"a""b\\"c",d\n', backslash, [['a"b"c', 'd']], [1]],
    ['before itself', '"a\\\\",b\n', backslash, [['a\\', 'b']], [1]],
    ['thrice', '"a\\\\\\"b"\n', backslash, [['a\\"b']], [1]],
    ['before a delimiter, bare', 'a\\,b,c\n', backslash, [['a,b', 'c']], [1]],
    ['before an opening quote', '\\"a,b\n', backslash, [['"a', 'b']], [1]],
    ['before an ordinary character', 'C:\\new,"\\t"\n', backslash, [['C:\\new', '\\t']], [1]],
    ['at the end of the file', 'a,b\\', backslash, [['a', 'b\\']], [1]],
    [
      'before a line break',
      'a\tb\\\nc\nd\te\\\r\nf\r\ng\th\n',
      feed,
      [
        ['a', 'b\nc'],
        ['d', 'e\r\nf'],
        ['g', 'h'],
      ],
      [1, 3, 5],
    ],
    ['before a tab', 'a\\\tb\tc\\\\\td\n', feed, [['a\tb', 'c\\', 'd']], [1]],
    [
      'in quotes over lines',
      '"a\\\nb\nc",1\nd,2\n',
      backslash,
      [
        ['a\nb\nc', '1'],
        ['d', '2'],
      ],
      [1, 4],
    ],
    ['where the text has what hides it', '\uFDD0\uFDD1\\"\uFDD0,b\n', backslash, [['\uFDD0\uFDD1"\uFDD0', 'b']], [1]],
    ['that is no backslash', 'a^,b,^^\n', { delimiter: ',', quote: null, escape: '^' }, [['a,b', '^']], [1]],
    ['with a delimiter of two characters', 'a\\||b||c\n', { ...feed, delimiter: '||' }, [['a||b', 'c']], [1]],
  ])('%s', (_name, text, dialect, rows, lines) => {
    for (const pieces of cuts(text)) expect(readPieces(pieces, dialect)).toEqual({ rows, lines, faults: [] });
  });

  it('shows faults as they were written, at their lines', () => {
    const text = 'a\\\nb,1\n"c\\"" d\\\ne,2\nf,3\n';
    for (const pieces of cuts(text)) {
      expect(readPieces(pieces, backslash)).toEqual({
        rows: [
          ['a\nb', '1'],
          ['f', '3'],
        ],
        lines: [1, 5],
        faults: [
          { line: 3, reason: 'text follows a closing quote before the next delimiter', text: '"c\\"" d\\\ne,2' },
        ],
      });
    }
  });

  it('gives back what an independent writer wrote, however it is cut', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '\t', '"', '\n', '\r', '\\', 'n', '\uFDD0', '\uFDD3'),
      maxLength: 6,
    });
    const table = fc.array(fc.array(text, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(table, fc.nat(40), fc.boolean(), (rows, cut, quoted) => {
        // Such a writer leaves open whether the line ends after it.
        fc.pre(quoted || rows.every((row) => !row.at(-1)!.endsWith('\r')));
        const sign = (cell: string) => cell.replace(/[\\\t\n\r]/g, '\\$&').replaceAll('"', quoted ? '\\"' : '"');
        const cell = (value: string) => (quoted ? `"${sign(value)}"` : sign(value));
        const file = rows.map((row) => `${row.map(cell).join('\t')}\n`).join('');
        const dialect = { ...feed, quote: quoted ? '"' : null, newline: '\n' as const };
        expect(readPieces([file.slice(0, cut), file.slice(cut)], dialect)).toMatchObject({ rows, faults: [] });
      }),
      { numRuns: 500 },
    );
  });

  it.each<[Partial<CsvDialect>, string]>([
    [{ escape: '' }, 'the escape must be one character, not ""'],
    [{ escape: '\n' }, 'the escape is a line break or a byte order mark'],
    [{ escape: '"' }, 'the escape is the quote, which is doubled in any case'],
    [{ escape: ',' }, 'the delimiter holds the escape character'],
    [{ escape: '#', comment: '#' }, 'a line that begins with the escape would be a comment'],
  ])('cannot be %j', (part, words) => {
    expect(dialectFault({ delimiter: ',', quote: '"', ...part })?.says).toBe(words);
  });
});
