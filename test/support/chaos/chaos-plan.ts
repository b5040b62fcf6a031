import { type FaultKind, type FaultRule, faultKinds } from '../../../src/sandbox/faults.ts';
import type { SandboxSettings } from '../../../src/sandbox/settings.ts';
import { seededRandom } from '../random.ts';

/** What strikes a process from outside, at an observed moment. */
export type Blow =
  /** Ends it: at once, or as a person and a service manager do. */
  | 'SIGKILL'
  | 'SIGINT'
  | 'SIGTERM'
  | 'SIGHUP'
  /** Resets every connection between program and sandbox. */
  | 'cut'
  /** Pulls the cable for a moment, then resets: what was on its way is gone. */
  | 'stall'
  /** Refuses connections for a moment. */
  | 'refuse'
  /** Closes the sandbox and starts it again on its folder: tokens are void, files that were to come late are forgotten. */
  | 'restart';

/** A blow, once a process has made so many requests or commits. */
export interface Incident {
  readonly what: 'requests' | 'commits';
  readonly after: number;
  readonly blow: Blow;
}

/** One process from start to end. `disk` is what its disk still takes, in KiB; `null` for enough. */
export interface Life {
  readonly incidents: readonly Incident[];
  readonly disk: number | null;
}

/** All that happens to one migration before it is left in peace. The same seed gives the same plan. */
export interface ChaosPlan {
  readonly rows: number;
  readonly tokenTtl: number;
  /** Whether the program waits for 100-continue. */
  readonly expect: boolean;
  readonly settings: SandboxSettings;
  /** Of the sandbox, and of each that is started in its place; the last rules are for all that follow. */
  readonly faults: readonly (readonly FaultRule[])[];
  readonly lives: readonly Life[];
}

const kinds = Object.keys(faultKinds) as FaultKind[];
const paths = ['/events/key/', '/events/validate', '/ims/token'];
/** How many migrations share their rows: what the rows should become is worked out once for all of them. */
const rowSets = 5;

/** Draws a plan. Every kind of fault and every blow comes up in any row of fourteen seeds. */
export function planChaos(seed: number): ChaosPlan {
  const random = seededRandom(seed * 7919);
  const below = (end: number): number => Math.floor(random() * end);
  const oneOf = <T>(choices: readonly T[]): T => choices[below(choices.length)]!;

  const drawFault = (fault: FaultKind): FaultRule => {
    const seconds =
      fault === 'late-after' || fault === 'slow'
        ? { seconds: 0.2 + below(5) / 10 }
        : { seconds: 1, rows: 1 + below(3) };
    if (faultKinds[fault] === 'any' && random() < 0.4)
      return { at: 1 + below(4), fault, times: 1 + below(2), path: oneOf(paths), ...seconds };
    if (random() < 0.25) return { at: 0.15, fault, times: 2, ...seconds };
    return { at: 1 + below(12), fault, times: 1 + below(2), ...seconds };
  };
  const drawFaults = (first: readonly FaultKind[]): FaultRule[] =>
    [...first, ...Array.from({ length: 2 + below(4) }, () => oneOf(kinds))].map(drawFault);

  const mild: readonly Blow[] = ['cut', 'stall', 'refuse', 'restart'];
  const deadly: readonly Blow[] = ['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGINT', 'SIGTERM', 'SIGHUP'];
  const drawIncident = (blows: readonly Blow[]): Incident =>
    random() < 0.7
      ? { what: 'requests', after: 1 + below(24), blow: oneOf(blows) }
      : { what: 'commits', after: 1 + below(60), blow: oneOf(blows) };
  const drawLife = (): Life => ({
    incidents: [
      ...Array.from({ length: below(3) }, () => drawIncident(mild)),
      ...(random() < 0.75 ? [drawIncident(deadly)] : []),
    ],
    disk: random() < 0.15 ? below(120) : null,
  });

  return {
    rows: seed % rowSets,
    tokenTtl: oneOf([86_399, 86_399, 3, 6]),
    expect: seed % 5 !== 0,
    settings: {
      rejectedStatus: oneOf([400, 200] as const),
      logStyle: oneOf(['space', 'newline', 'log4j'] as const),
      validateNeedsGroup: random() < 0.5,
      duplicateKey: oneOf(['store', 'store', 'first', 'conflict'] as const),
    },
    // Whatever else is drawn, kind after kind gets its turn.
    faults: [drawFaults([kinds[seed % kinds.length]!]), drawFaults([]), []],
    lives: Array.from({ length: 1 + below(4) }, drawLife),
  };
}

/** Reads `1-200`, `7` or `3,9,20-30` into the seeds that it names. */
export function readSeeds(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const match = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part);
    if (match === null) throw new Error(`CHAOS_SEEDS: ${part} is neither a seed nor a range such as 1-200`);
    const first = Number(match[1]);
    return Array.from({ length: Number(match[2] ?? first) - first + 1 }, (_, index) => first + index);
  });
}
