import { closest, distance } from 'fastest-levenshtein';
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

/** The candidate that a person most likely meant by `name`: differs in at most a third of its letters; else `null`. */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  const list = [...candidates];
  if (list.length === 0) return null;
  const wanted = name.toLowerCase();
  const best = closest(
    wanted,
    list.map((candidate) => candidate.toLowerCase()),
  );
  const found = list.find((candidate) => candidate.toLowerCase() === best);
  const allowed = Math.max(1, Math.floor(Math.max(wanted.length, best.length) / 3));
  return found !== undefined && distance(wanted, best) <= allowed ? found : null;
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
