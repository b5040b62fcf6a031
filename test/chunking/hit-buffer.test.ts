import { describe, expect, test } from 'vitest';
import { createHitBuffer, type HitBuffer } from '../../src/chunking/hit-buffer.ts';
import { MigrationError } from '../../src/domain/error.ts';

type Hit = [seconds: number, nanos: number, stream: number, key: string[], line: string];

function filled(hits: readonly Hit[]): HitBuffer {
  const buffer = createHitBuffer({ memoryBytes: 10_000_000 });
  for (const [seconds, nanos, stream, key, line] of hits) buffer.add(seconds, nanos, stream, 0, key, line.split(','));
  return buffer;
}

function lines(buffer: HitBuffer, positions: Uint32Array = buffer.order()): string[] {
  const found: string[] = [];
  for (const position of positions) {
    buffer.useLine(position, (source, start, end) => found.push(source.toString('utf8', start, end)));
  }
  return found;
}

describe('the order of hits', () => {
  test.each<[string, Hit[]]>([
    [
      'seconds first, negative ones too',
      [
        [-2, 9, 9, ['9'], 'z'],
        [-1, 0, 0, ['1'], 'a'],
        [0, 0, 0, ['0'], 'a'],
        [5_000_000_000, 0, 0, ['0'], 'a'],
      ],
    ],
    [
      'then nanoseconds',
      [
        [1, 0, 9, ['9'], 'z'],
        [1, 1, 0, ['0'], 'a'],
        [1, 999_999_999, 0, ['0'], 'a'],
      ],
    ],
    [
      'then the stream',
      [
        [1, 0, 0, ['9'], 'z'],
        [1, 0, 1, ['0'], 'a'],
      ],
    ],
    [
      'then the key, integers by value',
      [
        [1, 0, 0, ['9'], 'z'],
        [1, 0, 0, ['10'], 'a'],
        [1, 0, 0, ['a'], 'a'],
      ],
    ],
    [
      'then the bytes of the line',
      [
        [1, 0, 0, ['1'], ','],
        [1, 0, 0, ['1'], 'a'],
        [1, 0, 0, ['1'], 'a\tb'],
        [1, 0, 0, ['1'], 'é'],
      ],
    ],
  ])('%s', (_, hits) => {
    const wanted = hits.map(([, , , , line]) => `${line}\n`);
    const forward = filled(hits);
    expect(lines(forward)).toEqual(wanted);
    expect(forward.wasOrdered).toBe(true);
    const backward = filled([...hits].reverse());
    expect(lines(backward)).toEqual(wanted);
    expect(backward.wasOrdered).toBe(false);
  });

  test('is found again after more hits', () => {
    const buffer = filled([
      [1, 0, 0, ['1'], 'a'],
      [3, 0, 0, ['3'], 'c'],
    ]);
    expect(lines(buffer)).toEqual(['a\n', 'c\n']);
    buffer.add(2, 0, 0, 0, ['2'], ['b']);
    expect(lines(buffer)).toEqual(['a\n', 'b\n', 'c\n']);
  });
});

test('a range is half-open in seconds', () => {
  const buffer = filled([
    [9, 0, 0, ['4'], 'd'],
    [5, 0, 0, ['2'], 'b'],
    [5, 1, 0, ['3'], 'c'],
    [-1, 0, 0, ['1'], 'a'],
  ]);
  expect(lines(buffer, buffer.rangeOf(-10, 100))).toEqual(['a\n', 'b\n', 'c\n', 'd\n']);
  expect(lines(buffer, buffer.rangeOf(-1, 5))).toEqual(['a\n']);
  expect(lines(buffer, buffer.rangeOf(5, 9))).toEqual(['b\n', 'c\n']);
  expect(lines(buffer, buffer.rangeOf(6, 9))).toEqual([]);
  expect(lines(buffer, buffer.rangeOf(9, 10))).toEqual(['d\n']);
  expect(lines(buffer, buffer.rangeOf(10, 11))).toEqual([]);
});

test('keys that are not unique are counted, within time and stream', () => {
  const buffer = filled([
    [1, 0, 0, ['7'], 'a'],
    [1, 0, 0, ['7'], 'b'],
    [1, 0, 0, ['7'], 'b'],
    [1, 0, 0, ['07'], 'a'],
    [1, 0, 1, ['7'], 'a'],
    [1, 1, 1, ['7'], 'a'],
    [2, 0, 0, ['7'], 'a'],
  ]);
  expect(buffer.duplicateKeys(buffer.order())).toBe(2);
  expect(buffer.duplicateKeys(buffer.rangeOf(2, 3))).toBe(0);
});

test('gives back what was put in', () => {
  const buffer = createHitBuffer({ memoryBytes: 10_000_000 });
  const key = ['0012', 'a,b'];
  buffer.add(-3, 250_000_000, 65_535, 65_535, key, ['grüße', '😀']);
  key[0] = 'changed';
  expect([buffer.seconds(0), buffer.nanos(0), buffer.stream(0), buffer.group(0)]).toEqual([
    -3, 250_000_000, 65_535, 65_535,
  ]);
  expect(buffer.key(0)).toEqual(['0012', 'a,b']);
  expect(buffer.lineBytes(0)).toBe(13);
  expect(buffer.keyBytes(0)).toBe(10);
  let row = '';
  buffer.useRow(0, (source, start, end) => {
    row = source.toString('utf8', start + 10, end);
  });
  expect(row).toBe('grüße,😀\n');
  expect(() => buffer.add(0, 0, 65_536, 0, [], [''])).toThrow(RangeError);
});

test.each([
  [['a\ud83d', '\ude00b'], 'a\ufffd,\ufffdb\n'],
  [['东京, 日本', 'say "ü"', `${'x'.repeat(30)}\n`], `"东京, 日本","say ""ü""","${'x'.repeat(30)}\n"\n`],
])('the line of %j', (cells, line) => {
  const buffer = createHitBuffer({ memoryBytes: 10_000_000 });
  buffer.add(0, 0, 0, 0, ['1'], cells);
  expect(lines(buffer)).toEqual([line]);
});

test('a long line needs no more room than its bytes', () => {
  const cells = ['ü'.repeat(100_000), '"'.repeat(50_000)];
  const bytes = 200_000 + 1 + 100_002;
  // 40 bytes of columns and indexes, a key of 2, the line feed.
  const buffer = createHitBuffer({ memoryBytes: 40 + 2 + bytes + 1 });
  expect(buffer.add(0, 0, 0, 0, ['1'], cells)).toBe(true);
  expect(buffer.lineBytes(0)).toBe(bytes + 1);
  expect(lines(buffer)).toEqual([`${'ü'.repeat(100_000)},"${'""'.repeat(50_000)}"\n`]);
});

test('holds rows of any size, across many blocks', () => {
  const buffer = createHitBuffer({ memoryBytes: 50_000_000 });
  const sizes = [10, 400_000, 700_000, 3_000_000, 2, 130_000, 200_000, 1_048_576];
  for (let row = 0; row < 5000; row++) buffer.add(0, 0, 0, 0, [String(row)], [`${row}é`]);
  for (const [index, size] of sizes.entries()) buffer.add(1, 0, 0, 0, [String(index)], ['ü'.repeat(size / 2)]);
  expect(buffer.rows).toBe(5008);
  const found = lines(buffer);
  expect(found[4999]).toBe('4999é\n');
  expect(found.slice(5000).map((line) => Buffer.byteLength(line) - 1)).toEqual(sizes);
});

describe('the budget', () => {
  test('counts exactly, and says when a row does not fit any more', () => {
    // Per row: 40 bytes of columns and indexes, key [1 + 1 digit], line and line feed.
    const buffer = createHitBuffer({ memoryBytes: 147 });
    buffer.add(0, 0, 0, 0, ['1'], ['abcd']);
    expect(buffer.bytes).toBe(47);
    buffer.add(0, 0, 0, 0, ['2'], ['abcd']);
    expect(buffer.bytes).toBe(94);
    expect(buffer.add(0, 0, 0, 0, ['3'], ['a'.repeat(11)])).toBe(false);
    expect([buffer.rows, buffer.bytes]).toEqual([2, 94]);
    expect(buffer.add(0, 0, 0, 0, ['3'], ['a'.repeat(10)])).toBe(true);
    expect(buffer.bytes).toBe(147);
    expect(lines(buffer)).toEqual(['abcd\n', 'abcd\n', `${'a'.repeat(10)}\n`]);
  });

  test('that not even one row fits stops, and names the way out', () => {
    const buffer = createHitBuffer({ memoryBytes: 147 });
    const thrown = (() => {
      try {
        buffer.add(0, 0, 0, 0, ['3'], ['a'.repeat(105)]);
      } catch (error) {
        return error as MigrationError;
      }
      return null;
    })();
    expect(thrown).toBeInstanceOf(MigrationError);
    expect(thrown?.code).toBe('build.memory');
    expect(thrown?.message).toBe('One row alone needs 148 bytes while it is sorted, build.memory allows 147.');
    expect(thrown?.next).toContain('Raise build.memory');
  });

  test('starts anew after clear', () => {
    const buffer = filled([
      [2, 0, 0, ['2'], 'b'],
      [1, 0, 0, ['1'], 'a'],
    ]);
    buffer.order();
    buffer.clear();
    expect([buffer.rows, buffer.bytes, buffer.wasOrdered, buffer.order().length]).toEqual([0, 0, true, 0]);
    buffer.add(9, 0, 0, 0, ['9'], ['z']);
    expect(lines(buffer)).toEqual(['z\n']);
    buffer.release(0);
    expect([buffer.rows, buffer.bytes]).toEqual([0, 0]);
    buffer.add(8, 0, 0, 0, ['8'], ['y']);
    expect(lines(buffer)).toEqual(['y\n']);
  });
});
