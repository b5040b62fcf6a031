import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvDialect, type DialectFault, dialectFault } from '../../src/csv/dialect.ts';
import { type CsvRows, createCsvParser } from '../../src/csv/parse-csv.ts';
import { cuts, readPieces } from './read-pieces.ts';

const comma: CsvDialect = { delimiter: ',', quote: '"' };

const readAll = (pieces: readonly string[], dialect = comma) => readPieces(pieces, dialect);

describe('rows and the lines they begin on', () => {
  const cases: [name: string, text: string, dialect: CsvDialect, rows: string[][], lines: number[]][] = [
    ['nothing', '', comma, [], []],
    [
      'no final line end',
      'a,b\n1,2',
      comma,
      [
        ['a', 'b'],
        ['1', '2'],
      ],
      [1, 2],
    ],
    [
      'final line end',
      'a,b\n1,2\n',
      comma,
      [
        ['a', 'b'],
        ['1', '2'],
      ],
      [1, 2],
    ],
    [
      'CRLF',
      'a,b\r\n1,2\r\n',
      comma,
      [
        ['a', 'b'],
        ['1', '2'],
      ],
      [1, 2],
    ],
    [
      'CRLF after a quoted cell',
      'a,"b"\r\n1,"2"\r\n',
      comma,
      [
        ['a', 'b'],
        ['1', '2'],
      ],
      [1, 2],
    ],
    ['mixed line ends', 'a\nb\r\n"c"\r\n"d"\ne\r\n', comma, [['a'], ['b'], ['c'], ['d'], ['e']], [1, 2, 3, 4, 5]],
    [
      'lone CR everywhere',
      'a,b\r1,2\r"3",4\r',
      comma,
      [
        ['a', 'b'],
        ['1', '2'],
        ['3', '4'],
      ],
      [1, 2, 3],
    ],
    [
      'lone CR, line break in quotes',
      '"a\nb",c\r1,2',
      comma,
      [
        ['a\nb', 'c'],
        ['1', '2'],
      ],
      [1, 2],
    ],
    [
      'lone CR as data',
      'a\rb,c\n"d\re",f\n',
      comma,
      [
        ['a\rb', 'c'],
        ['d\re', 'f'],
      ],
      [1, 2],
    ],
    [
      'CR at the end of a quoted last cell',
      '"x","a\r"\n"y","b\r"\r\n',
      comma,
      [
        ['x', 'a\r'],
        ['y', 'b\r'],
      ],
      [1, 2],
    ],
    [
      'quote and CRLF in a bare cell',
      '"x",a"\r\ny,b\r\n',
      comma,
      [
        ['x', 'a"'],
        ['y', 'b'],
      ],
      [1, 2],
    ],
    [
      'line breaks in quotes',
      'a,b\n"1\n2\r\n3",4\n5,6\n',
      comma,
      [
        ['a', 'b'],
        ['1\n2\r\n3', '4'],
        ['5', '6'],
      ],
      [1, 2, 5],
    ],
    ['doubled quotes', '"say ""hi""",""""\n', comma, [['say "hi"', '"']], [1]],
    [
      'quote inside a bare cell',
      '5" pipe,x\n"a",b\n',
      comma,
      [
        ['5" pipe', 'x'],
        ['a', 'b'],
      ],
      [1, 2],
    ],
    ['empty cells', ',"",\n', comma, [['', '', '']], [1]],
    ['blank lines', 'a\n\n"b"\n\n', comma, [['a'], [''], ['b'], ['']], [1, 2, 3, 4]],
    ['byte order mark', '\uFEFFa,b\n', comma, [['a', 'b']], [1]],
    ['byte order mark before a quote', '\uFEFF"a",b\n', comma, [['a', 'b']], [1]],
    ['a later mark is data', 'a\n\uFEFFb\n', comma, [['a'], ['\uFEFFb']], [1, 2]],
    ['NUL and emoji', 'a\0b,😀\n', comma, [['a\0b', '😀']], [1]],
    ['blanks are data', ' a , b \n', comma, [[' a ', ' b ']], [1]],
    ['blanks after a closing quote are not', '"a"  ,"b" \n', comma, [['a', 'b']], [1]],
    ['nothing is typed', '007,1e5,true,null\n', comma, [['007', '1e5', 'true', 'null']], [1]],
    ['tabs', 'a\t"b\tc"\n', { delimiter: '\t', quote: '"' }, [['a', 'b\tc']], [1]],
    [
      'no quotes at all',
      '"a\t"b"\n"\tc\n',
      { delimiter: '\t', quote: null },
      [
        ['"a', '"b"'],
        ['"', 'c'],
      ],
      [1, 2],
    ],
    ['single quotes', "'a,''b''',c\n", { delimiter: ',', quote: "'" }, [["a,'b'", 'c']], [1]],
    ['two-character delimiter', '"a"||b||"c|"\n', { delimiter: '||', quote: '"' }, [['a', 'b', 'c|']], [1]],
    [
      'comments',
      '#it"s\na,b\n# x\n#y\n"#1",2\n3,#4\n#end',
      { ...comma, comment: '#' },
      [
        ['a', 'b'],
        ['#1', '2'],
        ['3', '#4'],
      ],
      [2, 5, 6],
    ],
    ['comments without a quote', '# x\na\n#y\nb\n', { ...comma, comment: '#' }, [['a'], ['b']], [2, 4]],
  ];

  it.each(cases)('%s', (_name, text, dialect, rows, lines) => {
    for (const pieces of cuts(text)) expect(readAll(pieces, dialect)).toEqual({ rows, lines, faults: [] });
  });
});

describe('faults', () => {
  const trailing = 'text follows a closing quote before the next delimiter';
  const open = 'a quote opened here never closes';
  const cases: [name: string, text: string, expected: CsvRows][] = [
    [
      'a quote that never closes costs its own line',
      'a,b\n1,"2\n3,4\n5,6\n',
      {
        rows: [
          ['a', 'b'],
          ['3', '4'],
          ['5', '6'],
        ],
        lines: [1, 3, 4],
        faults: [{ line: 2, reason: open, text: '1,"2' }],
      },
    ],
    [
      'a quote that never closes, without a line end',
      'a,b\n1,"2',
      { rows: [['a', 'b']], lines: [1], faults: [{ line: 2, reason: open, text: '1,"2' }] },
    ],
    [
      'text after a closing quote',
      'a,b\n1,"x"y\r\n"3",4\n',
      {
        rows: [
          ['a', 'b'],
          ['3', '4'],
        ],
        lines: [1, 3],
        faults: [{ line: 2, reason: trailing, text: '1,"x"y' }],
      },
    ],
    [
      'quotes that were not doubled',
      '1,"say "hi" there",x\n2,"b",y\n',
      { rows: [['2', 'b', 'y']], lines: [2], faults: [{ line: 1, reason: trailing, text: '1,"say "hi" there",x' }] },
    ],
    [
      'a stray quote does not swallow the rows up to the next one',
      '"b"c,d\nx,y\nz,"w"\n',
      {
        rows: [
          ['x', 'y'],
          ['z', 'w'],
        ],
        lines: [2, 3],
        faults: [{ line: 1, reason: trailing, text: '"b"c,d' }],
      },
    ],
    [
      'the record of a fault may span lines',
      '"a\nb","c\nd"e\n"1",2\n',
      { rows: [['1', '2']], lines: [4], faults: [{ line: 1, reason: trailing, text: '"a\nb","c\nd"e' }] },
    ],
    [
      'one after another',
      '"a"b\n"c"d\n"e",f\n"g\n',
      {
        rows: [['e', 'f']],
        lines: [3],
        faults: [
          { line: 1, reason: trailing, text: '"a"b' },
          { line: 2, reason: trailing, text: '"c"d' },
          { line: 4, reason: open, text: '"g' },
        ],
      },
    ],
  ];

  it.each(cases)('%s', (_name, text, expected) => {
    for (const pieces of cuts(text)) expect(readAll(pieces)).toEqual(expected);
  });

  it('shows 1,000 characters of a long record', () => {
    const { faults } = readAll([`"a"${'x'.repeat(5_000)}\n`]);
    expect(faults[0]?.text).toBe(`"a"${'x'.repeat(997)}`);
  });

  it('gives up on a quote that stays open for 16,777,216 characters, and only on its line', () => {
    const parser = createCsvParser(comma);
    const line = `${'1234567,'.repeat(8_191)}1234567\n`;
    let rows = 0;
    const faults = [];
    for (let i = 0; i < 300; i++) {
      const found = parser.push(i === 0 ? `1,"2\n${line}` : line, i === 299);
      rows += found.rows.length;
      faults.push(...found.faults);
    }
    expect(rows).toBe(300);
    expect(faults).toEqual([
      { line: 1, reason: 'a quote opened here does not close within 16,777,216 characters', text: '1,"2' },
    ]);
  });
});

describe('long input', () => {
  it('reads a pushed text of many windows, rows across their borders included', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => [
      String(i),
      `x${'y'.repeat(i % 50)}`,
      i % 7 === 0 ? 'a\nb' : 'c',
    ]);
    const text = rows.map(([a, b, c]) => `${a},${b},${c === 'c' ? 'c' : '"a\nb"'}\r\n`).join('');
    const found = readAll([text]);
    expect(found.rows).toEqual(rows);
    expect(found.lines.at(-1)).toBe(20_000 + Math.ceil(19_999 / 7));
    expect(found.faults).toEqual([]);
  });

  it('reads one cell of 3 million characters from small pushes', () => {
    const parser = createCsvParser(comma);
    const rows: string[][] = [...parser.push('a,"', false).rows];
    for (let i = 0; i < 3_000; i++) rows.push(...parser.push('0123456789'.repeat(100), false).rows);
    rows.push(...parser.push('"\nb,c\n', true).rows);
    expect(rows.map((row) => row.map((cell) => cell.length))).toEqual([
      [1, 3_000_000],
      [1, 1],
    ]);
  });

  it('stays linear when every line is a fault', () => {
    const { rows, faults } = readAll([`"a"b,c\n`.repeat(10_000)]);
    expect([rows.length, faults.length, faults.at(-1)?.line]).toEqual([0, 10_000, 10_000]);
  });
});

it('gives back what an independent writer wrote, however it is cut', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', '#', 'é', '😀', '\0', ';'),
    maxLength: 6,
  });
  const table = fc.array(fc.array(text, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });
  const lineEnd = fc.constantFrom('\n', '\r\n');
  fc.assert(
    fc.property(table, lineEnd, fc.nat(40), fc.boolean(), (rows, end, cut, final) => {
      const lines = rows.map((row) => row.map((cell) => `"${cell.split('"').join('""')}"`).join(','));
      const file = lines.join(end) + (final ? end : '');
      expect(readAll([file.slice(0, cut), file.slice(cut)])).toMatchObject({ rows, faults: [] });
    }),
    { numRuns: 500 },
  );
});

it('never loses a character: what is no row is in a fault', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ',', '"', '\n'), maxLength: 40 });
  fc.assert(
    fc.property(text, fc.nat(40), (file, cut) => {
      const whole = readAll([file]);
      expect(readAll([file.slice(0, cut), file.slice(cut)])).toEqual(whole);
      const letters = [...whole.rows.flat(), ...whole.faults.map((fault) => fault.text)].join('');
      expect([...letters].filter((c) => c === 'a' || c === 'b').length).toBe(
        [...file].filter((c) => c === 'a' || c === 'b').length,
      );
    }),
    { numRuns: 1_000 },
  );
});

describe('dialects that cannot be read', () => {
  it.each([
    [{ delimiter: '', quote: '"' }, 'delimiter', 'the delimiter is empty'],
    [{ delimiter: '\n', quote: '"' }, 'delimiter', 'the delimiter holds a line break or a byte order mark'],
    [{ delimiter: ',', quote: '""' }, 'quote', 'the quote must be one character, not "\\"\\""'],
    [{ delimiter: '"', quote: null }, 'delimiter', 'the delimiter cannot be a double quote'],
    [{ delimiter: ',', quote: ',' }, 'delimiter', 'the delimiter holds the quote character'],
    [{ delimiter: ',', quote: '"', comment: '' }, 'comment', 'the comment mark is empty'],
    [
      { delimiter: ',', quote: '"', comment: ',' },
      'comment',
      'a line that begins with the delimiter would be a comment',
    ],
  ] as [CsvDialect, DialectFault['member'], string][])('%j', (dialect, member, says) => {
    expect(dialectFault(dialect)).toEqual({ member, says });
    expect(() => createCsvParser(dialect)).toThrow(says);
  });

  it('takes the usual ones', () => {
    expect(dialectFault({ delimiter: '\t', quote: null, comment: '#' })).toBe(null);
  });
});
