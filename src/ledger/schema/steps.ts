import { first } from './001-first.ts';
import { homeRows } from './002-home-rows.ts';
import { firstPass } from './003-first-pass.ts';
import { chunkContent } from './004-chunk-content.ts';
import { chunkRemoved } from './005-chunk-removed.ts';
import { beyondRange } from './006-beyond-range.ts';
import { formerKeys } from './007-former-keys.ts';

/**
 * The SQL that leads from ledger version n to n + 1, for n from 0. Steps are only ever added, and they only add tables and
 * columns: that is how a reader sees an older ledger (`showAsNewest`).
 */
export const steps: readonly string[] = [
  first,
  homeRows,
  firstPass,
  chunkContent,
  chunkRemoved,
  beyondRange,
  formerKeys,
];
