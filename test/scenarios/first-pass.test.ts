import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { csvMapping } from '../support/legacy-csv.ts';
import { type MigrationJob, writeJob } from '../support/migration-job.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { type ProgramEnd, runProgram, startProgram } from '../support/start-program.ts';
import { watchCommits } from '../support/watch-commits.ts';

const offline = { baseUrl: 'http://127.0.0.1:9', tokenUrl: 'http://127.0.0.1:9', clientId: 'c', clientSecret: 's' };
const files = 9;
const rowsPerFile = 24_000;
const firstMs = Date.parse('2023-03-01T00:00:00Z');

/** Rows in no order, more than the least `build.memory` takes; some have no user agent, some are health checks. */
function textOf(file: number): string {
  const lines = Array.from({ length: rowsPerFile }, (_, at) => {
    const id = (at * files + file) * 7919 + 13;
    const time = firstMs + ((id * 7919) % 2_600_000) * 1000;
    const agent = id % 101 === 3 ? '' : 'Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/110.0';
    const path = id % 89 === 5 ? 'health' : `article/${id % 997}`;
    return `${id},${time},v${1000 + (id % 4000)},https://shop.example.com/${path}?n=${id},Title ${'of a page '.repeat(8)},${agent}`;
  });
  return `id,time,visitor,url,title,agent\n${lines.join('\n')}\n`;
}

function put(folder: string, file: number, text: string): void {
  const path = join(folder, `${file}.csv`);
  writeFileSync(path, text);
  // So that a look cannot tell that a file was replaced.
  utimesSync(path, 1_600_000_000, 1_600_000_000);
}

async function writeFiles(home: string, workers = 1): Promise<MigrationJob> {
  const exports = join(home, 'exports');
  mkdirSync(exports, { recursive: true });
  for (let file = 0; file < files; file++) put(exports, file, textOf(file));
  const source = '{ engine: files, paths: { log: "./exports/*.csv" } }';
  const changes = {
    build: `{ memory: 16MB, gzipLevel: 1, workers: ${workers} }`,
    chunks: '{ maxRows: 100000 }',
    slices: '{ rows: 20000 }',
  };
  return writeJob(home, { source, mapping: csvMapping }, offline, changes);
}

/** Files that a later process need not read. */
async function safeFiles(job: MigrationJob): Promise<readonly string[]> {
  try {
    const ledger = await openLedger(job.folder, { readOnly: true });
    try {
      return ((await ledger.pass())?.read ?? []).map(({ path }) => path);
    } finally {
      await ledger.close();
    }
  } catch {
    // Not there yet, or just being written: after the next commit it will be seen.
    return [];
  }
}

/** Kills a process as soon as it has made more files safe than were; gives how it ended and the files that are safe. */
async function killWithMoreSafe(job: MigrationJob): Promise<{ end: ProgramEnd; safe: readonly string[] }> {
  const before = (await safeFiles(job)).length;
  const program = startProgram(['build', job.file], job.env);
  const endWatch = watchCommits(join(job.folder, 'ledger.sqlite'), async () => {
    if ((await safeFiles(job)).length > before) program.kill('SIGKILL');
  });
  const end = await program.ended;
  endWatch();
  return { end, safe: await safeFiles(job) };
}

async function built(job: MigrationJob): Promise<unknown> {
  const ledger = await openLedger(job.folder, { readOnly: true });
  const chunks = await ledger.chunks();
  const found = { chunks: chunks.map(({ path, rawSha256 }) => [path, rawSha256]), rows: (await ledger.summary()).rows };
  await ledger.close();
  return found;
}

describe('a first pass over files whose process is killed', () => {
  it.for([1, 3])('goes on after the last whole file, to the same chunks, with %d workers', async (workers, context) => {
    const { expect } = context;
    const calm = await writeFiles(join(scratchFolder(context), 'calm'));
    expect((await runProgram(['build', calm.file], calm.env)).exitCode).toBe(0);

    const home = scratchFolder(context);
    const job = await writeFiles(home, workers);
    for (let kills = 0; kills < 3; kills++) {
      const { end, safe } = await killWithMoreSafe(job);
      expect(end.signal, end.stderr).toBe('SIGKILL');
      expect(safe.length).toBeGreaterThan(kills);
      expect(safe.length).toBeLessThan(files);
      // Who reads one of these again builds something else.
      for (const name of safe) {
        const text = readFileSync(join(home, 'exports', name), 'utf8');
        put(join(home, 'exports'), Number.parseInt(name, 10), text.replaceAll(',v1', ',w7'));
      }
    }
    const { exitCode, stderr } = await runProgram(['build', job.file], job.env);
    expect(stderr).toMatch(/input files? (was|were) read before and will not be read again/);
    expect(exitCode).toBe(0);
    expect(await built(job)).toEqual(await built(calm));
    expect(((await built(job)) as { rows: { read: number } }).rows.read).toBe(files * rowsPerFile);
  });
});
