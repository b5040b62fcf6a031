import { withIsoTimes } from '../domain/iso-time.ts';

/** What a visitor group holds. Times are Unix seconds, `null` where it holds no row. */
export interface GroupReport {
  readonly files: number;
  /** Data rows of the stored files, as Adobe's answers count them: the invalid ones are among them. */
  readonly rows: number;
  readonly invalidRows: number;
  readonly visitors: number;
  readonly firstTime: number | null;
  readonly lastTime: number | null;
}

/**
 * What a client must not do: go back in a visitor's time (`order`), send a visitor to two groups (`disjointness`), call
 * too often (`rate`), upload two files of one group side by side (`in-flight`), use an idempotency key twice
 * (`duplicate-key`), send the same bytes twice (`duplicate-file`).
 */
export type BreachKind = 'order' | 'disjointness' | 'rate' | 'in-flight' | 'duplicate-key' | 'duplicate-file';

/** All breaches of one kind, with a sentence for each of the first hundred. */
export interface BreachReport {
  readonly kind: BreachKind;
  readonly count: number;
  readonly samples: readonly string[];
}

/** What the sandbox holds and has seen. */
export interface SandboxReport {
  readonly files: number;
  readonly rows: number;
  readonly invalidRows: number;
  /** Rows taken that are equal, cell by cell, to one taken before. No breach: legacy systems hold equal hits. */
  readonly duplicateRows: number;
  readonly groups: Readonly<Record<string, GroupReport>>;
  /** Only kinds that occurred. */
  readonly breaches: readonly BreachReport[];
  /** Per endpoint the number of requests per outcome: an HTTP status, `cut` by a fault, or `aborted` by the client. */
  readonly requests: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How often each fault was injected. */
  readonly faults: Readonly<Record<string, number>>;
}

/** A stored file. Times are epoch ms. */
export interface FileReport {
  /** Counts from 1. */
  readonly number: number;
  readonly group: string;
  readonly key: string;
  readonly fileId: string;
  readonly uploadName: string;
  readonly rows: number;
  readonly invalidRows: number;
  /** Compressed bytes. */
  readonly size: number;
  /** Of the uncompressed CSV. */
  readonly sha256: string;
  readonly startedAt: number;
  readonly storedAt: number;
}

/** What `GET /sandbox/report` answers: the report, its times as ISO 8601 UTC. */
export function reportDocument({ groups, ...report }: SandboxReport): unknown {
  const timed = Object.entries(groups).map(([name, group]) => [name, withIsoTimes(group, 'firstTime', 'lastTime')]);
  return { ...report, groups: Object.fromEntries(timed) };
}

/** What `GET /sandbox/files` lists, in order of arrival: a stored file, its times as ISO 8601 UTC. */
export function fileDocument({ startedAt, storedAt, ...file }: FileReport): unknown {
  return { ...file, startedAt: new Date(startedAt).toISOString(), storedAt: new Date(storedAt).toISOString() };
}

/** Gathers breaches. */
export interface BreachLog {
  add(kind: BreachKind, sample: string, count?: number): void;
  report(): BreachReport[];
}

const maxSamples = 100;

/** Opens an empty log that keeps a hundred samples of each kind. */
export function createBreachLog(): BreachLog {
  const kinds = new Map<BreachKind, { count: number; samples: string[] }>();
  return {
    add: (kind, sample, count = 1) => {
      const entry = kinds.get(kind) ?? { count: 0, samples: [] };
      kinds.set(kind, entry);
      entry.count += count;
      if (entry.samples.length < maxSamples) entry.samples.push(sample);
    },
    report: () => [...kinds].map(([kind, { count, samples }]) => ({ kind, count, samples: [...samples] })),
  };
}

/** Counts by two names, such as endpoint and outcome. */
export function createTally(): {
  add(first: string, second: string): void;
  report(): Record<string, Record<string, number>>;
} {
  const counts = new Map<string, Map<string, number>>();
  return {
    add: (first, second) => {
      const inner = counts.get(first) ?? new Map<string, number>();
      counts.set(first, inner);
      inner.set(second, (inner.get(second) ?? 0) + 1);
    },
    report: () => Object.fromEntries([...counts].map(([first, inner]) => [first, Object.fromEntries(inner)])),
  };
}
