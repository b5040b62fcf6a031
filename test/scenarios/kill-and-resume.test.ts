import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { expectDeliveredRemoved } from '../support/expect-delivered-removed.ts';
import { expectExactlyOnce } from '../support/expect-exactly-once.ts';
import { legacyRows } from '../support/legacy-hits.ts';
import { type MigrationJob, writeDatabaseJob } from '../support/migration-job.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { type ProgramEnd, startProgram } from '../support/start-program.ts';
import { watchCommits } from '../support/watch-commits.ts';

/** The moments of death, one process after the other: after so many requests, or commits, of that process. */
type Deaths = readonly { readonly after: number; readonly what: 'requests' | 'commits' }[];

const requests = (...counts: number[]): Deaths => counts.map((after) => ({ after, what: 'requests' }));
const commits = (...counts: number[]): Deaths => counts.map((after) => ({ after, what: 'commits' }));

/** Faults of four tempers; each leaves some uploads without an answer. The n-th upload counts across all processes. */
const tempers: readonly (readonly FaultRule[])[] = [
  [
    { at: 2, fault: 'drop-after' },
    { at: 5, fault: 'e500-after' },
    { at: 9, fault: 'drop-mid' },
    { at: 14, fault: 'truncated' },
  ],
  [
    { at: 1, fault: 'late-after', seconds: 0.3 },
    { at: 6, fault: 'e503' },
    { at: 11, fault: 'badjson' },
    { at: 3, fault: 'drop-after', path: '/token/' },
  ],
  [
    { at: 0.1, fault: 'drop-after', times: 4 },
    { at: 7, fault: 'e401' },
    { at: 2, fault: 'drop-before', path: '/events/key/' },
  ],
  [
    { at: 3, fault: 'slow', seconds: 0.3 },
    { at: 4, fault: 'e500' },
    { at: 0.05, fault: 'e500-after', times: 3 },
    { at: 8, fault: 'late-after', seconds: 0.3 },
  ],
];

const rows = legacyRows(20, 3000);
const mostStarts = 8;

/**
 * Twenty-six first deaths; every third migration dies three times. Where delivered chunks are removed, a commit after another
 * is the outcome of an upload, then the mark of its chunk.
 */
const lives = [
  ...[1, 2, 3, 6, 9, 12, 17, 23, 29, 34].map((n, place) => ({
    seed: n,
    deaths: requests(n, ...(place % 3 === 2 ? [4, 7] : [])),
    keep: 'all',
  })),
  ...[1, 2, 4, 7, 11, 16, 22, 30, 40, 52].map((n, place) => ({
    seed: 100 + n,
    deaths: commits(n, ...(place % 3 === 2 ? [3, 25] : [])),
    keep: 'all',
  })),
  ...[19, 33, 46, 47, 61, 78].map((n, place) => ({
    seed: 200 + n,
    deaths: commits(n, ...(place % 3 === 2 ? [9, 20] : [])),
    keep: 'undelivered',
  })),
].map((life) => ({
  ...life,
  name: `${life.deaths.map(({ after, what }) => `${what} ${after}`).join(', then ')}, keeping ${life.keep}`,
}));

describe.concurrent('a migration whose process is killed and started again', () => {
  it.for(lives)(
    'delivers each row exactly once and in order: killed after $name',
    async ({ deaths, seed, keep: kept }, context) => {
      const { expect } = context;
      const home = scratchFolder(context);
      const keep = join(home, 'kept');
      const faults = tempers[seed % tempers.length]!;
      let onRequest: () => void = () => {};
      const sandbox = await startSandbox({ seed, rate: 0, keep, faults, onRequest: () => onRequest() });
      context.onTestFinished(sandbox.close);
      const job = await writeDatabaseJob(home, rows, sandbox, { disk: `{ keep: ${kept} }` });
      const ends: ProgramEnd[] = [];
      while (ends.at(-1)?.exitCode !== 0) {
        expect(ends.length, explain(ends)).toBeLessThan(mostStarts);
        const death = deaths[ends.length] ?? null;
        const end = await live(job, death, (listen) => {
          onRequest = listen;
        });
        ends.push(end);
        expect(end.exitCode === 0 || end.signal === 'SIGKILL', explain(ends)).toBe(true);
      }
      expect(ends.map(({ signal }) => signal)).toEqual([...deaths.map(() => 'SIGKILL'), null]);
      await expectExactlyOnce(job, rows, sandbox, keep);
      if (kept === 'undelivered') await expectDeliveredRemoved(job);
    },
  );
});

/** One process from its start to its death or its end. */
async function live(
  job: MigrationJob,
  death: Deaths[number] | null,
  listenToRequests: (listen: () => void) => void,
): Promise<ProgramEnd> {
  let seen = 0;
  const program = startProgram(['run', job.file], job.env);
  const isDue = (count: number, what: 'requests' | 'commits'): boolean => what === death?.what && count >= death.after;
  listenToRequests(() => {
    seen += 1;
    if (isDue(seen, 'requests')) program.kill('SIGKILL');
  });
  const endWatch = watchCommits(join(job.folder, 'ledger.sqlite'), (count) => {
    if (isDue(count, 'commits')) program.kill('SIGKILL');
  });
  const end = await program.ended;
  endWatch();
  return end;
}

function explain(ends: readonly ProgramEnd[]): string {
  const last = ends.at(-1);
  return `process ${ends.length} ended with ${last?.exitCode ?? last?.signal}\n${last?.stdout}\n${last?.stderr}`;
}
