import type { Migration } from '../config/migration.ts';
import { isLockHeld } from '../ledger/lock.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { readBoard } from './deliver/lane-board.ts';
import { lastEnd } from './noted-end.ts';
import { type JobReport, lossOf, type ReportOptions, reportOf } from './report.ts';
import { latelyMs, type SendingPace, sendingPace } from './sending-pace.ts';

/**
 * Where a migration stands at `now` (epoch ms), beside a running process too: how the last command ended, what that process
 * tells of its lanes, and how fast it sends. Where no process holds the lock, what was being sent is of unknown fate. Rows
 * lost over the budget are judged by the ledger and come first: nothing is sent before they are allowed.
 */
export async function standingOf(
  migration: Migration,
  ledger: Ledger,
  now: number,
  options: Pick<ReportOptions, 'leadBack'> = {},
): Promise<JobReport> {
  const board = readBoard(migration.folder, now);
  const { stop, stoppedLanes } = await lastEnd(migration, ledger);
  const noted = stop?.code === 'delivery.loss' ? null : stop;
  const end = { stop: (await lossOf(migration, ledger)) ?? noted, stoppedLanes: board?.stopped ?? stoppedLanes };
  const report = await reportOf(migration, ledger, end, {
    ...options,
    waits: board?.waits,
    isWorkedOn: () => isLockHeld(migration.folder),
  });
  const host = await ledger.newestHost();
  const pace = report.state === 'delivering' ? await paceOf(report, ledger, now) : null;
  return { ...report, ...(host === null ? {} : { host }), ...(pace === null ? {} : { pace }) };
}

async function paceOf({ lanes }: JobReport, ledger: Ledger, now: number): Promise<SendingPace | null> {
  const sent = lanes.reduce((sum, { uploadedRows }) => sum + uploadedRows, 0);
  return sendingPace(await ledger.sentSince(now - latelyMs), Math.max(0, (await ledger.plannedHits()) - sent), now);
}
