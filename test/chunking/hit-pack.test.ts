import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHitBuffer, type HitBuffer } from '../../src/chunking/hit-buffer.ts';
import { packHits } from '../../src/chunking/hit-pack.ts';

type Hit = readonly [seconds: number, nanos: number, stream: number, group: number, key: string[], line: string];

function bufferOf(hits: readonly Hit[], memoryBytes = Number.POSITIVE_INFINITY): HitBuffer {
  const buffer = createHitBuffer({ memoryBytes });
  for (const hit of hits) expect(add(buffer, hit)).toBe(true);
  return buffer;
}

function add(buffer: HitBuffer, [seconds, nanos, stream, group, key, line]: Hit): boolean {
  return buffer.add(seconds, nanos, stream, group, key, line.split(','));
}

function hitsOf(buffer: HitBuffer, positions: Iterable<number> = Array(buffer.rows).keys()): Hit[] {
  return [...positions].map((position) => {
    let line = '';
    buffer.useLine(position, (source, start, end) => {
      line = source.toString('utf8', start, end);
    });
    expect(line.at(-1)).toBe('\n');
    const [seconds, nanos] = [buffer.seconds(position), buffer.nanos(position)];
    return [seconds, nanos, buffer.stream(position), buffer.group(position), buffer.key(position), line.slice(0, -1)];
  });
}

const some: readonly Hit[] = [
  [-7, 999_999_999, 2, 0, ['00012', 'a'], 'first,é'],
  [1_600_000_000, 0, 0, 7, ['-1'], ','],
  [1_600_000_000, 5, 65_535, 65_535, ['x\u0000y', '', '😀'], 'a\tb,1'],
];

describe('a pack of hits', () => {
  it('gives a buffer the hits that another one had', () => {
    const pack = packHits(bufferOf(some), some.length, null);
    const buffer = bufferOf([]);
    expect(buffer.adopt(pack)).toBe(true);
    expect(hitsOf(buffer)).toEqual(some);
  });

  it('holds nothing of the buffer that it was made of', () => {
    const from = bufferOf(some);
    const pack = packHits(from, some.length, null);
    from.clear();
    for (let count = 0; count < 50; count++) add(from, [0, 0, 0, 0, ['z'], 'z'.repeat(100)]);
    const buffer = bufferOf([]);
    buffer.adopt(pack);
    expect(hitsOf(buffer)).toEqual(some);
  });

  it.each([
    ['one byte too small', -1, false],
    ['just large enough', 0, true],
    ['larger', 1_000, true],
  ])('lies in memory that is given, unless it is too small: %s', (_, more, isUsed) => {
    const { size } = packHits(bufferOf(some), some.length, null);
    const given = new ArrayBuffer(size + more);
    new Uint8Array(given).fill(0xff);
    const pack = packHits(bufferOf(some), some.length, given);
    expect(pack.memory === given).toBe(isUsed);
    const buffer = bufferOf([]);
    buffer.adopt(pack);
    expect(hitsOf(buffer)).toEqual(some);
  });

  it('of no hits leaves all as it was', () => {
    const buffer = bufferOf(some);
    expect(buffer.adopt(packHits(bufferOf([]), 0, null))).toBe(true);
    expect(hitsOf(buffer)).toEqual(some);
  });

  it('is not taken where it does not fit beside others, and taken whatever its size where there are none', () => {
    const large: Hit = [1, 0, 0, 0, ['k'], 'x'.repeat(5_000)];
    const pack = packHits(bufferOf([large]), 1, null);
    const buffer = bufferOf([some[1]!], 2_000);
    const { bytes } = buffer;
    expect(buffer.adopt(pack)).toBe(false);
    expect(hitsOf(buffer)).toEqual([some[1]]);
    expect(buffer.bytes).toBe(bytes);
    buffer.clear();
    expect(buffer.adopt(pack)).toBe(true);
    expect(hitsOf(buffer)).toEqual([large]);
    expect(buffer.bytes).toBeGreaterThan(5_000);
    expect(add(buffer, some[1]!)).toBe(false);
  });

  it('leaves the order of all hits what it is, however they came', () => {
    const hit = fc.tuple(
      fc.integer({ min: -2, max: 2 }),
      fc.integer({ min: 0, max: 1 }),
      fc.integer({ min: 0, max: 1 }),
      fc.constant(0),
      fc.array(fc.constantFrom('1', '02', 'b', ''), { minLength: 1, maxLength: 2 }),
      fc.constantFrom('', 'a', 'a\tb', 'b,c'),
    );
    const parts = fc.array(fc.record({ hits: fc.array(hit, { maxLength: 6 }), isPacked: fc.boolean() }));
    fc.assert(
      fc.property(parts, (given) => {
        const all = bufferOf(given.flatMap(({ hits }) => hits));
        const buffer = bufferOf([]);
        for (const { hits, isPacked } of given) {
          if (isPacked) buffer.adopt(packHits(bufferOf(hits), hits.length, null));
          else for (const each of hits) add(buffer, each);
        }
        expect(hitsOf(buffer)).toEqual(hitsOf(all));
        expect(hitsOf(buffer, buffer.order())).toEqual(hitsOf(all, all.order()));
        expect(buffer.wasOrdered).toBe(all.wasOrdered);
        expect(buffer.duplicateKeys(buffer.order())).toBe(all.duplicateKeys(all.order()));
      }),
    );
  });
});
