import { adopt, type SettleCommandOptions } from '../delivery/settle.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { buildSlices } from './build/build.ts';
import { prepare } from './build/prepare.ts';
import type { Context } from './context.ts';
import { acceptJob } from './job/accept-job.ts';
import { openJob } from './job/open-job.ts';

/**
 * Takes over by look-up whatever Adobe has of a job whose ledger is older, or lost. Walks all lanes forward, and builds
 * slices on the way, because what is not built has no key to ask for; ends where every lane has met a chunk that Adobe
 * does not have. Resolves to the number of chunks taken over per group. Throws `ledger.changed-job` where the job would
 * build other chunks than those that were sent, and what building and look-ups throw.
 */
export async function adoptLanes(
  file: string,
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
  const job = await openJob(file, context);
  try {
    await acceptJob(job, ledger, { acceptChange: false });
    await buildSlices(job, ledger, await prepare(job, ledger, context), { ...context, admit });
    await walk();
  } catch (error) {
    if (error !== allEnded) throw error;
  } finally {
    await job.close();
  }
  return adopted;
}
