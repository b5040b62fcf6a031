import { join } from 'node:path';
import { describe, it } from 'vitest';
import { planChaos, readSeeds } from '../support/chaos/chaos-plan.ts';
import { type LifeEnd, playChaos } from '../support/chaos/chaos-run.ts';
import { startFlakyAdobe } from '../support/chaos/flaky-adobe.ts';
import { smallDisk } from '../support/chaos/small-disk.ts';
import { tooClose } from '../support/chaos/spacing.ts';
import { expectDeliveredRemoved } from '../support/expect-delivered-removed.ts';
import { expectExactlyOnce } from '../support/expect-exactly-once.ts';
import { legacyRows } from '../support/legacy-hits.ts';
import { jobTarget, writeDatabaseJob } from '../support/migration-job.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** `CHAOS_SEEDS=1-200` plays others than the ten of every build. */
const seeds = readSeeds(process.env['CHAOS_SEEDS'] ?? '1-10');
const rowsOf = new Map<number, ReturnType<typeof legacyRows>>();

/** Why a run may stop when everything goes wrong; each can be gone on from. Anything else is a fault of ours. */
const honestStops = [
  'auth.failed',
  'delivery.unreachable',
  'delivery.lane-stopped',
  'gate.unanswered',
  'interrupted',
  'disk.failed',
];
const ratePerSecond = 8;

describe.concurrent('a migration to which everything happens', () => {
  it.for(seeds)('delivers each row exactly once and in order: seed %i', async (seed, context) => {
    const { expect } = context;
    const plan = planChaos(seed);
    const rows = rowsOf.get(plan.rows) ?? legacyRows(1000 + plan.rows, 600);
    rowsOf.set(plan.rows, rows);
    const home = scratchFolder(context);
    const keep = join(home, 'kept');
    const { tokenTtl, settings, faults } = plan;
    const adobe = await startFlakyAdobe({ seed, keep, rate: ratePerSecond, tokenTtl, settings, faults });
    context.onTestFinished(adobe.close);
    // Two of four seeds: which fault comes first goes by the seed too.
    const keepsAll = seed % 4 < 2;
    const job = await writeDatabaseJob(home, rows, adobe.target, {
      target: jobTarget({ expect: String(plan.expect) }),
      chunks: '{ maxRows: 60 }',
      slices: '{ rows: 300 }',
      pace: `{ requestsPerSecond: ${ratePerSecond}, secondsPerLane: 0, rowsPerSecondPerLane: 0 }`,
      settle: '{ grace: 1500ms, window: 200ms, attempts: 2 }',
      onInvalidRows: '{ budget: 100% }',
      disk: `{ keep: ${keepsAll ? 'all' : 'undelivered'} }`,
    });
    const disk = smallDisk(job.folder, context);

    const ends = await playChaos({ job, adobe, disk }, plan.lives);
    const story = tell(seed, ends, adobe.strikes());
    for (const { exitCode, signal, code } of ends) {
      const isHonest = signal !== null || exitCode === 0 || honestStops.includes(code ?? '');
      expect(isHonest, story).toBe(true);
    }
    expect(ends.at(-1)?.exitCode, story).toBe(0);
    expect(tooClose(adobe.arrivals(), 1000 / ratePerSecond), story).toEqual([]);
    expect(adobe.arrivals().length).toBeGreaterThanOrEqual(adobe.ingestCalls());
    const isPartial = (adobe.strikes()['partial'] ?? 0) > 0;
    const report = () => ({ ...adobe.current().report(), breaches: adobe.breaches() });
    await expectExactlyOnce(job, rows, { report }, keep, { mayLoseRows: isPartial });
    if (!keepsAll) await expectDeliveredRemoved(job);
  });
});

function tell(seed: number, ends: readonly LifeEnd[], strikes: Record<string, number>): string {
  const lives = ends.map(({ exitCode, signal, code, message, stderr }, place) =>
    [`life ${place + 1}: ${signal ?? exitCode} ${code ?? ''} ${message}`, stderr.slice(-600)].join('\n'),
  );
  return [`seed ${seed}; faults ${JSON.stringify(strikes)}`, ...lives, ends.at(-1)?.stdout.slice(-1500)].join('\n');
}
