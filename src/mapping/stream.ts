import type { MissingNeed } from '../adobe/required.ts';
import type { ConditionSpec, StreamSpec, ValueSpec } from '../config/mapping-schema.ts';
import type { Row } from '../domain/row.ts';
import { type Condition, compileCondition } from './condition.ts';
import type { Faults, Path } from './faults.ts';
import { compileHit } from './hit.ts';
import type { Suite } from './hit-cell.ts';
import type { HitColumn } from './hit-columns.ts';
import { compileHitTime } from './hit-time.ts';
import { compileKey } from './key.ts';
import {
  FILTERED,
  HIT,
  type MapperOutput,
  type MemberName,
  OUTSIDE,
  type Outcome,
  REJECTED,
  type StreamMapper,
} from './mapper.ts';
import { createRowState } from './row-state.ts';
import { createRowScope } from './scope.ts';
import type { TransformContext } from './transforms/compile.ts';
import type { ValueContext } from './value.ts';

/** What compiling one stream needs. */
export interface StreamInput {
  readonly stream: string;
  readonly spec: StreamSpec;
  readonly path: Path;
  /** What the source gives; `null` while nobody has asked it. */
  readonly columns: readonly string[] | null;
  readonly hit: readonly HitColumn[];
  /** Adobe's columns in the order of the file. */
  readonly header: readonly string[];
  readonly reportSuiteID: ValueSpec;
  readonly suite: Suite;
  readonly transforms: TransformContext;
  readonly faults: Faults;
}

interface Rule {
  readonly name: string;
  readonly holds: Condition;
}

/** Reasons that are not a mapping's to name; the last two are given where slices are made. */
const reserved: ReadonlySet<string> = new Set([
  'time',
  'visitor',
  'timestamp',
  'reportSuiteID',
  'userAgent',
  'page or link',
  'unlisted currency',
  'bytes',
  'no JSON',
  'out of range',
  'beyond lateness',
]);

/** The Adobe column that a missing need is about, where it is one. */
const columnOf: Readonly<Record<MissingNeed, string | null>> = {
  visitor: null,
  timestamp: 'timestamp',
  reportSuiteID: 'reportSuiteID',
  userAgent: 'userAgent',
  'page or link': null,
};

/** Compiles one stream into its row mapper: read, skip, reject, time, values, row rules, hit. Faults go to `faults`. */
export function compileStream(input: StreamInput): StreamMapper {
  const { stream, spec, path, columns, faults } = input;
  const state = createRowState();
  const memberNames: MemberName[] = [];
  const optional = spec.optional ?? [];
  const scope = createRowScope({ columns, optional, fileSet: spec.rows, state, faults, memberNames });
  const { numericEvents = null } = input.suite;
  const context: ValueContext = {
    scope,
    state,
    faults,
    transforms: input.transforms,
    numericEvents: numericEvents === null ? null : new Set(numericEvents),
  };
  const skips = compileRules(spec.skip, [...path, 'skip'], context);
  const rejects = compileRules(spec.reject, [...path, 'reject'], context);
  const key = compileKey(spec.key, columns, [...path, 'key'], context);
  const time = spec.time === undefined ? null : compileHitTime(spec.time, [...path, 'time'], context);
  const { header, reportSuiteID, suite } = input;
  const hit = compileHit({ columns: input.hit, path: [...path, 'hit'], header, reportSuiteID, suite }, context);

  const output: MapperOutput = {
    seconds: 0,
    nanos: 0,
    visitor: '',
    key: key.map(() => ''),
    cells: hit.cells,
    plain: hit.plain,
    reason: '',
    column: null,
    value: null,
    timed: false,
  };
  const readKey = (row: Row) => {
    for (let index = 0; index < key.length; index += 1) output.key[index] = key[index]?.(row) ?? '';
  };
  const readTime = (row: Row): boolean => {
    if (time === null || !time.read(row)) return false;
    output.seconds = time.reader.seconds;
    output.nanos = time.reader.nanos;
    output.timed = true;
    return true;
  };
  const refuse = (outcome: Outcome, reason: string, column: string | null, value: string | null): Outcome => {
    output.reason = reason;
    output.column = column;
    output.value = value;
    return outcome;
  };

  return {
    stream,
    output,
    memberNames,
    readKey,
    dropHit: () => state.revoke(),
    takeTallies: () => state.take(stream),
    map(row, isOutside) {
      state.begin();
      output.timed = false;
      readKey(row);
      for (const rule of skips) if (rule.holds(row)) return refuse(FILTERED, rule.name, null, null);
      for (const rule of rejects) {
        if (!rule.holds(row)) continue;
        // Whether the row belongs to the migration at all hangs on its time.
        readTime(row);
        return refuse(REJECTED, rule.name, null, null);
      }
      if (!readTime(row)) return refuse(REJECTED, state.reason, state.column, state.value);
      if (isOutside?.(output.seconds)) return OUTSIDE;
      hit.fill(row, output.seconds);
      if (state.rejected) return refuse(REJECTED, state.reason, state.column, state.value);
      output.visitor = hit.visitor();
      const missing = output.visitor === '' ? 'visitor' : hit.missing();
      if (missing !== null) return refuse(REJECTED, missing, columnOf[missing], null);
      state.commit();
      return HIT;
    },
  };
}

function compileRules(
  specs: Readonly<Record<string, ConditionSpec>> | undefined,
  path: Path,
  { scope, faults, state }: ValueContext,
): readonly Rule[] {
  return Object.entries(specs ?? {}).map(([name, spec]) => {
    const at = [...path, name];
    if (reserved.has(name)) {
      const message = `"${name}" is a reason of the program's own and cannot name a rule`;
      faults.error(at, 'rule-name', message, 'give the rule a name of its own', 'key');
    }
    const holds = compileCondition(spec, at, scope, faults);
    // What cannot be read it took for absent: such a row is rejected, and for that reason.
    return { name, holds: (row) => holds(row) && !state.rejected };
  });
}
