import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { expectExactlyOnce } from '../support/expect-exactly-once.ts';
import { legacyRows } from '../support/legacy-hits.ts';
import { writeDatabaseJob } from '../support/migration-job.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { runProgram } from '../support/start-program.ts';

const rows = legacyRows(37, 1500);

it('sends no chunk that was deleted, altered or swapped since it was sealed, and goes on once it is back', async (context) => {
  const home = scratchFolder(context);
  const keep = join(home, 'kept');
  const sandbox = await startSandbox({ rate: 0, keep });
  context.onTestFinished(sandbox.close);
  const job = await writeDatabaseJob(home, rows, sandbox);
  expect(await runProgram(['build', job.file], job.env)).toMatchObject({ exitCode: 0 });

  // The second chunk of each lane, so that each has one to send before.
  const lanes = ['scenario_0', 'scenario_1', 'scenario_2'];
  const chunksOf = async (lane: string): Promise<string[]> => {
    const folder = join(job.folder, 'chunks', lane);
    return (await readdir(folder))
      .filter((name) => name.endsWith('.csv.gz'))
      .sort()
      .map((name) => join(folder, name));
  };
  const second = await Promise.all(lanes.map(async (lane) => (await chunksOf(lane))[1]!));
  const [deleted, altered, swapped] = second as [string, string, string];
  const sound = await Promise.all(second.map((path) => readFile(path)));
  await rm(deleted);
  const text = gunzipSync(sound[1]!).toString();
  expect(text).toContain('Plain');
  await writeFile(altered, gzipSync(text.replace('Plain', 'plain')));
  await copyFile((await chunksOf(lanes[2]!))[2]!, swapped);

  const { exitCode, stdout } = await runProgram(['run', job.file, '--json'], job.env);
  const report = JSON.parse(stdout);
  expect({ exitCode, stopped: report.stopped }).toMatchObject({
    exitCode: 3,
    stopped: { code: 'chunk.damaged', next: expect.stringContaining('put the file back') },
  });
  expect(report.lanes.map((lane: { group: string; uploaded: number }) => [lane.group, lane.uploaded])).toEqual(
    lanes.map((lane) => [lane, 1]),
  );
  const named = (path: string, place: number) => `chunk ${relative(job.folder, path)} (lane ${lanes[place]})`;
  expect(report.lanes.map((lane: { stopped: string }) => lane.stopped)).toEqual([
    `${named(deleted, 0)} cannot be sent: the file is gone`,
    `${named(altered, 1)} cannot be sent: the file is not the one that was sealed`,
    `${named(swapped, 2)} cannot be sent: the file is not the one that was sealed`,
  ]);
  expect(sandbox.report().files).toBe(3);

  await Promise.all(second.map((path, place) => writeFile(path, sound[place]!)));
  expect(await runProgram(['run', job.file], job.env)).toMatchObject({ exitCode: 0 });
  await expectExactlyOnce(job, rows, sandbox, keep);
});
