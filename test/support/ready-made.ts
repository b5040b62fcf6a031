import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Papa from 'papaparse';
import { systemClock } from '../../src/domain/clock.ts';
import { build, check, doctor, type PreviewRow, preview } from '../../src/index.ts';
import { environmentOf } from './migration-job.ts';

/** What a migration is made of beside its target; all of it YAML. */
export interface ReadyMadeJob {
  /** A ready-made name; the text of a mapping of one's own where it has line breaks. */
  readonly mapping: string;
  readonly source: string;
  readonly variables?: string;
  /** The text of each lookup file by the lookup's name. */
  readonly lookups?: Readonly<Record<string, string>>;
}

/** A hit's cells that are not empty, by column. */
export type HitCells = Readonly<Record<string, string>>;

/** What the rows of a job become. */
export interface MappedRows {
  /** In the order of time; inside one second as the streams were read. */
  readonly hits: readonly HitCells[];
  /** `<stream>: <rule or reason>` to how many rows became no hit. */
  readonly others: Readonly<Record<string, number>>;
  /** Where user agents were taken from, one word for each hit. */
  readonly userAgents: readonly string[];
}

const nobody = environmentOf({
  baseUrl: 'http://127.0.0.1:1',
  tokenUrl: 'http://127.0.0.1:1',
  clientId: 'c',
  clientSecret: 's',
});

/** Checks a job, which must be without any problem, and maps all its rows. */
export async function mapRows(job: ReadyMadeJob): Promise<MappedRows> {
  return inJob(job, async (file) => {
    // Long ago: these rows are older than what any report suite keeps.
    const clock = { ...systemClock, now: () => 0 };
    const [checked] = await check([file], { env: nobody, clock });
    if (checked?.problems.length !== 0) throw new Error(JSON.stringify(checked?.problems, null, 1));
    const rows = await preview(file, { env: nobody, rows: 1_000 });
    const hits = rows.filter(({ outcome }) => outcome === 'hit').sort((one, other) => timeOf(one) - timeOf(other));
    const others: Record<string, number> = {};
    for (const { stream, outcome, reason } of rows) {
      const name = `${stream}: ${reason}`;
      if (outcome !== 'hit') others[name] = (others[name] ?? 0) + 1;
    }
    const filled = hits.flatMap(({ changes }) => changes.filter(({ outcome }) => outcome === 'filled'));
    return { hits: hits.map(({ hit }) => hit), others, userAgents: filled.map(({ reason }) => reason) };
  });
}

/** Builds a job and gives all hits in the order in which Adobe would get them. */
export async function buildHits(job: ReadyMadeJob): Promise<readonly HitCells[]> {
  return inJob(job, async (file, folder) => {
    const { stopped } = await build(file, { env: nobody });
    if (stopped !== undefined) throw new Error(stopped.message);
    const chunks = join(folder, 'work', 'chunks', 'built_0');
    return readdirSync(chunks)
      .sort()
      .flatMap((name) => readChunk(join(chunks, name)));
  });
}

/** What `doctor` finds of each stream's index: `ok`, or `warning`. */
export async function indexesOf(job: ReadyMadeJob): Promise<Readonly<Record<string, string>>> {
  return inJob(job, async (file) => {
    const { checks } = await doctor(file, { env: nobody });
    const found = checks.filter((finding) => finding.check === 'index');
    return Object.fromEntries(found.map(({ of, result }) => [of ?? '', result]));
  });
}

/** One column of all hits; `null` where it is empty. */
export function cellsOf(hits: readonly HitCells[], column: string): (string | null)[] {
  return hits.map((hit) => hit[column] ?? null);
}

async function inJob<T>(job: ReadyMadeJob, use: (file: string, folder: string) => Promise<T>): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bdia-ready-made-')));
  try {
    return await use(writeMigration(folder, job), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeMigration(folder: string, { mapping, source, variables = '{}', lookups = {} }: ReadyMadeJob): string {
  const isOwn = mapping.includes('\n');
  if (isOwn) writeFileSync(join(folder, 'mapping.yaml'), mapping);
  const names = Object.keys(lookups);
  for (const name of names) writeFileSync(join(folder, `${name}.csv`), lookups[name] ?? '');
  const file = join(folder, 'migration.yaml');
  const target =
    '{ reportSuiteID: testdev, baseUrl: "${env:BDIA_BASE_URL}", auth: { kind: oauth, tokenUrl: "${env:BDIA_TOKEN_URL}", ' +
    'clientId: "${env:BDIA_CLIENT_ID}", clientSecret: "${env:BDIA_CLIENT_SECRET}" } }';
  const lines = [
    'migration: built',
    `mapping: ${isOwn ? './mapping.yaml' : mapping}`,
    `variables: ${variables}`,
    `lookups: { ${names.map((name) => `${name}: ./${name}.csv`).join(', ')} }`,
    `source: ${source}`,
    `target: ${target}`,
    'range: { from: 2010-01-01, to: 2030-01-01, zone: UTC }',
    'visitorGroups: { count: 1, prefix: built }',
    'rejects: { budget: 100% }',
    'folder: ./work',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function timeOf({ time }: PreviewRow): number {
  return time ?? 0;
}

function readChunk(path: string): HitCells[] {
  const text = gunzipSync(readFileSync(path)).toString('utf8');
  const { data } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  return data.map((row) => Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== '')));
}
