import type { HitStore } from '../../chunking/hit-store.ts';
import type { Row } from '../../domain/row.ts';
import type { Reject } from '../../domain/slice.ts';
import type { JobStream } from '../job/job.ts';
import type { Misfit } from './misfit.ts';
import type { RowCounter } from './row-counts.ts';

/** Where hits go. */
export type HitSink = Pick<HitStore, 'add' | 'spill'>;

/** Where the rows of a reading go. */
export interface RowSink {
  readonly hits: HitSink;
  readonly counter: RowCounter;
  readonly groupOf: (visitor: string) => number;
  reject(reject: Reject): void;
  /** Waited for after each batch, so that the progress line, and rejects that became too many, get their turn. */
  afterBatch(rows: number): Promise<void>;
}

/** Puts the hit that a mapper found last. `false`: there is no room for it before `makeRoom` has put it. */
export function take(position: number, output: JobStream['mapper']['output'], { hits, groupOf }: RowSink): boolean {
  return hits.add(
    output.seconds,
    output.nanos,
    position,
    groupOf(output.visitor),
    output.key,
    output.cells,
    output.plain,
  );
}

/** Makes room, and puts the hit for which there was none. */
export async function makeRoom(position: number, output: JobStream['mapper']['output'], sink: RowSink): Promise<void> {
  await sink.hits.spill();
  if (!take(position, output, sink)) throw new Error('a hit does not fit an empty store');
}

/** Counts the row that a mapper has read last, which became no hit, and rejects it where that is so. */
export function countMisfit(
  stream: JobStream,
  row: Row,
  { isReject, reason, column, value }: Misfit,
  sink: RowSink,
): void {
  if (!isReject) {
    sink.counter.filtered(stream.position, reason);
    return;
  }
  sink.counter.rejected(stream.position, column ?? '', reason);
  stream.mapper.readKey(row);
  const cells = stream.columns.map((name, place) => [name, shown(row[place])] as const);
  sink.reject({
    stream: stream.name,
    key: [...stream.mapper.output.key],
    reason,
    column,
    value,
    row: Object.fromEntries(cells),
  });
}

function shown(cell: Row[number] | undefined): string | null {
  if (cell === undefined || cell === null) return null;
  return typeof cell === 'string' ? cell : `0x${Buffer.from(cell).toString('hex')}`;
}
