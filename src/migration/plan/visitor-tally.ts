import { createDistinctCount } from './distinct.ts';
import { createFrequentTexts } from './frequent.ts';

/** Visitors as Adobe will tell them apart, and how evenly hits are spread over them, in the hits that were looked at. */
export interface VisitorCounts {
  /** Hits that were looked at. */
  readonly hits: number;
  /** Different visitors among them. */
  readonly visitors: number;
  /** `visitors` is counted; else it is estimated, off by 2 % typically. */
  readonly exact: boolean;
  /** The most hits of one visitor; where visitors are many, no fewer than this. */
  readonly mostOfVisitor: number;
  /** The most hits of one visitor group. */
  readonly mostOfGroup: number;
}

/** Counts hits by visitor and by visitor group, in bounded memory. */
export interface VisitorTally {
  hit(visitor: string, group: number): void;
  counts(): VisitorCounts;
}

/** More visitors than this are estimated. */
const mostRemembered = 50_000;
/** A visitor with more than the so-manieth part of all hits is never missed. */
const frequentRoom = 1_000;

/** A tally of no hits, for `groups` visitor groups. The same hits give the same counts, in the same order. */
export function createVisitorTally(groups: number): VisitorTally {
  const known = new Set<string>();
  const distinct = createDistinctCount();
  const frequent = createFrequentTexts(frequentRoom);
  const ofGroups = new Array<number>(groups).fill(0);
  let isExact = true;
  return {
    hit(visitor, group) {
      if (isExact) known.add(visitor);
      if (known.size > mostRemembered) {
        known.clear();
        isExact = false;
      }
      distinct.add(visitor);
      frequent.add(visitor);
      ofGroups[group]! += 1;
    },
    counts: () => ({
      hits: ofGroups.reduce((sum, hits) => sum + hits, 0),
      visitors: isExact ? known.size : distinct.estimate(),
      exact: isExact,
      mostOfVisitor: frequent.top(frequentRoom).reduce((most, { count, over }) => Math.max(most, count - over), 0),
      mostOfGroup: Math.max(...ofGroups),
    }),
  };
}
