import { createDistinctCount, type DistinctCount } from '../migration/plan/distinct.ts';

/** One column of one stream's hits. */
export interface ColumnQuality {
  readonly column: string;
  /** Hits that have a value. */
  readonly filled: number;
  /** About how many different values; off by 1.6 % typically. */
  readonly distinct: number;
  /** A value, cut to 80 characters; the only one where `distinct` is 1. `null` where there is none. */
  readonly example: string | null;
}

/** What one stream's hits are. Times are Unix seconds. */
export interface StreamQuality {
  readonly stream: string;
  readonly hits: number;
  readonly firstTime: number | null;
  readonly lastTime: number | null;
  /** Columns that have a value, and those that the mapping names and that never have one. */
  readonly columns: readonly ColumnQuality[];
  /** Hits at a full quarter of an hour: one in 900 by chance, nearly all where the source knows days or hours only. */
  readonly onTheQuarter: number;
  /** Hits with the event `purchase`, and those of them whose products say no amount. */
  readonly orders: number;
  readonly ordersWithoutRevenue: number;
  /** Where some of those stand: `<visitor group>/<chunk> row <n>`. */
  readonly withoutRevenueAt: readonly string[];
}

interface Column {
  filled: number;
  readonly distinct: DistinctCount;
  readonly example: string;
}

const quarter = 900;
const mostPlaces = 5;

/** Gathers what one stream's hits are; memory grows with its columns only. */
export function createStreamQuality(stream: string): {
  /** One hit; `places` lead from names to cells, `at` says where it stands. */
  hit(names: readonly string[], cells: readonly string[], places: ReadonlyMap<string, number>, at: () => string): void;
  /** `mapped`: the columns that the mapping names for this stream. */
  result(mapped: readonly string[]): StreamQuality;
} {
  const columns = new Map<string, Column>();
  const withoutRevenueAt: string[] = [];
  const found = { hits: 0, onTheQuarter: 0, orders: 0, ordersWithoutRevenue: 0 };
  let firstTime: number | null = null;
  let lastTime: number | null = null;
  return {
    hit: (names, cells, places, at) => {
      found.hits += 1;
      for (const [place, name] of names.entries()) {
        const text = cells[place] ?? '';
        if (text === '') continue;
        let known = columns.get(name);
        if (known === undefined) {
          known = { filled: 0, distinct: createDistinctCount(), example: text.slice(0, 80) };
          columns.set(name, known);
        }
        known.filled += 1;
        known.distinct.add(text);
      }
      const cell = (name: string): string => cells[places.get(name) ?? -1] ?? '';
      const seconds = Number(cell('timestamp'));
      if (seconds % quarter === 0) found.onTheQuarter += 1;
      if (firstTime === null || seconds < firstTime) firstTime = seconds;
      if (lastTime === null || seconds > lastTime) lastTime = seconds;
      if (!/(?:^|,)purchase(?:,|$)/.test(cell('events'))) return;
      found.orders += 1;
      if (hasRevenue(cell('products'))) return;
      found.ordersWithoutRevenue += 1;
      if (withoutRevenueAt.length < mostPlaces) withoutRevenueAt.push(at());
    },
    result: (mapped) => {
      const empty = mapped.filter((name) => !columns.has(name));
      return {
        stream,
        firstTime,
        lastTime,
        ...found,
        withoutRevenueAt,
        columns: [
          ...[...columns].map(([column, { filled, distinct, example }]) => {
            return { column, filled, distinct: Math.min(filled, distinct.estimate()), example };
          }),
          ...empty.map((column) => ({ column, filled: 0, distinct: 0, example: null })),
        ],
      };
    },
  };
}

/** True where a product's fourth part, the line's total, is more than nothing. */
function hasRevenue(products: string): boolean {
  return products.split(',').some((entry) => /[1-9]/.test(entry.split(';')[3] ?? ''));
}
