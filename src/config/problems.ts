import { distance } from 'fastest-levenshtein';
import type { Problem } from '../domain/problem.ts';
import type { Place } from './yaml-node.ts';

/** What went wrong, or the value: faults in what people wrote are values, all at once. */
export type Checked<T> = { readonly value: T; readonly problems?: never } | { readonly problems: readonly Problem[] };

/** An error at a place; `null` where no place can be named. */
export function problemAt(place: Place | null, code: string, message: string, hint: string | null = null): Problem {
  return {
    code,
    message,
    file: place?.file ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    hint,
    severity: 'error',
  };
}

/**
 * The candidate that a person most likely meant by `name`, without regard to case: no more than a third of its letters
 * differ, or they only stand in another order. `null` where none is near.
 */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const [a, b] = [name.toLowerCase(), candidate.toLowerCase()];
    const apart = sorted(a) === sorted(b) ? 1 : distance(a, b);
    if (apart < least && apart <= Math.max(1, Math.floor(Math.max(a.length, b.length) / 3))) {
      best = candidate;
      least = apart;
    }
  }
  return best;
}

function sorted(text: string): string {
  return [...text].sort().join('');
}

/** `did you mean "…"?` for the nearest candidate, else the list of what is allowed; `null` where nothing is. */
export function hintFor(name: string, candidates: Iterable<string>): string | null {
  const list = [...candidates];
  const near = nearest(name, list);
  if (near !== null) return `did you mean "${near}"?`;
  return list.length === 0 ? null : `one of ${list.join(', ')}`;
}

/** Problems in the order of the files, each told once. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const seen = new Map<string, Problem>();
  for (const problem of problems) {
    seen.set(JSON.stringify([problem.file, problem.line, problem.column, problem.code, problem.message]), problem);
  }
  const files = [...new Set(problems.map((problem) => problem.file))];
  return [...seen.values()].sort(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}
