import type { ColumnTest, ConditionSpec } from '../config/mapping-schema.ts';
import { compilePattern } from '../config/pattern.ts';
import type { Row } from '../domain/row.ts';
import { compareDecimals, parseDecimal } from './decimal.ts';
import type { Faults, Path } from './faults.ts';
import type { Reader, Scope } from './scope.ts';

/** Whether something holds for a row. */
export type Condition = (row: Row) => boolean;

type TextTest = (text: string) => boolean;
type Comparison = 'gt' | 'ge' | 'lt' | 'le';

const comparisons: Readonly<Record<Comparison, (order: number) => boolean>> = {
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
};

/**
 * Compiles a condition: all its entries must hold. Equality is of text, `gt ge lt le` compare exact decimals, and an
 * absent value (or one that is no number, where numbers are compared) passes no test but `not`. The names `present`,
 * `absent`, `any` and `not` are reserved; a column of that name is written in quotes.
 */
export function compileCondition(spec: ConditionSpec, path: Path, scope: Scope, faults: Faults): Condition {
  const entries = Object.entries(spec).filter(([, test]) => test !== undefined);
  if (entries.length === 0)
    faults.error(
      path,
      'empty-condition',
      'a condition must say something: {} holds for no row',
      'such as { column: text }',
    );
  const parts = entries.map(([name, test]): Condition => {
    const at = [...path, name];
    if (name === 'present') return columnsAre(test, at, scope, faults, (text) => text !== '');
    if (name === 'absent') return columnsAre(test, at, scope, faults, (text) => text === '');
    if (name === 'not') {
      const inner = compileCondition(test as ConditionSpec, at, scope, faults);
      return (row) => !inner(row);
    }
    if (name === 'any') {
      const members = test as readonly ConditionSpec[];
      if (members.length === 0)
        faults.error(at, 'empty-condition', '"any" of no conditions holds for no row', 'any: [ { column: text } ]');
      const inner = members.map((member, index) => compileCondition(member, [...at, index], scope, faults));
      return (row) => {
        for (const condition of inner) if (condition(row)) return true;
        return false;
      };
    }
    const read = scope.text(name, at);
    const passes = compileTest(test as ColumnTest, at, faults);
    return (row) => passes(read(row));
  });
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return (row) => {
    for (const part of parts) if (!part(row)) return false;
    return parts.length > 0;
  };
}

function columnsAre(names: unknown, path: Path, scope: Scope, faults: Faults, holds: TextTest): Condition {
  const list = Array.isArray(names) ? (names as readonly string[]) : [names as string];
  if (list.length === 0)
    faults.error(path, 'empty-condition', 'a list of no columns says nothing of any row', 'name a column: [column]');
  const readers: readonly Reader[] = list.map((name, index) =>
    scope.text(name, Array.isArray(names) ? [...path, index] : path),
  );
  return (row) => {
    for (const read of readers) if (!holds(read(row))) return false;
    return true;
  };
}

function compileTest(test: ColumnTest, path: Path, faults: Faults): TextTest {
  if (typeof test === 'string' || Array.isArray(test)) return equals(test, path, faults);
  const parts: TextTest[] = [];
  for (const name of ['gt', 'ge', 'lt', 'le'] as const) {
    const bound = test[name];
    if (bound !== undefined) parts.push(compares(name, bound, [...path, name], faults));
  }
  if (test.matches !== undefined) parts.push(matches(test.matches, [...path, 'matches'], faults));
  if (test.not !== undefined) {
    const same = equals(test.not, [...path, 'not'], faults);
    parts.push((text) => !same(text));
  }
  if (parts.length === 0)
    faults.error(path, 'empty-condition', 'a test must say something: gt, ge, lt, le, matches or not', '{ ge: 1 }');
  return (text) => {
    for (const part of parts) if (!part(text)) return false;
    return true;
  };
}

function equals(wanted: string | readonly string[], path: Path, faults: Faults): TextTest {
  const list = typeof wanted === 'string' ? [wanted] : wanted;
  if (list.length === 0)
    faults.error(path, 'empty-condition', 'a list of no texts is equal to none', 'such as { column: [text, text] }');
  if (list.includes('')) {
    faults.error(path, 'empty-text', 'the empty text is absent, and absent equals nothing', 'write absent: [column]');
  }
  const [only] = list;
  if (list.length === 1 && only !== undefined) return (text) => text === only && text !== '';
  const set = new Set(list);
  return (text) => text !== '' && set.has(text);
}

function compares(name: Comparison, bound: string, path: Path, faults: Faults): TextTest {
  const limit = parseDecimal(bound);
  if (limit === '') {
    faults.error(
      path,
      'not-a-number',
      `"${bound}" is no decimal number`,
      'write digits with a period, such as 400 or 0.5',
    );
    return () => false;
  }
  const holds = comparisons[name];
  return (text) => {
    const value = parseDecimal(text);
    return value !== '' && holds(compareDecimals(value, limit));
  };
}

function matches(pattern: string, path: Path, faults: Faults): TextTest {
  const compiled = compilePattern(pattern);
  if (compiled.kind === 'fault') {
    faults.error(path, 'bad-pattern', compiled.message, compiled.hint);
    return () => false;
  }
  const { regex } = compiled;
  return (text) => text !== '' && regex.test(text);
}
