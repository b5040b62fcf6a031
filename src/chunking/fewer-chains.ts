import { MigrationError } from '../domain/error.ts';
import { type Chain, memoryOf } from './read-chain.ts';

/** Each chain that is merged has a file open. */
const MOST_CHAINS = 128;

/** What merging these chains needs next. */
export interface MergeStep {
  /** The chains to merge now, the smallest ones. */
  readonly now: readonly Chain[];
  /** The others; none where the merge is the last one. */
  readonly later: readonly Chain[];
  /** What the merge holds in memory. */
  readonly bytes: number;
}

/**
 * Which chains to merge so that in the end the rest can be merged at once, within half of `memoryBytes` where that is
 * possible. Throws `build.memory` where rows are so long that not even two of them can be.
 */
export function nextMerge(all: readonly Chain[], memoryBytes: number): MergeStep {
  const chains = [...all].sort((left, right) => bytesOf(left) - bytesOf(right));
  const most = mostAtOnce(chains, memoryBytes / 2);
  const isLast = chains.length === 1 || most >= chains.length;
  const together = isLast ? chains.length : Math.max(2, Math.min(most, chains.length - most + 1));
  const now = chains.slice(0, together);
  const bytes = now.reduce((sum, chain) => sum + memoryOf(chain), 0);
  if (chains.length > 1 && bytes > memoryBytes) throw tooLong(bytes, memoryBytes);
  return { now, later: chains.slice(together), bytes };
}

/** The bytes of a chain's files. */
export function bytesOf(chain: Chain): number {
  return chain.reduce((sum, { file }) => sum + file.bytes, 0);
}

/** How many of these chains can be merged at once, from the first on. */
function mostAtOnce(chains: readonly Chain[], bytes: number): number {
  let needed = 0;
  let most = 0;
  for (; most < chains.length && most < MOST_CHAINS; most++) {
    needed += memoryOf(chains[most]!);
    if (needed > bytes) break;
  }
  return most;
}

function tooLong(bytes: number, budget: number): MigrationError {
  return new MigrationError(
    'build.memory',
    `Merging rows this long needs ${bytes} bytes, build.memory allows ${budget}.`,
    { next: 'Raise build.memory, or cut the long columns in the mapping.' },
  );
}
