import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countInParts } from '../../../src/migration/plan/count-in-parts.ts';
import type { StreamQuery, WindowCount, WindowRange } from '../../../src/source/source.ts';

const day = 86_400;
const hour = 3600;

const stream: StreamQuery = { stream: 'hits', window: { column: 'at', type: 's', zone: 'UTC' } };

/** A table of hours with rows, beside rows that come with every range, and rows whose time cannot be read. */
function table(hours: readonly number[], nulls: number, unreadable: readonly number[]) {
  const asked: WindowRange[] = [];
  const count = async (part: WindowRange): Promise<readonly WindowCount[]> => {
    asked.push(part);
    const isIn = (at: number): boolean => (part.from === null || at >= part.from) && (part.to === null || at < part.to);
    const none = nulls + unreadable.filter(isIn).length;
    const spans = [...new Set(hours.filter(isIn))].sort((a, b) => a - b);
    return [
      ...(none > 0 ? [{ start: null, rows: none }] : []),
      ...spans.map((start) => ({ start, rows: hours.filter((each) => each === start).length })),
    ];
  };
  return { asked, count };
}

describe('counting in parts', () => {
  it('asks for twelve parts of the range, in days, and what lies around it', async () => {
    const { asked, count } = table([], 0, []);
    expect(await countInParts(stream, { from: 10 * day + 5, to: 370 * day }, count, () => undefined)).toEqual([]);
    expect(asked[0]).toEqual({ from: 10 * day + 5, to: 10 * day + 5 });
    expect(asked.length).toBe(15);
    expect(asked[1]).toEqual({ from: null, to: 10 * day });
    expect(asked[2]).toEqual({ from: 10 * day, to: 40 * day });
    expect(asked[13]).toEqual({ from: 340 * day, to: 370 * day });
    expect(asked[14]).toEqual({ from: 370 * day, to: null });
  });

  it('counts rows without a time once, and passes over what lies outside the part', async () => {
    const { count } = table([0, hour, hour, 3 * day], 7, [2 * day]);
    const careless = async (part: WindowRange): Promise<readonly WindowCount[]> => {
      return [...(await count(part)), { start: -5 * day, rows: part.from === null ? 100 : 1 }];
    };
    const told: number[] = [];
    expect(await countInParts(stream, { from: 0, to: 2 * day }, careless, (rows) => told.push(rows))).toEqual([
      { start: null, rows: 8 },
      { start: -5 * day, rows: 100 },
      { start: 0, rows: 1 },
      { start: hour, rows: 2 },
      { start: 3 * day, rows: 1 },
    ]);
    expect(told).toEqual([107, 110, 110, 112]);
  });

  it('finds the same as one count over all', async () => {
    const second = fc.integer({ min: -400 * day, max: 800 * day });
    const hours = fc.array(second.map((at) => Math.floor(at / hour) * hour));
    await fc.assert(
      fc.asyncProperty(
        hours,
        fc.nat(3),
        fc.array(second),
        second,
        fc.integer({ min: 1, max: 500 * day }),
        async (filled, nulls, unreadable, from, length) => {
          const { count } = table(filled, nulls, unreadable);
          const inParts = await countInParts(stream, { from, to: from + length }, count, () => undefined);
          expect(inParts).toEqual(await count({ from: null, to: null }));
        },
      ),
    );
  });
});

/** Answers of a query that compares one value and returns another one, both in hours of 10 rows. */
const query =
  (isGiven: (hour: number, part: { from: number; to: number }) => boolean, returned: (hour: number) => number) =>
  async (part: WindowRange): Promise<readonly WindowCount[]> => {
    const [from, to] = [part.from ?? Number.NEGATIVE_INFINITY, part.to ?? Number.POSITIVE_INFINITY];
    const hours = Array.from({ length: 240 }, (_, at) => at * hour).filter((at) => isGiven(at, { from, to }));
    return hours.map((at) => ({ start: returned(at), rows: 10 }));
  };

const range = { from: 2 * day, to: 8 * day };
const same = (at: number): number => at;
const isInPart = (at: number, { from, to }: { from: number; to: number }): boolean => at >= from && at < to;

describe('a query that gives rows of other times', () => {
  it.each([
    ['at the end of each range', query((at, { from, to }) => at >= from && at <= to, same)],
    ['from each beginning on', query((at, { from }) => at >= from, same)],
    ['up to each end', query((at, { to }) => at < to, same)],
    ['with every range', query(() => true, same)],
    ['some with every range', query((at, part) => isInPart(at, part) || at % 7 === 0, same)],
    ['some from each beginning on', query((at, part) => isInPart(at, part) || (at >= part.from && at % 5 === 0), same)],
  ])('is counted: %s', async (_, count) => {
    const spans = await countInParts(stream, range, count, () => undefined);
    expect(spans).toEqual(Array.from({ length: 240 }, (__, at) => ({ start: at * hour, rows: 10 })));
  });

  it.each([
    ['before', -hour, '1970-01-02 23:00:00'],
    ['after', 2 * hour, '1970-01-03 00:00:00'],
  ])('is refused where it returns a time %s the one that it compares', async (_, shift, first) => {
    const count = query(isInPart, (at) => at + shift);
    await expect(countInParts(stream, range, count, () => undefined)).rejects.toMatchObject({
      code: 'input.invalid',
      message: `Stream hits: the query compares :from and :to with another value than it returns as at: asked for other times it gives 10 rows whose at lies in the hour from ${first}, asked for that time 0`,
      next: expect.stringContaining('return the column as it is'),
    });
  });
});
