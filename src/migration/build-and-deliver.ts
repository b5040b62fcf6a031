import { type DeliveryReport, deliver } from '../delivery/deliver.ts';
import { interruption, MigrationError } from '../domain/error.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import type { Prepared } from './build/prepare.ts';
import type { Context } from './context.ts';
import { createBacklog } from './deliver/backlog.ts';
import { createGate } from './deliver/gate.ts';
import { type BoardWriter, openBoard } from './deliver/lane-board.ts';
import { type DeliveryPath, openDelivery } from './deliver/open-delivery.ts';
import { deliveryLog, removeDelivered } from './deliver/remove-delivered.ts';
import { endedWell, type RunEnd, type Stop, stopOf } from './report.ts';
import type { RunningJob } from './running-job.ts';
import { stopWhile } from './stop-while.ts';

/**
 * Plans where no plan is yet, then builds and delivers side by side, and ends in every case. Whichever of the two stops
 * first halts the other: delivery because no slice will come any more, building because nobody sends what it makes.
 * Rejects only for bugs, after both have ended, and as `openDelivery` does where the way to Adobe cannot be opened.
 */
export async function buildAndDeliver(running: RunningJob, ledger: Ledger, context: Context): Promise<RunEnd> {
  const { job } = running;
  const goOn = `bdia-migrate run ${job.migration.file}`;
  await removeDelivered(job.migration, ledger, context);
  const path = await openDelivery(job.migration, ledger, context);
  const board = openBoard(job.migration.folder, context.clock);
  try {
    const delivered = await prepareAndSend(running, ledger, path, board, goOn, context);
    await removeDelivered(job.migration, ledger, context);
    return delivered;
  } finally {
    await board.close();
    path.close();
  }
}

async function prepareAndSend(
  running: RunningJob,
  ledger: Ledger,
  path: DeliveryPath,
  board: BoardWriter,
  goOn: string,
  context: Context,
): Promise<RunEnd> {
  let prepared: Prepared = { whole: null, unrestored: new Map() };
  const unprepared = await stopWhile(
    async () => {
      prepared = await running.prepare();
    },
    context.signal,
    goOn,
  );
  if (unprepared !== null) return { ...endedWell, stop: unprepared };
  return sideBySide(running, ledger, prepared, path, board, goOn, context);
}

async function sideBySide(
  running: RunningJob,
  ledger: Ledger,
  prepared: Prepared,
  path: DeliveryPath,
  board: BoardWriter,
  goOn: string,
  context: Context,
): Promise<RunEnd> {
  const { job } = running;
  const halt = new AbortController();
  const signal = AbortSignal.any([context.signal, halt.signal]);
  const backlog = createBacklog({ groups: job.groups, ledger, limitBytes: job.migration.disk.ahead, signal });
  const stoppedLanes = new Map<string, string>();
  const onEvent: Context['onEvent'] = (event) => {
    context.onEvent(event);
    board.take(event);
    backlog.take(event);
  };
  const onLaneStopped = (group: string, error: MigrationError): void => {
    stoppedLanes.set(group, error.message);
    board.laneStopped(group, error.message);
    backlog.laneStopped(group);
  };
  const halting = async <T>(work: () => Promise<T>, stopOfResult: (result: T) => unknown): Promise<T> => {
    try {
      const result = await work();
      if (stopOfResult(result) !== null) halt.abort(new MigrationError('interrupted', 'the other half stopped'));
      return result;
    } catch (bug) {
      halt.abort(bug);
      throw bug;
    }
  };
  const { settle, onInvalidRows } = job.migration;
  const { clock } = context;
  const { client, pace } = path;
  const gate = createGate({ job, ledger, client, clock, onEvent, unrestored: prepared.unrestored });
  // Both are always waited for: nothing may touch the ledger after this has ended.
  const [building, delivering] = await Promise.allSettled([
    halting(
      () =>
        stopWhile(() => running.build(prepared, { ...context, signal, onEvent, admit: backlog.admit }), signal, goOn),
      (stop) => stop,
    ),
    halting(
      () =>
        deliver({
          groups: job.groups,
          log: deliveryLog(job.migration, ledger, context),
          client,
          pace,
          gate: (chunk, ending) => gate.pass(chunk, { signal: ending }),
          settle,
          onInvalidRows,
          clock,
          signal,
          onEvent,
          onLaneStopped,
        }),
      (report) => report.error,
    ),
  ]);
  if (building.status === 'rejected') throw building.reason;
  if (delivering.status === 'rejected') throw delivering.reason;
  return { stop: firstStop(building.value, delivering.value, goOn, context), stoppedLanes };
}

/** What a person reads: an interruption of their own, then what Adobe's side says, then what building says. */
function firstStop(
  building: Stop | null,
  { error, lanes }: DeliveryReport,
  goOn: string,
  context: Context,
): Stop | null {
  const done = building === null && error === null && lanes.every(({ ended }) => ended === 'done');
  if (done) return null;
  if (context.signal.aborted) return stopOf(interruption(), goOn);
  return error === null ? building : stopOf(error, goOn);
}
