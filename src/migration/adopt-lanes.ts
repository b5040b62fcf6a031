import { adopt, type SettleCommandOptions } from '../delivery/settle.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import type { Context } from './context.ts';
import type { JobFiles } from './job/read-job-files.ts';
import { openRunningJob } from './running-job.ts';

/**
 * Takes over by look-up whatever Adobe has of a job whose ledger is older, or lost. Walks all lanes forward, and builds
 * slices on the way, because what is not built has no key to ask for; ends where every lane has met a chunk that Adobe
 * does not have. Resolves to the number of chunks taken over per group. Throws `ledger.changed-job` where the job would
 * build other chunks than those that were sent, and what building and look-ups throw.
 */
export async function adoptLanes(
  file: string,
  files: JobFiles,
  ledger: Ledger,
  asking: SettleCommandOptions,
  context: Context,
): Promise<ReadonlyMap<string, number>> {
  const adopted = new Map(asking.groups.map((group) => [group, 0]));
  let walking = asking.groups;
  const walk = async (): Promise<void> => {
    const lanes = await adopt({ ...asking, groups: walking });
    for (const lane of lanes) adopted.set(lane.group, (adopted.get(lane.group) ?? 0) + lane.adopted.length);
    walking = lanes.filter(({ endedAt }) => endedAt === null).map(({ group }) => group);
  };
  const allEnded = new Error('every lane has ended');
  const admit = async (): Promise<void> => {
    await walk();
    if (walking.length === 0) throw allEnded;
  };
  const running = await openRunningJob(file, files, ledger, false, context);
  try {
    await running.build(await running.prepare(), { ...context, admit });
    await walk();
  } catch (error) {
    if (error !== allEnded) throw error;
  } finally {
    await running.close();
  }
  return adopted;
}
