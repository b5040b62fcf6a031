import { createCsvParser } from '../csv/parse-csv.ts';
import type { Row } from '../domain/row.ts';
import type { Tally } from '../domain/slice.ts';
import { HIT, REJECTED } from '../mapping/mapper.ts';
import { wallClock } from '../mapping/time.ts';
import { type ContextOptions, contextOf } from '../migration/context.ts';
import type { Job, JobStream } from '../migration/job.ts';
import { openJob } from '../migration/open-job.ts';
import { outOfRange } from '../migration/read-rows.ts';

/** One source row beside what it becomes. */
export interface PreviewRow {
  readonly stream: string;
  readonly key: readonly string[];
  /** Columns of the source that are not empty. */
  readonly row: Readonly<Record<string, string>>;
  readonly outcome: 'hit' | 'rejected' | 'filtered';
  /** The rule or reason where it became no hit. */
  readonly reason: string | null;
  readonly column: string | null;
  readonly value: string | null;
  /** Hit time in Unix seconds, where the row has one. */
  readonly time: number | null;
  readonly group: string | null;
  /** Columns of the hit that are not empty. */
  readonly hit: Readonly<Record<string, string>>;
  /** What was cut, mended, emptied or left out on the way. */
  readonly changes: readonly Tally[];
}

export interface PreviewOptions extends ContextOptions {
  /** Rows per stream; 20 unless given. */
  readonly rows?: number;
  /** Only this stream. */
  readonly stream?: string;
  /** Begin at this hit time, Unix seconds; the start of the range unless given. */
  readonly at?: number;
}

/** Maps a few rows of each stream without building anything. Reads the source; changes nothing. */
export async function preview(file: string, options: PreviewOptions = {}): Promise<PreviewRow[]> {
  const context = contextOf(options);
  const job = await openJob(file, context);
  try {
    const streams = job.streams.filter(({ name }) => options.stream === undefined || name === options.stream);
    const shown: PreviewRow[] = [];
    await job.source.snapshot(async (reader) => {
      for (const stream of streams) {
        const begin = options.at ?? job.migration.range.from;
        const from = stream.window === null ? null : wallClock(begin, stream.window.zone);
        let left = options.rows ?? 20;
        for await (const batch of reader.read(stream.query, { from, to: null }, context.signal)) {
          for (const row of batch.rows.slice(0, left)) shown.push(previewRow(job, stream, row));
          left -= batch.rows.length;
          if (left <= 0) break;
        }
      }
    });
    return shown;
  } finally {
    await job.close();
  }
}

function previewRow(job: Job, stream: JobStream, row: Row): PreviewRow {
  const { mapper } = stream;
  const { output } = mapper;
  mapper.takeTallies();
  const result = mapper.map(row);
  const changes = mapper.takeTallies();
  const { from, to } = job.migration.range;
  const inRange = output.seconds >= from && output.seconds < to;
  const outcome = result === REJECTED ? 'rejected' : result === HIT && inRange ? 'hit' : 'filtered';
  const misfit = result !== HIT;
  const time = result === HIT || output.timed ? output.seconds : null;
  const cells = outcome === 'hit' ? cellsOf(output.line) : [];
  const preview = {
    outcome,
    reason: misfit ? output.reason : inRange ? null : outOfRange,
    column: misfit ? output.column : null,
    value: misfit ? output.value : null,
    time,
    group: outcome === 'hit' ? (job.groups[job.groupOf(output.visitor)] ?? null) : null,
    hit: presentOf(job.columns, cells),
    changes,
  } as const;
  mapper.readKey(row);
  return { stream: stream.name, key: [...output.key], row: presentOf(stream.columns, row.map(shown)), ...preview };
}

function cellsOf(line: string): readonly string[] {
  return createCsvParser({ delimiter: ',', quote: '"', newline: '\n' }).push(line, true).rows[0] ?? [];
}

function presentOf(columns: readonly string[], cells: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    columns.map((name, place) => [name, cells[place] ?? ''] as const).filter(([, cell]) => cell !== ''),
  );
}

function shown(cell: Row[number]): string {
  if (cell === null) return '';
  return typeof cell === 'string' ? cell : `0x${Buffer.from(cell).toString('hex')}`;
}
