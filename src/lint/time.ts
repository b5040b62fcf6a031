import { keptFrom } from '../adobe/retention.ts';
import type { Note } from './finding.ts';
import type { LintSuite } from './suite.ts';

/** Checks the time of one row: Unix seconds, the data row, the header of the column and the cell as they are written. */
export type TimeLint = (seconds: number, row: number, column: string | null, value: string) => void;

/** The rules of what a time is at `now`, epoch ms: not yet to come, and within the months that the suite keeps. */
export function compileTimeLint(now: number, { retention }: LintSuite, note: Note): TimeLint {
  const kept = retention === undefined ? Number.NEGATIVE_INFINITY : keptFrom(now, retention);
  const last = now / 1_000;
  return (seconds, row, column, value) => {
    if (seconds < kept) {
      const message = `the report suite keeps ${retention} months, that is from ${new Date(kept * 1000).toISOString().slice(0, 10)} on`;
      note({ rule: 'retention', row, column, value, message });
    } else if (seconds > last) {
      const message = `${new Date(seconds * 1000).toISOString()} is yet to come: Adobe shows the hit on that day`;
      note({ rule: 'timestamp-future', row, column, value, message });
    }
  };
}
