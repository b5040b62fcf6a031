import type { RuleId } from '../adobe/rules.ts';
import { count, plural } from '../domain/count.ts';
import type { Row, RowFault } from '../domain/row.ts';
import { wallClock } from '../mapping/time.ts';
import { type Context, type ContextOptions, contextOf } from '../migration/context.ts';
import type { Job, JobStream } from '../migration/job/job.ts';
import { openJob } from '../migration/job/open-job.ts';
import { misfitTest } from '../migration/read/misfit.ts';
import { textOf } from '../migration/read/read-slice.ts';
import { type RuledTally, ruleOfReject, withRule } from '../migration/ruled-tally.ts';
import type { SourceReader } from '../source/source.ts';
import { assertStream } from './assert-stream.ts';
import { presentColumns } from './present-columns.ts';
import { shownRow } from './shown-row.ts';
import { unreadColumns } from './unmapped-members.ts';

/** One source row beside what it becomes. */
export interface PreviewRow {
  readonly stream: string;
  readonly key: readonly string[];
  /** Columns of the source that are not empty; of a row of JSON its members, by the names that a mapping has for them. */
  readonly row: Readonly<Record<string, string>>;
  /** Those of them that nothing in the mapping reads. */
  readonly unread: readonly string[];
  readonly outcome: 'hit' | 'rejected' | 'filtered';
  /** The rule or reason where it became no hit. */
  readonly reason: string | null;
  /** Adobe's rule behind a rejected row; `null` where none is. */
  readonly rule: RuleId | null;
  readonly column: string | null;
  readonly value: string | null;
  /** Hit time in Unix seconds, where the row has one. */
  readonly time: number | null;
  readonly group: string | null;
  /** Columns of the hit that are not empty. */
  readonly hit: Readonly<Record<string, string>>;
  /** What was cut, mended, emptied or left out on the way. */
  readonly changes: readonly RuledTally[];
}

/** A source row and what it becomes. */
export type RowPreview = Omit<PreviewRow, 'unread'>;

export interface PreviewOptions extends ContextOptions {
  /** Rows per stream; 20 unless given. */
  readonly rows?: number;
  /** Only this stream. */
  readonly stream?: string;
  /** Begin at this time, Unix seconds: of the window column, or of hits where rows come from files. Default: the range's start, or all of a file. */
  readonly at?: number;
  /** Only rows with this outcome, or hits with a change of this kind; looked for among the first 200,000 of each stream, from `at` on. */
  readonly only?: PreviewFilter;
}

/** What a preview can be narrowed to. */
export type PreviewFilter = 'rejected' | 'filtered' | 'cut' | 'mended' | 'emptied' | 'left out';

const mostScanned = 200_000;

/** Maps a few rows of each stream without building anything. Reads the source; changes nothing. */
export async function preview(file: string, options: PreviewOptions = {}): Promise<PreviewRow[]> {
  const context = contextOf(options);
  const job = await openJob(file, context);
  try {
    const streams = chosenStreams(job, options.stream);
    const shown: PreviewRow[] = [];
    await job.source.snapshot(async (reader) => {
      for (const stream of streams) {
        shown.push(...(await previewStream(job, stream, reader, options, context)));
      }
    });
    return shown;
  } finally {
    await job.close();
  }
}

function chosenStreams(job: Job, name: string | undefined): readonly JobStream[] {
  assertStream(
    name,
    job.streams.map((stream) => stream.name),
  );
  return job.streams.filter((stream) => name === undefined || stream.name === name);
}

/** Databases begin at the time asked for; files are read from their beginning, and rows before that time passed over. */
async function previewStream(
  job: Job,
  stream: JobStream,
  reader: SourceReader,
  { rows = 20, at, only }: PreviewOptions,
  { signal, onEvent }: Context,
): Promise<PreviewRow[]> {
  const shown: PreviewRow[] = [];
  const spec = {
    ...job.mapping.streams.find(([name]) => name === stream.name)?.[1],
    suite: job.migration.target.reportSuiteID,
  };
  const show = (found: RowPreview): void => {
    shown.push({ ...found, unread: unreadColumns(spec, Object.keys(found.row)) });
  };
  let scanned = 0;
  const { window } = stream;
  const from = window === null ? null : wallClock(at ?? job.migration.range.from, window.zone);
  for await (const batch of reader.read(stream.query, { from, to: null }, signal)) {
    for (const row of batch.rows) {
      if (shown.length >= rows) return shown;
      const found = previewRow(job, stream, row);
      if (window === null && at !== undefined && (found.time === null || found.time < at)) continue;
      scanned += 1;
      if (isWanted(found, only)) show(found);
    }
    if (at === undefined && (only ?? 'rejected') === 'rejected')
      for (const fault of batch.faults ?? []) show(previewFault(stream, fault));
    if (shown.length >= rows) return shown.slice(0, rows);
    if (only !== undefined && scanned >= mostScanned) {
      const found = `${plural(shown.length, 'such row')} among the first ${count(scanned)} of ${stream.name}`;
      const text =
        window === null && at !== undefined ? `${found} from that time on` : `${found}; --at begins further on`;
      onEvent({ type: 'message', level: 'info', text });
      return shown;
    }
  }
  return shown;
}

function isWanted({ outcome, changes }: RowPreview, only: PreviewFilter | undefined): boolean {
  return only === undefined || outcome === only || changes.some((change) => change.outcome === only);
}

/** A line of a file that is no row. */
function previewFault({ name }: JobStream, { key, reason, text }: RowFault): RowPreview {
  const nothing = { rule: null, column: null, time: null, group: null, hit: {}, changes: [] };
  return { stream: name, key, row: {}, outcome: 'rejected', reason, value: text, ...nothing };
}

/** What one source row becomes; the mapper's tallies are taken along. */
export function previewRow(job: Job, stream: JobStream, row: Row): RowPreview {
  const { mapper } = stream;
  const { output } = mapper;
  mapper.takeTallies();
  const result = mapper.map(row);
  // A value that is what the source says is no change.
  const counted = mapper.takeTallies().filter(({ outcome, reason }) => outcome !== 'filled' || reason !== 'real');
  const { window } = stream;
  const misfit = misfitTest(job, stream)(result, window === null ? null : textOf(row[window.place]));
  const outcome = misfit === null ? 'hit' : misfit.isReject ? 'rejected' : 'filtered';
  const preview = {
    outcome,
    reason: misfit?.reason ?? null,
    rule: misfit?.isReject === true ? ruleOfReject(misfit.reason) : null,
    column: misfit?.column ?? null,
    value: misfit?.value ?? null,
    time: output.timed ? output.seconds : null,
    group: outcome === 'hit' ? (job.groups[job.groupOf(output.visitor)] ?? null) : null,
    hit: outcome === 'hit' ? presentColumns(job.columns, output.cells) : {},
    changes: counted.map(withRule),
  } as const;
  mapper.readKey(row);
  return { stream: stream.name, key: [...output.key], row: shownRow(stream.columns, row), ...preview };
}
