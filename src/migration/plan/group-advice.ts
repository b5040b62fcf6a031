import type { Migration } from '../../config/migration.ts';
import { rowsPerSlice } from './plan.ts';
import { sendingTime } from './sending-time.ts';
import type { VisitorCounts } from './visitor-tally.ts';

/** Another number of visitor groups, and how long sending takes with it at least. */
export interface GroupAdvice {
  readonly groups: number;
  readonly seconds: number;
}

const mostGroups = 256;
/** Adobe wants as few groups as will do: more of them must be worth it (Adobe docs, BDIA visitor groups). */
const tolerance = 1.1;
const leastGainSeconds = 3_600;

/**
 * The fewest visitor groups with which sending these rows takes hardly longer than with any number, by the pace that is
 * set; `null` where they save less than an hour. The number cannot change once anything is sent. `visitors` are those of
 * all hits, where they are known: all hits of one stay in one group, so that no number of groups sends them faster.
 */
export function adviseGroups(
  rows: number,
  migration: Pick<Migration, 'slices' | 'visitorGroups' | 'chunks' | 'pace'>,
  visitors: Pick<VisitorCounts, 'hits' | 'mostOfVisitor'> | null,
): GroupAdvice | null {
  const secondsWith = (groups: number): number => {
    const perSlice = rowsPerSlice({ ...migration, visitorGroups: { ...migration.visitorGroups, count: groups } });
    const chunksPerLane = Math.ceil(rows / perSlice) * Math.ceil(perSlice / groups / migration.chunks.maxRows);
    return sendingTime({ rows, groups, chunksPerLane }, migration.pace).seconds;
  };
  const useful = visitors === null ? mostGroups : Math.floor(visitors.hits / Math.max(1, visitors.mostOfVisitor));
  const most = Math.max(1, Math.min(mostGroups, useful));
  const times = Array.from({ length: most }, (_, index) => secondsWith(index + 1));
  const enough = tolerance * Math.min(...times);
  const index = times.findIndex((seconds) => seconds <= enough);
  const seconds = times[index] ?? 0;
  const gained = secondsWith(migration.visitorGroups.count) - seconds;
  return gained < leastGainSeconds ? null : { groups: index + 1, seconds };
}
