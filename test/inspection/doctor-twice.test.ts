import { describe, expect, it } from 'vitest';
import type { Batch, Row } from '../../src/domain/row.ts';
import { compareReadings, type Reading, readFirst, readRange } from '../../src/inspection/doctor-twice.ts';
import type { SourceReader } from '../../src/source/source.ts';

const everything = { from: null, to: null };
const options = { most: 100, keyPlaces: [0], signal: new AbortController().signal };

function readerOf(...batches: readonly Batch[]): SourceReader & { readonly given: () => number } {
  let given = 0;
  return {
    given: () => given,
    read: async function* () {
      for (const batch of batches) {
        given += 1;
        yield batch;
      }
    },
  };
}

const read = async (rows: readonly Row[]): Promise<Reading> => {
  const reading = await readRange(readerOf({ rows }), { stream: 's' }, everything, options);
  if (reading === null) throw new Error('too many rows');
  return reading;
};

const compare = async (first: readonly Row[], second: readonly Row[]) =>
  compareReadings(await read(first), await read(second));

describe('one slice read twice', () => {
  it.each<[string, Row[], Row[]]>([
    [
      'the same',
      [
        ['1', 'a'],
        ['2', 'b'],
      ],
      [
        ['1', 'a'],
        ['2', 'b'],
      ],
    ],
    [
      'another order',
      [
        ['1', 'a'],
        ['2', 'b'],
        ['1', 'a'],
      ],
      [
        ['2', 'b'],
        ['1', 'a'],
        ['1', 'a'],
      ],
    ],
  ])('is alike: %s', async (_, first, second) => {
    expect(await compare(first, second)).toEqual({
      result: 'ok',
      found: `${first.length} rows alike in two snapshots`,
      cure: null,
    });
  });

  it.each<[string, Row[], Row[], string]>([
    [
      'a cell',
      [
        ['1', 'a'],
        ['2', 'b'],
      ],
      [
        ['1', 'a'],
        ['2', 'c'],
      ],
      '1 row differs; key 2',
    ],
    [
      'a row more',
      [['1', 'a']],
      [
        ['1', 'a'],
        ['2', 'b'],
      ],
      '1 row differs, 1 row the first time and 2 rows the second; key 2',
    ],
    [
      'a row less',
      [
        ['1', 'a'],
        ['2', 'b'],
        ['3', 'b'],
      ],
      [['1', 'a']],
      '2 rows differ, 3 rows the first time and 1 row the second; key 2, 3',
    ],
    [
      'as often in another way',
      [
        ['1', 'a'],
        ['1', 'a'],
        ['2', 'b'],
      ],
      [
        ['1', 'a'],
        ['2', 'b'],
        ['2', 'b'],
      ],
      '1 row differs; key 1, 2',
    ],
    ['NULL and an empty text', [['1', null]], [['1', '']], '1 row differs; key 1'],
    ['a text and its bytes', [['1', 'a']], [['1', Uint8Array.of(97)]], '1 row differs; key 1'],
    ['where a cell ends', [['1', 'ab', 'c']], [['1', 'a', 'bc']], '1 row differs; key 1'],
    [
      'more than three',
      [
        ['1', 'a'],
        ['2', 'a'],
        ['3', 'a'],
        ['4', 'a'],
        ['5', 'a'],
      ],
      [
        ['1', 'b'],
        ['2', 'b'],
        ['3', 'b'],
        ['4', 'b'],
        ['5', 'b'],
      ],
      '5 rows differ; key 1, 2, 3 and 2 more',
    ],
    ['a key of bytes', [[Uint8Array.of(0, 255), 'a']], [[Uint8Array.of(0, 255), 'b']], '1 row differs; key 0x00ff'],
  ])('differs: %s', async (_, first, second, says) => {
    const found = await compare(first, second);
    expect(found).toMatchObject({ result: 'fault', found: `of one slice read twice, ${says}` });
    expect(found.cure).toContain('random()');
  });

  it('counts lines that are no rows', async () => {
    const fault = { key: ['f.csv', '3'], reason: 'fields', text: 'x' };
    const reading = await readRange(readerOf({ rows: [], faults: [fault] }), { stream: 's' }, everything, options);
    expect(reading).toMatchObject({ rows: 1, faults: [fault] });
  });

  it('has them among the first rows, and no more than are wanted', async () => {
    const rows = Array.from({ length: 60 }, (_, n): Row => [String(n)]);
    const faults = Array.from({ length: 60 }, (_, n) => ({ key: ['f.csv', String(n)], reason: 'fields', text: 'x' }));
    const reading = await readFirst(readerOf({ rows, faults }, { rows }), { stream: 's' }, options);
    expect([reading.rows, reading.faults.length]).toEqual([100, 40]);
  });

  it('stops where there is too much, at once', async () => {
    const rows = Array.from({ length: 60 }, (_, n): Row => [String(n)]);
    const reader = readerOf({ rows }, { rows }, { rows }, { rows });
    expect(await readRange(reader, { stream: 's' }, everything, options)).toBeNull();
    expect(reader.given()).toBe(2);
    const first = readerOf({ rows }, { rows }, { rows });
    expect((await readFirst(first, { stream: 's' }, options)).rows).toBe(100);
    expect(first.given()).toBe(2);
  });
});
