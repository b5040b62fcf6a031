import { count } from '../../domain/count.ts';
import { MigrationError } from '../../domain/error.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { Job } from '../job/job.ts';

/** A file as the ledger froze it, or as it was just read; `path` is its name within its set. `null` says nothing yet. */
export interface FileState {
  readonly set: string;
  readonly path: string;
  readonly sha256: string | null;
}

/** One name for a file of a set, as messages show it. */
export function nameOf({ set, path }: Pick<FileState, 'set' | 'path'>): string {
  return `${set}: ${path}`;
}

/** What differs between the files that were frozen and those that are there: one sentence per file. */
export function changedFiles(frozen: readonly FileState[], found: readonly FileState[]): string[] {
  const before = new Map(frozen.map((file) => [nameOf(file), file.sha256]));
  return [
    ...differentNames(frozen, found),
    ...found.filter((file) => (before.get(nameOf(file)) ?? file.sha256) !== file.sha256).map(otherContent),
  ];
}

/** The files that are gone and those that are new: one sentence each. */
export function differentNames(
  frozen: readonly Pick<FileState, 'set' | 'path'>[],
  found: readonly Pick<FileState, 'set' | 'path'>[],
): string[] {
  const before = new Set(frozen.map(nameOf));
  const now = new Set(found.map(nameOf));
  return [
    ...[...before].filter((name) => !now.has(name)).map((name) => `${name} is gone`),
    ...[...now].filter((name) => !before.has(name)).map((name) => `${name} is new`),
  ];
}

/** Says that a file holds other bytes. */
export function otherContent(file: Pick<FileState, 'set' | 'path'>): string {
  return `${nameOf(file)} has other content`;
}

/** How many files a message names. */
const mostNamed = 10;

/** Throws `source.changed` where anything has changed; the way out depends on whether anything was sent. */
export async function assertUnchanged(
  changes: readonly string[],
  { migration }: Pick<Job, 'migration'>,
  ledger: Pick<Ledger, 'anyAttempt'>,
): Promise<void> {
  if (changes.length === 0) return;
  const anew = (await ledger.anyAttempt())
    ? ''
    : `, or, since nothing was sent yet, remove ${migration.folder} and begin anew`;
  const named = changes.slice(0, mostNamed).join('; ');
  const more = changes.length > mostNamed ? `; and ${count(changes.length - mostNamed)} more` : '';
  throw new MigrationError(
    'source.changed',
    `the input files are not those that this migration began with: ${named}${more}`,
    {
      next: `put the files back as they were${anew}; new files need a migration of their own, with another id and work folder, whose paths name them alone: it sends every row that it reads, and the same report suite would have the others' twice (docs/guarantees.md)`,
    },
  );
}
