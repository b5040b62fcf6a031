import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { MigrationError } from '../../src/domain/error.ts';
import type { JobEvent } from '../../src/domain/event.ts';
import type { Batch } from '../../src/domain/row.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { buildSlices } from '../../src/migration/build/build.ts';
import { prepare } from '../../src/migration/build/prepare.ts';
import { contextOf } from '../../src/migration/context.ts';
import { acceptJob } from '../../src/migration/job/accept-job.ts';
import type { Job } from '../../src/migration/job/job.ts';
import { openJob } from '../../src/migration/job/open-job.ts';
import type { Source } from '../../src/source/source.ts';
import { csvFolder, type FixtureFolder, offline } from './job-fixture.ts';

export const begin = Date.UTC(2021, 0, 1) / 1000;

/** How a process ends: killed, stopped by a signal or by a damaged file when it has read so many batches, or killed after so many seals. */
export type Death =
  | { readonly kind: 'kill' | 'signal' | 'damage'; readonly batches: number }
  | { readonly kind: 'kill'; readonly sealed: number };

/** What a process does and how it ends. */
export interface Life {
  readonly death?: Death | null;
  /** Bytes of `build.memory`, less than a migration file may say. */
  readonly memory?: number;
  readonly spool?: number;
  readonly acceptChange?: boolean;
}

/** What was seen of a process. `read` are the files of which it read any row, in order. */
export interface Lived {
  readonly read: readonly string[];
  readonly messages: readonly string[];
  readonly error: unknown;
}

/** `count` rows in no order over `files` files of unlike sizes, the last one empty but for its header: name to text. */
export function exports(files: number, count: number): Record<string, string> {
  const lines = Array.from({ length: count }, (_, at) => {
    const id = (at * 1117) % count;
    const hit = id % 50 === 7 ? '' : begin + (id % 3 === 0 ? Math.floor(id / 40) : id * 600);
    const page = id % 41 === 5 ? 'robot' : `home of ${'x'.repeat(id % 90)}`;
    return `${id},${hit},${page},v${id % 70}${id % 200 === 11 ? ',too much' : ''}`;
  });
  const bounds = Array.from({ length: files }, (_, at) => Math.floor((count * at * at) / ((files - 1) * (files - 1))));
  return Object.fromEntries(
    bounds.map((from, at) => [
      `${String(at).padStart(2, '0')}.csv`,
      `${['id,hit,page,visitor', ...lines.slice(from, bounds[at + 1] ?? from)].join('\n')}\n`,
    ]),
  );
}

/** A migration over these files; slices are small, so that there are many. */
export function exportsFolder(files: Readonly<Record<string, string>>): FixtureFolder {
  const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';
  const fixture = csvFolder('', { range, slices: 150, groups: 3 });
  mkdirSync(join(fixture.folder, 'files'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(fixture.folder, 'files', name), text);
  const text = readFileSync(fixture.file, 'utf8').replace('rows: rows.csv', 'rows: "files/*.csv"');
  writeFileSync(fixture.file, text);
  return fixture;
}

/** One process from its start to its death or its end; what it throws is in the result. */
export async function live({ file }: FixtureFolder, life: Life = {}): Promise<Lived> {
  const { death = null, memory = 20_000, spool = 10_000_000, acceptChange = false } = life;
  const stopping = new AbortController();
  const messages: string[] = [];
  const onEvent = (event: JobEvent): void => {
    if (event.type === 'message') messages.push(event.text);
  };
  const context = { ...contextOf(offline), onEvent, signal: stopping.signal };
  const opened = await openJob(file, context);
  const { migration } = opened;
  const read: string[] = [];
  let batches = 0;
  const onBatch = ({ rows }: Batch): void => {
    const name = rows[0]?.at(-2);
    if (typeof name === 'string' && read.at(-1) !== name) read.push(name);
    if (death === null || !('batches' in death) || ++batches <= death.batches) return;
    if (death.kind === 'kill') throw new Error('killed');
    if (death.kind === 'damage') throw new MigrationError('input.invalid', 'damaged');
    stopping.abort(new Error('stopped'));
  };
  const job: Job = {
    ...opened,
    source: inSmallBatches(opened.source, onBatch),
    migration: { ...migration, build: { ...migration.build, memory }, disk: { ...migration.disk, spool } },
  };
  const ledger = await openLedger(migration.folder);
  let left = death !== null && 'sealed' in death ? death.sealed : Number.POSITIVE_INFINITY;
  const admit = async (): Promise<void> => {
    if (left-- === 0) throw new Error('killed');
  };
  let error: unknown = null;
  try {
    await acceptJob(job, ledger, { acceptChange });
    await buildSlices(job, ledger, await prepare(job, ledger, context), { ...context, admit });
  } catch (thrown) {
    error = thrown;
  } finally {
    await ledger.close();
    await job.close();
  }
  return { read, messages, error };
}

/** Lives until it has ended by itself; the deaths come one after the other. Gives all lives. */
export async function liveOn(fixture: FixtureFolder, deaths: readonly Death[], memory: number): Promise<Lived[]> {
  const lives: Lived[] = [];
  for (const death of [...deaths, null]) {
    const lived = await live(fixture, { death, memory });
    lives.push(lived);
    if (lived.error === null) break;
    expect((lived.error as Error).message).toMatch(/^(killed|stopped)$/);
  }
  return lives;
}

/** Everything that a build leaves and that has to be the same however it came about. */
export async function outcome({ folder }: FixtureFolder): Promise<unknown> {
  const ledger = await openLedger(join(folder, 'work'), { readOnly: true });
  try {
    const chunks = await ledger.chunks();
    const rejects = gunzipSync(readFileSync(join(folder, 'work/rejects/000000.jsonl.gz'))).toString();
    return {
      chunks: chunks.map(({ path, rawSha256, key }) => [path, rawSha256, key]),
      counts: await ledger.sliceCounts(),
      summary: await ledger.summary(),
      sourceRows: await ledger.sourceRows(),
      files: (await ledger.files()).map(({ modified: _, ...file }) => file),
      rejects,
    };
  } finally {
    await ledger.close();
  }
}

/** The same rows, seven at a time, so that a file has more than one batch. */
function inSmallBatches(source: Source, onBatch: (batch: Batch) => void): Source {
  return {
    ...source,
    snapshot: (use) =>
      source.snapshot((reader) =>
        use({
          async *read(stream, range, signal, passOver) {
            for await (const batch of reader.read(stream, range, signal, passOver)) {
              const { rows, ...more } = batch;
              for (let at = 0; at === 0 || at < rows.length; at += 7) {
                signal?.throwIfAborted();
                const part = { rows: rows.slice(at, at + 7), ...(at + 7 < rows.length ? {} : more) };
                onBatch(part);
                signal?.throwIfAborted();
                yield part;
              }
            }
          },
        }),
      ),
  };
}
