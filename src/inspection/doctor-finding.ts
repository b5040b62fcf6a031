import { MigrationError } from '../domain/error.ts';

/** What `doctor` looks at, in this order. */
export type DoctorSubject = 'files' | 'source' | 'index' | 'twice' | 'disk' | 'token' | 'host' | 'access' | 'clock';

/** One thing that was looked at, on its own: a fault in one hides no other. */
export interface DoctorFinding {
  readonly check: DoctorSubject;
  /** The stream, host or secret that is meant, where there are several. */
  readonly of: string | null;
  /** A migration with a fault cannot go well; a warning costs time or may come to nothing; `skipped` says why it was not looked at. */
  readonly result: 'ok' | 'warning' | 'fault' | 'skipped';
  readonly found: string;
  /** What to do about it, a sentence or a statement; `null` where nothing is to be done. */
  readonly cure: string | null;
  /** How long it took to find out, where that says something. */
  readonly seconds: number | null;
}

/** A finding before it is known whether its time matters. */
export type Verdict = Pick<DoctorFinding, 'result' | 'found' | 'cure'>;

/** Makes a finding; `seconds` is what it took. */
export function findingOf(
  check: DoctorSubject,
  of: string | null,
  verdict: Verdict,
  seconds: number | null = null,
): DoctorFinding {
  return { check, of, ...verdict, seconds };
}

/** A verdict without cure, as a good one is. */
export function plain(result: 'ok' | 'skipped', found: string): Verdict {
  return { result, found, cure: null };
}

/** What stops a run, as a fault that was found in time. A stop by a signal and a bug are thrown on. */
export function faultOf(error: unknown): Verdict {
  if (!(error instanceof MigrationError) || error.code === 'interrupted') throw error;
  return { result: 'fault', found: error.message, cure: error.next };
}
