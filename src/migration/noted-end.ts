import type { Migration } from '../config/migration.ts';
import { chunkName } from '../domain/chunk.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { endedWell, type RunEnd, type Stop } from './report.ts';

/** A lane's stop as it is noted: `at` is where the lane stood. */
interface NotedLane {
  readonly message: string;
  readonly at: string;
}

/** Enters how a run ended, for `status`. */
export async function noteEnd(ledger: Ledger, { stop, stoppedLanes }: RunEnd): Promise<void> {
  const lanes: Record<string, NotedLane> = {};
  for (const [group, message] of stoppedLanes) lanes[group] = { message, at: await placeOf(group, ledger) };
  await ledger.note('stop', JSON.stringify(stop && { ...stop, lanes }));
}

/** How the last run ended, as far as it still holds: a lane that `settle` has moved on is stopped no longer. */
export async function lastEnd({ file }: Pick<Migration, 'file'>, ledger: Ledger): Promise<RunEnd> {
  const last = (await ledger.notes()).findLast(({ kind }) => kind === 'stop');
  const noted = JSON.parse(last?.text ?? 'null') as (Stop & { readonly lanes?: Record<string, NotedLane> }) | null;
  if (noted === null) return endedWell;
  const { lanes = {}, ...stop } = noted;
  const stoppedLanes = new Map(Object.entries(lanes).map(([group, { message }]) => [group, message]));
  const moved = new Set<string>();
  for (const [group, { at }] of Object.entries(lanes)) if ((await placeOf(group, ledger)) !== at) moved.add(group);
  return endWithout(moved, { stop, stoppedLanes }, `bdia-migrate run ${file}`);
}

/**
 * What is left of an end once the lanes in `moved` no longer stand where they stopped: where the stop was theirs alone, that
 * of another lane takes its place. `goOn` is the command that says what mends that one.
 */
export function endWithout(moved: ReadonlySet<string>, { stop, stoppedLanes }: RunEnd, goOn: string): RunEnd {
  const left = new Map([...stoppedLanes].filter(([group]) => !moved.has(group)));
  const isOf = (lanes: RunEnd['stoppedLanes']): boolean => [...lanes.values()].includes(stop?.message ?? '');
  if (!isOf(stoppedLanes) || isOf(left)) return { stop, stoppedLanes: left };
  const [message] = left.values();
  const next = message === undefined ? null : { code: 'delivery.lane-stopped' as const, message, next: goOn };
  return { stop: next, stoppedLanes: left };
}

/** The chunk that a lane has to do with next, and its state. */
async function placeOf(group: string, ledger: Ledger): Promise<string> {
  const next = await ledger.next(group);
  return typeof next === 'string' ? next : `${chunkName(next)} ${next.state}`;
}
