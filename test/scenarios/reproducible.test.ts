import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { Database } from '../../src/domain/sqlite.ts';
import { csvMapping, legacyCsv } from '../support/legacy-csv.ts';
import { type LegacyRow, legacyRows } from '../support/legacy-hits.ts';
import { type JobTarget, type MigrationJob, writeDatabaseJob, writeJob } from '../support/migration-job.ts';
import { shuffled } from '../support/random.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { runProgram, startProgram } from '../support/start-program.ts';

/** Building never calls it. */
const nowhere: JobTarget = {
  baseUrl: 'http://127.0.0.1:9',
  tokenUrl: 'http://127.0.0.1:9/token',
  clientId: 'nobody',
  clientSecret: 'nothing',
};
const rows = legacyRows(7, 6000);

/** A sealed chunk: its file's name, the SHA-256 of its CSV as read from disk, and the key it would be sent with. */
type BuiltChunk = readonly [path: string, rawSha256: string, key: string];

it('builds the same chunks from a CSV export in any order and with any size of the thread pool', async (context) => {
  const home = scratchFolder(context);
  const plain = await buildFromCsv(join(home, 'plain'), rows, '4');
  expect(plain.length).toBeGreaterThan(20);
  expect(new Set(plain.map(([, , key]) => key)).size).toBe(plain.length);
  expect(await buildFromCsv(join(home, 'shuffled'), shuffled(rows, 1), '4')).toEqual(plain);
  expect(await buildFromCsv(join(home, 'again'), shuffled(rows, 2), '1')).toEqual(plain);
  expect(await buildFromCsv(join(home, 'wide'), rows, '8')).toEqual(plain);
});

it('builds the same chunks, counts and rejects from CSV exports with any number of threads', async (context) => {
  const home = scratchFolder(context);
  const many = shuffled(legacyRows(11, 24_000), 5);
  const files = [many.slice(0, 20_000), [], many.slice(20_000)].map(legacyCsv);
  // A row of another width, a quote where none may be, a visitor who is nobody.
  const [whole = '', ...others] = files;
  const half = whole.indexOf('\n', whole.length / 2) + 1;
  files.splice(
    0,
    files.length,
    `${whole.slice(0, half)}1,2\n"3"x,4\n5,1700000000000,,,,\n${whole.slice(half)}`,
    ...others,
  );
  const jobs: MigrationJob[] = [];
  for (const workers of [1, 2, 4]) {
    const folder = join(home, `${workers}`);
    await mkdir(folder);
    for (const [index, text] of files.entries()) await writeFile(join(folder, `${index}.csv`), text);
    const source = '{ engine: files, paths: { log: ["*.csv"] } }';
    const changes = { build: `{ workers: ${workers}, memory: 16MB }` };
    jobs.push(await writeJob(folder, { source, mapping: csvMapping }, nowhere, changes));
  }
  const [one, ...threaded] = jobs;
  const plain = await build(one!, '4');
  expect(plain.length).toBeGreaterThan(20);
  for (const job of threaded) {
    expect(await build(job, '4')).toEqual(plain);
    expect(await bookOf(job)).toEqual(await bookOf(one!));
    expect(await rejectsOf(job)).toEqual(await rejectsOf(one!));
    expect(await readdir(job.folder)).not.toContain('spool');
  }
  expect(await rejectsOf(one!)).toMatch(/too few fields.+\n.+closing quote.+\n.+visitor/);
});

it('builds the same chunks, counts and rejects from JSON lines with any number of threads', async (context) => {
  const home = scratchFolder(context);
  const entered = shuffled(legacyRows(12, 12_000), 6);
  const lines = entered.map((row) => JSON.stringify({ ...row, id: `${row.id}`, time: `${row.time}` }));
  lines.splice(4_000, 0, '{"id":', '', '{"id":1,"visitor":"v"}', '[]');
  const mapping = csvMapping.replace('{ format: csv, header: true }', '{ format: jsonl }');
  const source = '{ engine: files, paths: { log: ["*.jsonl"] } }';
  const found: unknown[] = [];
  for (const workers of [1, 3]) {
    const folder = join(home, `${workers}`);
    await mkdir(folder);
    await writeFile(join(folder, 'log.jsonl'), `\uFEFF${lines.join('\n')}`);
    const job = await writeJob(folder, { source, mapping }, nowhere, { build: `{ workers: ${workers} }` });
    found.push([await build(job, '4'), await bookOf(job), await rejectsOf(job)]);
  }
  const [one, threaded] = found;
  expect(threaded).toEqual(one);
  const rejected = 3 + entered.filter(({ fate }) => fate === 'rejected').length;
  expect(one).toMatchObject([expect.any(Array), { rows: { read: 12_003, rejected } }, expect.any(String)]);
});

it('builds the same CSV from a database in any order, with any thread pool, compression and memory', async (context) => {
  const home = scratchFolder(context);
  // Chunks of several gzip blocks, which the threads compress side by side.
  const many = legacyRows(8, 20_000);
  const large = { chunks: '{ maxRows: 4000 }', slices: '{ rows: 15000 }' };
  const plain = await build(await writeDatabaseJob(join(home, 'plain'), many, nowhere, large), '1');
  expect(plain.length).toBeGreaterThanOrEqual(6);
  const other = { ...large, build: '{ gzipLevel: 1, memory: 64MB }' };
  const again = await writeDatabaseJob(join(home, 'again'), shuffled(many, 3), nowhere, other);
  expect(await build(again, '8')).toEqual(plain);
});

it('builds the same chunks, counts and rejects with any number of threads for slices', async (context) => {
  const home = scratchFolder(context);
  const many = shuffled(legacyRows(9, 6_000), 4);
  const settings = { chunks: '{ maxRows: 300 }', slices: '{ rows: 500 }' };
  const one = await writeDatabaseJob(join(home, 'one'), many, nowhere, settings);
  const plain = await build(one, '4');
  expect(plain.length).toBeGreaterThan(20);
  for (const workers of [2, 3]) {
    const shares = `{ workers: ${workers}, memory: 48MB }`;
    const job = await writeDatabaseJob(join(home, `${workers}`), many, nowhere, { ...settings, build: shares });
    expect(await build(job, '4')).toEqual(plain);
    expect(await bookOf(job)).toEqual(await bookOf(one));
    expect(await readdir(job.folder)).not.toContain('spool');
  }
});

it('builds the same chunks with threads that are killed or interrupted on the way', async (context) => {
  const home = scratchFolder(context);
  const many = legacyRows(10, 6_000);
  const settings = { chunks: '{ maxRows: 300 }', slices: '{ rows: 500 }' };
  const plain = await build(await writeDatabaseJob(join(home, 'one'), many, nowhere, settings), '4');
  const threaded = { ...settings, build: '{ workers: 2, memory: 32MB }' };
  const job = await writeDatabaseJob(join(home, 'two'), many, nowhere, threaded);
  for (const [signal, exit] of [
    ['SIGKILL', { signal: 'SIGKILL' }],
    ['SIGINT', { exitCode: 130 }],
  ] as const) {
    const program = startProgram(['build', job.file], job.env);
    program.onNote((text) => {
      if (text.includes('sealed slice')) program.kill(signal);
    });
    expect(await program.ended).toMatchObject(exit);
  }
  expect(await build(job, '4')).toEqual(plain);
  expect(await readdir(job.folder)).not.toContain('spool');
});

async function rejectsOf({ folder }: MigrationJob): Promise<string> {
  const names = await readdir(join(folder, 'rejects'), { recursive: true });
  const files = names.filter((name) => name.endsWith('.gz')).sort();
  const texts = files.map(async (name) => gunzipSync(await readFile(join(folder, 'rejects', name))).toString());
  return (await Promise.all(texts)).join('');
}

/** Everything that the ledger says of slices and rows. */
async function bookOf({ file, env }: MigrationJob): Promise<unknown> {
  const { stdout } = await runProgram(['status', file, '--json'], env);
  const { rows, slices, chunks, lanes, tallies } = JSON.parse(stdout);
  return { rows, slices, chunks, lanes, tallies };
}

async function buildFromCsv(home: string, entered: readonly LegacyRow[], threads: string): Promise<BuiltChunk[]> {
  await mkdir(home);
  await writeFile(join(home, 'log.csv'), legacyCsv(entered));
  const source = '{ engine: files, paths: { log: ["*.csv"] } }';
  return build(await writeJob(home, { source, mapping: csvMapping }, nowhere), threads);
}

async function build({ file, folder, env }: MigrationJob, threads: string): Promise<BuiltChunk[]> {
  const { exitCode, stderr } = await runProgram(['build', file], { ...env, UV_THREADPOOL_SIZE: threads });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  const ledger = new Database(join(folder, 'ledger.sqlite'), { readonly: true });
  const keys = new Map(
    ledger
      .prepare<[], { path: string; key: string }>('SELECT path, idempotency_key AS key FROM chunks')
      .all()
      .map(({ path, key }) => [path, key]),
  );
  ledger.close();
  const names = (await readdir(join(folder, 'chunks'), { recursive: true })).filter((name) => name.endsWith('.csv.gz'));
  expect(keys.size).toBe(names.length);
  return Promise.all(
    names.sort().map(async (name): Promise<BuiltChunk> => {
      const csv = gunzipSync(await readFile(join(folder, 'chunks', name)));
      const path = `chunks/${name.replaceAll('\\', '/')}`;
      return [path, createHash('sha256').update(csv).digest('hex'), keys.get(path) ?? 'not in the ledger'];
    }),
  );
}
