import { join } from 'node:path';
import type { RuleId } from '../adobe/rules.ts';
import { readRejects } from '../chunking/read-chunk.ts';
import type { Migration } from '../config/migration.ts';
import { encodeLine } from '../csv/encode-csv.ts';
import { MigrationError } from '../domain/error.ts';
import type { Reject, Tally } from '../domain/slice.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { type Context, type ContextOptions, contextOf } from '../migration/context.ts';
import { ruleOfReject } from '../migration/ruled-tally.ts';
import { assertBuiltStream } from './assert-stream.ts';
import { readBuilt } from './read-built.ts';
import { writeWholeFile } from './whole-file.ts';

/** What reports say where the reason of a reject is its column's name. */
export const unusable = 'missing or unusable';

/** All rejects of one stream with one reason, as a number and the first few. */
export interface RejectReason {
  readonly stream: string;
  readonly reason: string;
  /** Adobe's rule behind it; `null` where the mapping itself rejects. */
  readonly rule: RuleId | null;
  /** Adobe's column that could not be filled, where one was the cause. */
  readonly column: string | null;
  readonly count: number;
  readonly samples: readonly Reject[];
}

export interface RejectsReport {
  readonly migration: string;
  /** Rows that became no hit for a reason, of all reasons that were asked for. */
  readonly rejected: number;
  /** Most frequent first. */
  readonly reasons: readonly RejectReason[];
  /** Where the rows were written to. */
  readonly exported: string | null;
}

export interface RejectsOptions extends ContextOptions {
  /** Only this stream, only this reason: its name, or `unusable`. */
  readonly stream?: string;
  readonly reason?: string;
  /** Samples of each reason; 3 unless given. */
  readonly samples?: number;
  /**
   * Writes the rows to this file: CSV where it ends in `.csv`, else a JSON line each, as the work folder keeps them. A file
   * of that name stays as it was until all of them are written.
   */
  readonly exportTo?: string;
}

/**
 * The rejects of everything that is sealed, by stream and reason. Reads the files once for the reasons, once more to
 * export; memory grows with reasons only. Throws `input.not-found` where nothing was built, `input.invalid` where no such
 * stream or reason is known, `chunk.damaged`, `disk.failed`.
 */
export async function rejects(file: string, options: RejectsOptions = {}): Promise<RejectsReport> {
  const context = contextOf(options);
  return readBuilt(file, context, async (migration, ledger, mapping) => {
    await assertBuiltStream(options.stream, ledger, mapping);
    assertReason(options.reason, await ledger.tallies());
    return rejectsOf(migration, ledger, options, context.signal);
  });
}

/** As `rejects`, for who reads more of what was built. */
export async function rejectsOf(
  { id, folder }: Pick<Migration, 'id' | 'folder'>,
  ledger: Ledger,
  { samples = 3, exportTo, stream, reason }: Omit<RejectsOptions, keyof Context>,
  signal: AbortSignal,
): Promise<RejectsReport> {
  const isWanted = (reject: Reject): boolean =>
    (stream ?? reject.stream) === reject.stream && (reason === undefined || hasReason(reject, reason));
  const rows = () => readAllRejects(folder, ledger, isWanted, signal);
  const found = new Map<string, { reject: Reject; count: number; samples: Reject[] }>();
  const columns = new Set<string>();
  let rejected = 0;
  for await (const reject of rows()) {
    rejected += 1;
    const name = JSON.stringify([reject.stream, reject.reason, reject.column]);
    const known = found.get(name);
    if (known === undefined) found.set(name, { reject, count: 1, samples: samples > 0 ? [reject] : [] });
    else if (++known.count <= samples) known.samples.push(reject);
    for (const column of Object.keys(reject.row)) columns.add(column);
  }
  if (exportTo !== undefined)
    await writeWholeFile(exportTo, /\.csv$/i.test(exportTo) ? csvLines(rows(), [...columns]) : jsonLines(rows()));
  const reasons = [...found.values()]
    .map(({ reject: { stream, reason, column }, ...rest }) => {
      return { stream, reason, rule: ruleOfReject(reason), column, ...rest };
    })
    .sort((one, other) => other.count - one.count);
  return { migration: id, rejected, reasons, exported: exportTo ?? null };
}

/** Nothing was rejected for a reason that is misspelt: what is not there must not look like good news. */
function assertReason(reason: string | undefined, tallies: readonly Tally[]): void {
  const rejected = tallies.filter(({ outcome }) => outcome === 'rejected');
  if (reason === undefined || rejected.length === 0 || rejected.some((tally) => hasReason(tally, reason))) return;
  const reasons = [...new Set(rejected.map((tally) => tally.reason))];
  throw new MigrationError('input.invalid', `no row was rejected for the reason ${reason}`, {
    next: `choose one of: ${reasons.join(', ')}`,
  });
}

/** A column's own name is the reason where it could not be filled; reports say that in words. */
function hasReason(rejected: { readonly reason: string; readonly column: string | null }, wanted: string): boolean {
  return rejected.reason === wanted || (rejected.reason === rejected.column && wanted === unusable);
}

/** The wanted ones of all rejects of everything that is sealed, slice by slice. */
export async function* readAllRejects(
  folder: string,
  ledger: Ledger,
  isWanted: (reject: Reject) => boolean,
  signal: AbortSignal,
): AsyncGenerator<Reject> {
  for (const { path } of await ledger.rejectFiles()) {
    signal.throwIfAborted();
    for await (const reject of readRejects(join(folder, path))) if (isWanted(reject)) yield reject;
  }
}

async function* jsonLines(rows: AsyncGenerator<Reject>): AsyncGenerator<string> {
  for await (const reject of rows) yield `${JSON.stringify(reject)}\n`;
}

/** The reject's own columns begin with `_`, the source's follow; a key of several parts stands with ` / ` between them. */
async function* csvLines(rows: AsyncGenerator<Reject>, columns: readonly string[]): AsyncGenerator<string> {
  yield `${encodeLine(['_stream', '_key', '_reason', '_column', '_value', ...columns])}\n`;
  for await (const { stream, key, reason, column, value, row } of rows) {
    const own = [stream, key.join(' / '), reason, column ?? '', value ?? ''];
    yield `${encodeLine([...own, ...columns.map((name) => row[name] ?? '')])}\n`;
  }
}
