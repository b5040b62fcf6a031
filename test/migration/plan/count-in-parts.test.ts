import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countInParts } from '../../../src/migration/plan/count-in-parts.ts';
import type { WindowCount, WindowRange } from '../../../src/source/source.ts';

const day = 86_400;
const hour = 3600;

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
    expect(await countInParts({ from: 10 * day + 5, to: 370 * day }, count, () => undefined)).toEqual([]);
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
      return [...(await count(part)), { start: -5 * day, rows: part.from === null ? 1 : 100 }];
    };
    const told: number[] = [];
    expect(await countInParts({ from: 0, to: 2 * day }, careless, (rows) => told.push(rows))).toEqual([
      { start: null, rows: 8 },
      { start: -5 * day, rows: 1 },
      { start: 0, rows: 1 },
      { start: hour, rows: 2 },
      { start: 3 * day, rows: 1 },
    ]);
    expect(told).toEqual([8, 11, 11, 13]);
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
          const inParts = await countInParts({ from, to: from + length }, count, () => undefined);
          expect(inParts).toEqual(await count({ from: null, to: null }));
        },
      ),
    );
  });
});
