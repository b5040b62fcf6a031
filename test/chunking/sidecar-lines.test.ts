import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { HitRows } from '../../src/chunking/hit-rows.ts';
import { createSidecarLines } from '../../src/chunking/sidecar-lines.ts';
import { keyBytesAtMost, writeKey } from '../../src/chunking/sort-key.ts';

/** What a sidecar holds of rows of the stream at position 1, each with one of these keys; `key` is asked where bytes do not do. */
function sidecarOf(keys: readonly (readonly string[])[]): { text: string; decoded: number } {
  let text = '';
  let decoded = 0;
  const rows = keys.map((key) => {
    const bytes = Buffer.alloc(keyBytesAtMost(key) + 2);
    return bytes.subarray(0, writeKey(key, bytes, 2));
  });
  const hits: Pick<HitRows, 'stream' | 'key' | 'keyBytes' | 'useRow'> = {
    stream: () => 1,
    keyBytes: (position) => rows[position]!.length - 2,
    useRow: (position, use) => use(rows[position]!, 2, rows[position]!.length),
    key: (position) => {
      decoded++;
      return [...keys[position]!];
    },
  };
  const lines = createSidecarLines(['none', 'hits "é"'], {
    write: (source, start, end) => {
      text += source.toString('utf8', start, end);
    },
  });
  for (const position of keys.keys()) lines.add(hits as HitRows, position);
  lines.flush();
  return { text, decoded };
}

it.each<[name: string, key: string[], line: string, isDecoded: boolean]>([
  ['an integer', ['1204'], '["hits \\"é\\"","1204"]\n', false],
  ['zero', ['0'], '["hits \\"é\\"","0"]\n', false],
  ['two parts', ['web', '17'], '["hits \\"é\\"","web","17"]\n', false],
  ['an empty part', ['', 'a'], '["hits \\"é\\"","","a"]\n', false],
  ['no part', [], '["hits \\"é\\""]\n', false],
  ['letters of all lengths', ['żółw €😀'], '["hits \\"é\\"","żółw €😀"]\n', false],
  ['leading zeros', ['007'], '["hits \\"é\\"","007"]\n', true],
  ['a quote', ['a"b'], '["hits \\"é\\"","a\\"b"]\n', true],
  ['a backslash', ['C:\\x'], '["hits \\"é\\"","C:\\\\x"]\n', true],
  ['control characters', ['a\n\0'], '["hits \\"é\\"","a\\n\\u0000"]\n', true],
])('writes %s', (_, key, line, isDecoded) => {
  expect(sidecarOf([key])).toEqual({ text: line, decoded: isDecoded ? 1 : 0 });
});

it('keeps rows in order, however long their keys are', () => {
  const keys = [['1'], ['x'.repeat(20_000)], ['2'], ['9'.repeat(400)], ['3'], ['y'.repeat(2_600)], ['z'.repeat(2_700)]];
  const expected = keys.map(([key]) => `["hits \\"é\\"","${key}"]\n`).join('');
  expect(sidecarOf(keys).text).toBe(expected);
});

it('is JSON that gives back any keys', () => {
  const part = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string(), fc.stringMatching(/^[0-9]{1,30}$/));
  fc.assert(
    fc.property(fc.array(fc.array(part, { maxLength: 3 }), { maxLength: 20 }), (keys) => {
      const lines = sidecarOf(keys).text.split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.map((line) => JSON.parse(line))).toEqual(keys.map((key) => ['hits "é"', ...key]));
    }),
  );
});
