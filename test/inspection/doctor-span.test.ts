import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSpanSearch, middleSpan, type Span } from '../../src/inspection/doctor-span.ts';

const day = 86_400;

describe('the span in the middle of a range', () => {
  it.each([
    ['ten years: a day at most', { from: 0, to: 3650 * day }, { from: 1824.5 * day, to: 1825.5 * day }],
    ['a month: an hour at least', { from: 0, to: 30 * day }, { from: 15 * day - 1800, to: 15 * day + 1800 }],
    ['a year: a thousandth', { from: 0, to: 365 * day }, { from: 182.5 * day - 15_768, to: 182.5 * day + 15_768 }],
    ['minutes: all of them', { from: 60, to: 360 }, { from: 60, to: 360 }],
  ])('%s', (_, range, span) => {
    expect(middleSpan(range)).toEqual(span);
  });
});

describe('the search for a span with rows', () => {
  /** Searches a source with `perSecond` rows a second between two times; what it ends with, and after how many reads. */
  const searchIn = (range: Span, full: Span, perSecond: number, tries: number, grain = 1) => {
    const search = createSpanSearch(range, { grain, tries });
    const seen: Span[] = [];
    for (let span = search.next(); span !== null; span = search.next()) {
      seen.push(span);
      const rows = Math.max(0, Math.min(span.to, full.to) - Math.max(span.from, full.from)) * perSecond;
      if (rows > 0 && rows <= 50_000) return { found: span, seen };
      search.saw(rows === 0 ? 'empty' : 'crowded');
    }
    return { found: null, seen };
  };
  const range = { from: 0, to: 3650 * day };

  it.each([
    ['in the middle at once', range, 0.1, 12, 1],
    ['crowded: inwards, a day, 90 minutes, 5 minutes', range, 100, 12, 3],
    ['rows at the end alone: outwards to all of it', { from: 3600 * day, to: 3650 * day }, 0.01, 12, 4],
    ['two tries: the middle, and all', { from: 3600 * day, to: 3650 * day }, 0.01, 2, 2],
  ])('%s', (_, full, perSecond, tries, reads) => {
    const { found, seen } = searchIn(range, full, perSecond, tries);
    expect(found).not.toBeNull();
    expect(seen).toHaveLength(reads);
  });

  it('gives up where there is nothing, and where the least span is crowded', () => {
    expect(searchIn(range, { from: 0, to: 0 }, 1, 12)).toMatchObject({ found: null, seen: { length: 4 } });
    const crowded = searchIn(range, range, 1_000_000, 12);
    expect(crowded.found).toBeNull();
    expect(crowded.seen.at(-1)).toEqual({ from: 1825 * day - 1, to: 1825 * day });
    expect(searchIn(range, range, 100, 12, day).seen).toHaveLength(1);
  });

  it('ends, inside the range, whatever it sees', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e10, max: 1e10 }),
        fc.integer({ min: 1, max: 1e10 }),
        fc.constantFrom(1, day),
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        (from, length, grain, tries, answers) => {
          const within = { from, to: from + length };
          const search = createSpanSearch(within, { grain, tries });
          let reads = 0;
          for (let span = search.next(); span !== null; span = search.next()) {
            expect(span.from).toBeGreaterThanOrEqual(within.from);
            expect(span.to).toBeLessThanOrEqual(within.to);
            expect(span.to).toBeGreaterThan(span.from);
            search.saw(answers[reads] === true ? 'empty' : 'crowded');
            reads += 1;
          }
          expect(reads).toBeGreaterThan(0);
          expect(reads).toBeLessThanOrEqual(tries);
        },
      ),
    );
  });
});
