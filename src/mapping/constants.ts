import type { TransformSpec, ValueMap } from '../config/mapping-schema.ts';
import type { Path } from './faults.ts';

/** A text that is written in the mapping as what a value gives, and where. */
export interface Constant {
  readonly text: string;
  readonly path: Path;
  /** When it is given, for people: in every row, or in those in which it is the value. */
  readonly when: 'in every row' | 'wherever it stands';
}

/**
 * The constants that a value may give as they are written: what it always gives, what it gives instead of something
 * absent, and what a `map` at the end makes of anything. A constant that is transformed is not looked at.
 */
export function constantsOf(spec: unknown, path: Path): Constant[] {
  const [own, ...others] = found(spec, path);
  if (own === undefined) return [];
  const isAlways = others.length === 0 && own.path.length === path.length + 1 && own.path.at(-1) === 'const';
  const hasCondition = (spec as ValueMap).when !== undefined;
  const when = isAlways && !hasCondition ? 'in every row' : 'wherever it stands';
  return [own, ...others].map((constant) => ({ ...constant, when }));
}

type Found = Omit<Constant, 'when'>;

function found(spec: unknown, path: Path): Found[] {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return [];
  const value = spec as ValueMap;
  const last = value.then?.at(-1);
  const own = value.then === undefined ? ofSource(value, path) : last === undefined ? [] : ofMap(last, value, path);
  return [...own, ...found(value.else, [...path, 'else'])].filter(({ text }) => text !== '');
}

function ofSource(value: ValueMap, path: Path): Found[] {
  if (value.const !== undefined) return [{ text: value.const, path: [...path, 'const'] }];
  return (value.first ?? []).flatMap((member, index) => found(member, [...path, 'first', index]));
}

function ofMap(last: TransformSpec, { then = [] }: ValueMap, path: Path): Found[] {
  if (typeof last !== 'object' || !('map' in last)) return [];
  const at = [...path, 'then', then.length - 1, 'map'];
  return Object.entries(last.map).map(([key, text]) => ({ text, path: [...at, key] }));
}
