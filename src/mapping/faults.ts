import { nearest, problemAt } from '../config/problems.ts';
import type { Place } from '../config/yaml-node.ts';
import type { Problem } from '../domain/problem.ts';

/** Where something stands in a mapping: member names and list positions from its root. */
export type Path = readonly (string | number)[];

/** Finds the place of a path, or of its nearest ancestor that was written; `null` where none can be named. */
export type Locate = (path: Path, what?: 'key' | 'value') => Place | null;

/** Collects what is wrong with a mapping, so that all of it is shown at once. */
export interface Faults {
  readonly problems: Problem[];
  /** `hint` is the cure; `what` is `key` where the name itself is wrong, not what stands after it. */
  error(path: Path, code: string, message: string, hint: string, what?: 'key' | 'value'): void;
  warning(path: Path, code: string, message: string, hint: string): void;
}

/** An empty collection. The same fault at the same place is kept once, since streams share `defaults`. */
export function createFaults(locate: Locate): Faults {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const add = (
    severity: Problem['severity'],
    path: Path,
    code: string,
    message: string,
    hint: string,
    what: 'key' | 'value' = 'value',
  ) => {
    const place = locate(path, what);
    const where = place === null ? path.join('\0') : `${place.file}\0${place.line}\0${place.column}`;
    const key = `${where}\0${code}\0${message}`;
    if (seen.has(key)) return;
    seen.add(key);
    problems.push({ ...problemAt(place, `mapping.${code}`, message, hint), severity });
  };
  return {
    problems,
    error: (path, code, message, hint, what) => add('error', path, code, message, hint, what),
    warning: (path, code, message, hint) => add('warning', path, code, message, hint),
  };
}

/** `did you mean "x"?`, or `otherwise` where nothing is near. */
export function suggestion(name: string, names: Iterable<string>, otherwise: string): string {
  const near = nearest(name, names);
  return near === null ? otherwise : `did you mean "${near}"?`;
}
