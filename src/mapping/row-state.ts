import type { Tally } from '../domain/slice.ts';
import type { ValueReason } from './tally-rule.ts';

/** Counts one thing that happens to values of one column. */
export interface Counter {
  readonly outcome: Tally['outcome'];
  readonly column: string;
  readonly reason: string;
  count: number;
}

/**
 * What is known of the row being mapped, in one record for all rows of a stream. Readers and builders write to it;
 * the first reject of a row stays. Counts are held back until the row is a hit, because they are of hits only.
 */
export interface RowState {
  /** Counts rows, so that a thing is said once a row. */
  row: number;
  rejected: boolean;
  reason: string;
  column: string | null;
  value: string | null;
  /** Set while a value is read only to tell whether there is one: its `else: reject` then rejects nothing. */
  asking: boolean;
  /** Whether the last text that was made to fit its column is plain (`plain-cell.ts`). */
  plain: boolean;
  /** Forgets the last row. */
  begin(): void;
  reject(reason: string, column: string | null, value: string | null): void;
  /** The counter of one thing; made at compile time, the same for the same words. */
  counter(outcome: Tally['outcome'], column: string, reason: ValueReason): Counter;
  bump(counter: Counter): void;
  /** Adds what was counted for this row; not called for rows that become no hit. */
  commit(): void;
  /** Takes back what was committed for this row. */
  revoke(): void;
  /** What was committed since the last call, in the order of compilation; zeros are left out. */
  take(stream: string): Tally[];
}

/** A record for one stream, with nothing counted. */
export function createRowState(): RowState {
  const counters = new Map<string, Counter>();
  const pending: Counter[] = [];
  let held = 0;
  let committed = 0;
  const state: RowState = {
    row: 0,
    rejected: false,
    reason: '',
    column: null,
    value: null,
    asking: false,
    plain: false,
    begin() {
      state.row += 1;
      state.rejected = false;
      held = 0;
      committed = 0;
    },
    reject(reason, column, value) {
      if (state.rejected) return;
      state.rejected = true;
      state.reason = reason;
      state.column = column;
      state.value = value;
    },
    counter(outcome, column, reason) {
      const key = `${outcome}\0${column}\0${reason}`;
      let counter = counters.get(key);
      if (counter === undefined) {
        counter = { outcome, column, reason, count: 0 };
        counters.set(key, counter);
      }
      return counter;
    },
    bump(counter) {
      pending[held] = counter;
      held += 1;
    },
    commit() {
      for (let index = 0; index < held; index += 1) (pending[index] as Counter).count += 1;
      committed = held;
      held = 0;
    },
    revoke() {
      for (let index = 0; index < committed; index += 1) (pending[index] as Counter).count -= 1;
      committed = 0;
    },
    take(stream) {
      const tallies: Tally[] = [];
      for (const counter of counters.values()) {
        if (counter.count === 0) continue;
        const { outcome, column, reason, count } = counter;
        tallies.push({ stream, outcome, column, reason, count });
        counter.count = 0;
      }
      return tallies;
    },
  };
  return state;
}
