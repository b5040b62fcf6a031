import type { ReadCounts, StreamCounts, Tally } from '../../domain/slice.ts';

/** Counts what became of the rows of each stream; `read = hits + rejected + filtered` by construction (P1). */
export interface RowCounter {
  hit(stream: number): void;
  rejected(stream: number, column: string, reason: string): void;
  filtered(stream: number, reason: string): void;
  /** Besides: the row that is counted is too late for any hit (`ReadCounts.beyond`). */
  beyond(stream: number): void;
  /** What a mapper counted by itself: cuts, mends, empties. */
  add(tallies: readonly Tally[]): void;
  counts(): ReadCounts[];
  tallies(): Tally[];
  /** Takes over what another counter of the same streams has counted. */
  adopt(counted: CountedRows): void;
  readonly rows: number;
  readonly rejectedRows: number;
}

/** What a counter has counted so far. */
export interface CountedRows {
  readonly counts: readonly StreamCounts[];
  readonly tallies: readonly Tally[];
}

/** A counter for streams by their position in the mapping; streams without rows are counted as zeros. */
export function createRowCounter(streams: readonly string[]): RowCounter {
  const hits = new Array<number>(streams.length).fill(0);
  const rejected = new Array<number>(streams.length).fill(0);
  const filtered = new Array<number>(streams.length).fill(0);
  const beyond = new Array<number>(streams.length).fill(0);
  const byName = new Map<string, Tally>();
  let rows = 0;
  let rejectedRows = 0;

  const tally = (added: Tally): void => {
    const name = JSON.stringify([added.stream, added.outcome, added.column, added.reason]);
    byName.set(name, { ...added, count: (byName.get(name)?.count ?? 0) + added.count });
  };
  return {
    hit: (stream) => {
      hits[stream]! += 1;
      rows += 1;
    },
    rejected: (stream, column, reason) => {
      rejected[stream]! += 1;
      rows += 1;
      rejectedRows += 1;
      tally({ stream: streams[stream]!, outcome: 'rejected', column, reason, count: 1 });
    },
    filtered: (stream, reason) => {
      filtered[stream]! += 1;
      rows += 1;
      tally({ stream: streams[stream]!, outcome: 'filtered', column: '', reason, count: 1 });
    },
    beyond: (stream) => {
      beyond[stream]! += 1;
    },
    add: (tallies) => tallies.forEach(tally),
    counts: () =>
      streams.map((stream, index) => ({
        stream,
        read: hits[index]! + rejected[index]! + filtered[index]!,
        hits: hits[index]!,
        rejected: rejected[index]!,
        filtered: filtered[index]!,
        ...(beyond[index] === 0 ? {} : { beyond: beyond[index]! }),
      })),
    tallies: () => [...byName.values()],
    adopt(counted) {
      for (const [index, count] of counted.counts.entries()) {
        hits[index]! += count.hits;
        rejected[index]! += count.rejected;
        filtered[index]! += count.filtered;
        rows += count.read;
        rejectedRows += count.rejected;
      }
      counted.tallies.forEach(tally);
    },
    get rows() {
      return rows;
    },
    get rejectedRows() {
      return rejectedRows;
    },
  };
}
