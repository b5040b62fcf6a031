import { dirname, resolve } from 'node:path';
import { loadYamlKind } from '../config/load-migration.ts';
import { MigrationError } from '../domain/error.ts';
import type { Row } from '../domain/row.ts';
import { type Context, type ContextOptions, contextOf } from '../migration/context.ts';
import { changedEntries, digest } from '../migration/job/fingerprint.ts';
import type { Job, JobStream } from '../migration/job/job.ts';
import { openJob } from '../migration/job/open-job.ts';
import { previewRow } from './preview.ts';
import { createStreamDiff, type MappedRow, type StreamDiff } from './stream-diff.ts';
import { takeSample } from './take-sample.ts';

/** What another mapping would change, on a sample of rows. */
export interface DiffReport {
  readonly streams: readonly StreamDiff[];
  /** Streams that only one of the two has. */
  readonly gone: readonly string[];
  readonly added: readonly string[];
  /** Parts of the job that may not change once anything was sent, and parts that may with `--accept-change`. */
  readonly identity: readonly string[];
  readonly content: readonly string[];
}

export interface DiffOptions extends ContextOptions {
  /** Rows of each stream; 1,000 unless given. */
  readonly rows?: number;
  /** The migration that both mappings are tried with; needed where neither file is one. */
  readonly migration?: string;
}

/**
 * Maps the same rows by two mappings and tells what changes. Each of `before` and `after` is a mapping, or a migration
 * with its own. Rows of a database are taken at five places of the range, rows of files from their beginning; where the
 * query itself changed, both are asked and rows found again by their key. Changes nothing. Throws `input.invalid`.
 */
export async function diff(before: string, after: string, options: DiffOptions = {}): Promise<DiffReport> {
  const context = contextOf(options);
  const [first, second] = [await kindOf(before), await kindOf(after)];
  const migration = options.migration ?? (first === 'migration' ? before : second === 'migration' ? after : null);
  if (migration === null) {
    throw new MigrationError('input.invalid', 'two mappings alone name no source to take rows from', {
      next: 'name a migration too: --migration migration.yaml',
    });
  }
  const open = (file: string, kind: typeof first): Promise<Job> =>
    kind === 'migration' ? openJob(file, context) : openJob(migration, { ...context, mapping: resolve(file) });
  const old = await open(before, first);
  try {
    const now = await open(after, second);
    try {
      return await compare(old, now, options.rows ?? 1_000, context);
    } finally {
      await now.close();
    }
  } finally {
    await old.close();
  }
}

async function kindOf(file: string): Promise<'migration' | 'mapping'> {
  const kind = await loadYamlKind(file);
  if (kind !== null) return kind;
  throw new MigrationError(
    'input.not-found',
    `${file}: there is no such file in ${dirname(resolve(file))}, or it cannot be read`,
  );
}

async function compare(old: Job, now: Job, rows: number, context: Context): Promise<DiffReport> {
  const streams: StreamDiff[] = [];
  for (const one of old.streams) {
    const other = now.streams.find(({ name }) => name === one.name);
    if (other === undefined) continue;
    const found = createStreamDiff(one.name);
    const sample = await takeSample(old, one, rows, context);
    const isSameQuery = digest([one.query, one.columns]) === digest([other.query, other.columns]);
    const others = isSameQuery ? sample : await takeSample(now, other, rows, context);
    const mapped = mapAll(now, other, others);
    // Rows of a sample of its own are found again by their key.
    const rest = rowsByKey(isSameQuery ? [] : mapped);
    for (const [place, row] of mapAll(old, one, sample).entries())
      found.compare(row, (isSameQuery ? mapped[place] : rest.take(row)) ?? null);
    for (const row of rest.left()) found.compare(null, row);
    streams.push(found.result());
  }
  const names = (job: Job): string[] => job.streams.map(({ name }) => name);
  return {
    streams,
    gone: names(old).filter((name) => !names(now).includes(name)),
    added: names(now).filter((name) => !names(old).includes(name)),
    identity: changedEntries(old.fingerprint.identity, now.fingerprint.identity),
    content: changedEntries(old.fingerprint.content, now.fingerprint.content),
  };
}

/** Rows found again by their key; of several with one key each is taken once, one of the same outcome first. */
function rowsByKey(rows: readonly MappedRow[]) {
  const byKey = new Map<string, MappedRow[]>();
  const nameOf = ({ preview }: MappedRow): string => JSON.stringify(preview.key);
  for (const row of rows) byKey.set(nameOf(row), [...(byKey.get(nameOf(row)) ?? []), row]);
  return {
    take: (row: MappedRow): MappedRow | undefined => {
      const alike = byKey.get(nameOf(row)) ?? [];
      const { outcome, reason } = row.preview;
      const place = alike.findIndex(({ preview }) => preview.outcome === outcome && preview.reason === reason);
      return alike.splice(Math.max(0, place), 1)[0];
    },
    left: (): MappedRow[] => [...byKey.values()].flat(),
  };
}

function mapAll(job: Job, stream: JobStream, rows: readonly Row[]): MappedRow[] {
  return rows.map((row) => {
    const preview = previewRow(job, stream, row);
    return { preview, visitor: preview.outcome === 'hit' ? stream.mapper.output.visitor : '' };
  });
}
