import type { RuleId } from '../adobe/rules.ts';
import type { Migration } from '../config/migration.ts';
import { type Chunk, type ChunkState, chunkName } from '../domain/chunk.ts';
import { MigrationError } from '../domain/error.ts';
import { faultMessages } from '../domain/problem.ts';
import type { Reject } from '../domain/slice.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { wallClock } from '../mapping/time.ts';
import { type Context, type ContextOptions, contextOf } from '../migration/context.ts';
import { readUnlessRemoved } from '../migration/deliver/removed-chunk.ts';
import type { Job, JobStream } from '../migration/job/job.ts';
import { groupNames, openJob } from '../migration/job/open-job.ts';
import { rangeToRead } from '../migration/job/windows.ts';
import { type RuledTally, ruleOfReject } from '../migration/ruled-tally.ts';
import { assertBuiltStream } from './assert-stream.ts';
import { type FoundRow, findChunk, findKey, findRow } from './find-rows.ts';
import { previewRow, type RowPreview } from './preview.ts';
import { readBuilt } from './read-built.ts';
import { readChunkRow } from './read-chunk-row.ts';

/** One legacy row from end to end. */
export interface Explanation {
  readonly stream: string;
  readonly key: readonly string[];
  /** Where its hit stands, and what is known of that file at Adobe; `null` where the row was rejected. */
  readonly chunk: {
    readonly group: string;
    readonly name: string;
    readonly path: string;
    /** Adobe's row number. */
    readonly row: number;
    readonly idempotencyKey: string;
    readonly state: ChunkState;
    /** Adobe did not take this row, for ever; in Adobe's words. */
    readonly lost: string | null;
    /** The file was removed after delivery (`disk.keep: undelivered`). */
    readonly removed: boolean;
  } | null;
  /** Columns of the hit that are not empty, as they stand in the file; `null` also where that was removed. */
  readonly hit: Readonly<Record<string, string>> | null;
  /** Why it was rejected, and Adobe's rule behind it. */
  readonly reject: (Pick<Reject, 'reason' | 'column' | 'value'> & { readonly rule: RuleId | null }) | null;
  /** Columns of the source row that are not empty; `null` where the source could not be asked. */
  readonly row: Readonly<Record<string, string>> | null;
  /** What was cut, mended, emptied or left out on the way, as the mapping says today. */
  readonly changes: readonly RuledTally[];
  /**
   * What the source says now: `same`, it still gives this hit; `other`, it gives another one (in `now`) or none;
   * `there`, it gives what is in `now`, and no file is left to compare that with; `gone`, it has no such row; `not asked`,
   * with the reason in `note` where it was asked in vain.
   */
  readonly source: 'same' | 'other' | 'there' | 'gone' | 'not asked';
  readonly now: Readonly<Record<string, string>> | null;
  readonly note: string | null;
}

export interface ExplainOptions extends ContextOptions {
  /** `<visitor group>/<slice>-<part>`, a path, or an idempotency key; with `row`, Adobe's number, from 1. */
  readonly chunk?: string;
  readonly row?: number;
  /** The parts of a source row's key, or one text with ` / ` between them, instead of chunk and row; in all streams unless `stream` names one. */
  readonly key?: readonly string[];
  readonly stream?: string;
  /** `false`: the source is not asked. */
  readonly source?: boolean;
}

/**
 * Leads from Adobe's row number to the source row, or from a source row's key to what became of it. Every place where
 * the key stands is told; none where it was filtered, lies outside the range, or is not in the source. The source is
 * asked for the row (a database for the time around the hit, or of its chunk where that was removed, files from their
 * beginning); that it cannot be asked is no error. Throws `input.invalid`, `input.not-found` where nothing was built, and
 * `chunk.damaged`.
 */
export async function explain(file: string, options: ExplainOptions): Promise<Explanation[]> {
  const context = contextOf(options);
  return readBuilt(file, context, async (migration, ledger, mapping) => {
    await assertBuiltStream(options.stream, ledger, mapping);
    const groups = groupNames(migration);
    const found = await find({ folder: migration.folder, groups }, ledger, options, context.signal);
    const asked = options.source === false || found.length === 0 ? null : await openSource(file, context);
    const told: Explanation[] = [];
    try {
      for (const row of found) told.push(await tell(migration, ledger, row, asked, context.signal));
    } finally {
      if (typeof asked === 'object') await asked?.close();
    }
    return told;
  });
}

async function find(
  place: { readonly folder: string; readonly groups: readonly string[] },
  ledger: Ledger,
  { chunk, row, key, stream }: ExplainOptions,
  signal: AbortSignal,
): Promise<FoundRow[]> {
  if (key !== undefined && chunk === undefined && row === undefined) {
    return findKey(place, ledger, { key, stream }, signal);
  }
  if (chunk !== undefined && row !== undefined && key === undefined) {
    return [await findRow(place.folder, await findChunk(place.groups, ledger, chunk), row)];
  }
  throw new MigrationError('input.invalid', 'a row is named by --chunk and --row, or by --key', {
    next: 'for example --chunk acme_0/000003-0001 --row 17, or --key 4711',
  });
}

/** The opened job, or why there is none. */
async function openSource(file: string, context: Context): Promise<Job | string> {
  try {
    return await openJob(file, context);
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code === 'interrupted') throw error;
    const faults = faultMessages(error.problems);
    return faults.length === 0 ? error.message : faults.join('; ');
  }
}

async function tell(
  migration: Migration,
  ledger: Ledger,
  found: FoundRow,
  asked: Job | string | null,
  signal: AbortSignal,
): Promise<Explanation> {
  const nothing = {
    changes: [],
    source: 'not asked',
    now: null,
    note: typeof asked === 'string' ? asked : null,
  } as const;
  if (found.kind === 'reject') {
    const { stream, key, reason, column, value, row } = found.reject;
    const present = Object.entries(row).filter((entry): entry is [string, string] => !!entry[1]);
    const reject = { reason, rule: ruleOfReject(reason), column, value };
    return { ...nothing, stream, key, chunk: null, hit: null, reject, row: Object.fromEntries(present) };
  }
  const { chunk, row, stream, key } = found;
  const hit = await readUnlessRemoved(migration, ledger, chunk, () => readChunkRow(migration.folder, chunk, row));
  const lost = (await ledger.lost(chunk)).find((one) => one.row === row);
  const { group, path, state, key: idempotencyKey } = chunk;
  const place = {
    group,
    name: chunkName(chunk),
    path,
    row,
    idempotencyKey,
    state,
    lost: lost?.reason ?? null,
    removed: hit === null,
  };
  const told = { ...nothing, stream, key, chunk: place, hit, reject: null, row: null };
  if (asked === null || typeof asked === 'string') return told;
  return { ...told, ...(await compareSource(asked, { stream, key, chunk, hit }, signal)) };
}

interface ToldHit {
  readonly stream: string;
  readonly key: readonly string[];
  readonly chunk: Chunk;
  readonly hit: Explanation['hit'];
}

async function compareSource(
  job: Job,
  told: ToldHit,
  signal: AbortSignal,
): Promise<Pick<Explanation, 'row' | 'changes' | 'source' | 'now' | 'note'>> {
  const gone = { row: null, changes: [], source: 'gone', now: null, note: null } as const;
  const { hit } = told;
  const stream = job.streams.find((one) => one.name === told.stream);
  if (stream === undefined) return { ...gone, note: `the mapping has no stream ${told.stream} any more` };
  try {
    const preview = await askForRow(job, stream, told, signal);
    if (preview === null) return gone;
    const isSame = isAlike(preview.hit, hit);
    const note = preview.outcome === 'hit' ? null : `${preview.outcome}: ${preview.reason}`;
    const source = hit === null ? 'there' : isSame ? 'same' : 'other';
    return { row: preview.row, changes: preview.changes, source, now: isSame ? null : preview.hit, note };
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code === 'interrupted') throw error;
    return { ...gone, source: 'not asked', note: error.message };
  }
}

/** Of the rows with this key the one that still gives the hit, else the first: a key may not be unique. */
async function askForRow(
  job: Job,
  stream: JobStream,
  { key, chunk, hit }: ToldHit,
  signal: AbortSignal,
): Promise<RowPreview | null> {
  const { window, mapper } = stream;
  const from = hit === null ? chunk.firstTime : Number(hit['timestamp']);
  const last = hit === null ? chunk.lastTime : from;
  return job.source.snapshot(async (reader) => {
    const home = (seconds: number): number => (window === null ? 0 : wallClock(seconds, window.zone));
    const homes = { homeFrom: home(from), homeTo: home(last) + 1 };
    const around = { index: 0, from, to: last + 1, ...homes, plannedRows: 0 };
    const range = window === null ? { from: null, to: null } : rangeToRead(around, window);
    let first: RowPreview | null = null;
    for await (const batch of reader.read(stream.query, range, signal))
      for (const row of batch.rows) {
        mapper.readKey(row);
        const found = mapper.output.key;
        if (found.length !== key.length || !found.every((part, at) => part === key[at])) continue;
        const preview = previewRow(job, stream, row);
        if (hit === null || isAlike(preview.hit, hit)) return preview;
        first ??= preview;
      }
    return first;
  });
}

function isAlike(now: NonNullable<Explanation['hit']>, hit: Explanation['hit']): boolean {
  return JSON.stringify(now) === JSON.stringify(hit);
}
