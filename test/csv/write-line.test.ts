import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { encodeLine } from '../../src/csv/encode-csv.ts';
import { lineBytesAtMost, writeLine } from '../../src/csv/write-line.ts';

/** The bytes that `writeLine` puts behind a mark, into exactly the room that it asks for. */
function written(cells: readonly string[]): Buffer {
  const target = Buffer.alloc(1 + lineBytesAtMost(cells));
  const end = writeLine(cells, target, 1);
  expect(end).toBeLessThanOrEqual(target.length);
  return target.subarray(1, end);
}

describe('writeLine', () => {
  const long = 'a browser that says a lot of itself';
  it.each<[readonly string[], string]>([
    [['a', '', 'c'], 'a,,c'],
    [['', '', ''], ',,'],
    [['two words', ' blanks '], 'two words, blanks '],
    [['a,b', 'say "hi"', 'one\ntwo', 'one\rtwo'], '"a,b","say ""hi""","one\ntwo","one\rtwo"'],
    [[`${long}, and more`, `${long} "quoted"`, long], `"${long}, and more","${long} ""quoted""",${long}`],
    [['zażółć', '東京', '😀', `${long} – ü`], `zażółć,東京,😀,${long} – ü`],
    [['"', ','], '"""",","'],
  ])('%j', (cells, line) => {
    expect(written(cells).toString()).toBe(line);
  });

  it('half of a pair is U+FFFD', () => {
    expect(written(['a\ud83d', `${'x'.repeat(30)}\ude00`]).toString()).toBe(`a\ufffd,${'x'.repeat(30)}\ufffd`);
  });
});

test('the room that is asked for is exact where a line is long', () => {
  const cells = ['ü'.repeat(100_000), '"'.repeat(50_000)];
  expect(lineBytesAtMost(cells)).toBe(200_000 + 1 + 100_002);
  expect(written(cells).length).toBe(300_003);
});

test('the bytes are those of the readable encoder, for any cells', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.stringMatching(/^[a-z",\n\r ü]{0,40}$/),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
  );
  fc.assert(
    fc.property(fc.array(text, { minLength: 2, maxLength: 12 }), (cells) => {
      expect(written(cells)).toEqual(Buffer.from(encodeLine(cells)));
    }),
    { numRuns: 2_000 },
  );
});
