import { basename, dirname } from 'node:path';

/** What tells the visitor group of a file: its folder, its name, or nothing (all are of one group). */
export type GroupBy = 'folder' | 'name' | 'none';

const numbered = /^\d+-(?=.*[A-Za-z])/;

/** `name` where all files are called `<number>-<group>.csv.gz`, else `folder`. */
export function guessGroupBy(paths: readonly string[]): GroupBy {
  return paths.length > 0 && paths.every((path) => numbered.test(stem(path))) ? 'name' : 'folder';
}

/**
 * The visitor group of a file: the name of its folder, or its own name without extensions, and without the numbers that
 * it begins and ends with (`0007-acme_0.csv.gz` and `acme_0-7.csv` are of `acme_0`).
 */
export function groupOfFile(path: string, by: GroupBy): string {
  if (by === 'none') return '';
  if (by === 'folder') return dirname(path);
  return stem(path)
    .replace(/^(?:\d+[-.])+(?=.)/, '')
    .replace(/(?<=.)(?:[-.]\d+)+$/, '');
}

/** Files in the order of their names, numbers by their value; the order in which they would be uploaded. */
export function inUploadOrder(paths: readonly string[]): string[] {
  const compare = new Intl.Collator('en', { numeric: true, sensitivity: 'variant' }).compare;
  return [...paths].sort((one, other) => compare(basename(one), basename(other)) || compare(one, other));
}

function stem(path: string): string {
  return basename(path).replace(/(?:\.csv)?(?:\.gz)?$/i, '');
}
