import { MigrationError } from '../domain/error.ts';

/** A file as the plan froze it, or as it was just read; `path` is its name within its set. */
export interface FileState {
  readonly set: string;
  readonly path: string;
  readonly sha256: string;
}

/** What differs between the files that were planned and those that are there: one sentence per file. */
export function changedFiles(planned: readonly FileState[], found: readonly FileState[]): string[] {
  const nameOf = ({ set, path }: FileState): string => `${set}: ${path}`;
  const before = new Map(planned.map((file) => [nameOf(file), file.sha256]));
  const now = new Map(found.map((file) => [nameOf(file), file.sha256]));
  return [
    ...[...before.keys()].filter((name) => !now.has(name)).map((name) => `${name} is gone`),
    ...[...now.keys()].filter((name) => !before.has(name)).map((name) => `${name} is new`),
    ...[...now]
      .filter(([name, sha256]) => before.has(name) && before.get(name) !== sha256)
      .map(([name]) => `${name} has other content`),
  ];
}

/** Throws `source.changed` where the files that are there are not those that were planned. */
export function assertSameFiles(planned: readonly FileState[], found: readonly FileState[]): void {
  const changes = changedFiles(planned, found);
  if (changes.length === 0) return;
  throw new MigrationError('source.changed', `the input files are not those that were planned: ${changes.join('; ')}`, {
    next: 'put the files back as they were; new files need a migration of their own, with another id and work folder',
  });
}
