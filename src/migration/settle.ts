import type { Migration } from '../config/migration.ts';
import { decideChunks, type SettledLane, settleByLookUp } from '../delivery/settle.ts';
import { type ChunkId, chunkName } from '../domain/chunk.ts';
import { MigrationError } from '../domain/error.ts';
import { type Ledger, openLedger } from '../ledger/open-ledger.ts';
import { adoptLanes } from './adopt-lanes.ts';
import { type ContextOptions, contextOf } from './context.ts';
import { openDelivery } from './deliver/open-delivery.ts';
import { assertOwn } from './job/accept-job.ts';
import { groupNames } from './job/open-job.ts';
import { readJobFiles } from './job/read-job-files.ts';
import { lastEnd, noteEnd } from './noted-end.ts';
import { type JobReport, lossOf, reportOf, stopOf } from './report.ts';

export interface SettleOptions extends ContextOptions {
  /** The ledger is older than Adobe: walk every lane forward over what Adobe already has, building as far as that. */
  readonly adopt?: boolean;
  /** Decisions of a person: Adobe has these chunks. */
  readonly uploaded?: readonly ChunkId[];
  /** Decisions of a person: Adobe has nothing of these, be it that it rejected them; they may be sent again. */
  readonly notUploaded?: readonly ChunkId[];
}

/**
 * Settles chunks whose fate is unknown: what a person decided of these, of rejected ones and of those in doubt, or else by
 * look-up. Sends no file. With decisions nothing is asked of Adobe; where one is refused none is recorded. The report's
 * `stopped` names the first chunk that stays open, or else the rows that are lost, or else a lane that stays stopped.
 */
export async function settle(file: string, options: SettleOptions = {}): Promise<JobReport> {
  const context = contextOf(options);
  const files = await readJobFiles(file, context);
  const { migration } = files;
  const ledger = await openLedger(migration.folder, { now: context.clock.now });
  let release = (): void => {};
  try {
    const known = await ledger.job();
    if (known === null && options.adopt !== true)
      throw new MigrationError(
        'input.not-found',
        `there is nothing to settle in ${migration.folder}: nothing was built yet`,
        { next: `bdia-migrate run ${file}` },
      );
    assertOwn(migration, known);
    const decisions = [
      ...(options.uploaded ?? []).map((id) => ({ group: id.group, name: chunkName(id), fate: 'uploaded' as const })),
      ...(options.notUploaded ?? []).map((id) => ({
        group: id.group,
        name: chunkName(id),
        fate: 'not-uploaded' as const,
      })),
    ];
    await decideChunks(decisions, { log: ledger, clock: context.clock });
    if (decisions.length > 0) return await reportAfter([], migration, ledger);
    const path = await openDelivery(migration, ledger, context);
    release = path.close;
    const { client } = path;
    const asking = {
      groups: groupNames(migration),
      log: ledger,
      client,
      settle: migration.settle,
      clock: context.clock,
      signal: context.signal,
      onEvent: context.onEvent,
    };
    if (options.adopt === true) {
      for (const [group, chunks] of await adoptLanes(file, files, ledger, asking, context)) {
        const text = `${group}: ${chunks} chunks were with Adobe already`;
        context.onEvent({ type: 'message', level: 'info', text });
      }
      return await reportAfter([], migration, ledger);
    }
    return await reportAfter(await settleByLookUp(asking), migration, ledger);
  } finally {
    release();
    await ledger.close();
  }
}

/** How it stands now that `lanes` were looked up; what they stay open for is entered, for `status`. */
async function reportAfter(lanes: readonly SettledLane[], migration: Migration, ledger: Ledger): Promise<JobReport> {
  const left = await lastEnd(migration, ledger);
  const open = lanes.flatMap(({ group, open }) => (open === null ? [] : [[group, open.error] as const]));
  const [stop = null] = open.map(([, error]) => stopOf(error, `bdia-migrate settle ${migration.file}`));
  const messages = open.map(([group, { message }]) => [group, message] as const);
  const stoppedLanes = new Map([...left.stoppedLanes, ...messages]);
  if (stop !== null) await noteEnd(ledger, { stop, stoppedLanes });
  const ofLane = left.stop?.code === 'delivery.lane-stopped' ? left.stop : null;
  return reportOf(migration, ledger, { stop: stop ?? (await lossOf(migration, ledger)) ?? ofLane, stoppedLanes });
}
