import type { Row } from '../domain/row.ts';
import { wallClock } from '../mapping/time.ts';
import type { Job, JobStream } from '../migration/job/job.ts';
import { readSample, type SampleReading } from '../migration/read/read-sample.ts';

/** Places of the range at which rows of a database are taken. */
const places = 5;

/**
 * At most `most` rows of one stream: of a database at five places of the range, of files from their beginning. Each place
 * is read in a snapshot of its own.
 */
export async function takeSample(
  job: Job,
  stream: JobStream,
  most: number,
  { signal, onFault }: Pick<SampleReading, 'signal' | 'onFault'>,
): Promise<Row[]> {
  const { window, query } = stream;
  const { from, to } = job.migration.range;
  if (window === null) return readSample(job.source, query, { most, signal, onFault });
  const rows: Row[] = [];
  const wall = (place: number): number => wallClock(from + Math.floor(((to - from) * place) / places), window.zone);
  for (let place = 0; place < places && rows.length < most; place++) {
    const wanted = Math.ceil((most - rows.length) / (places - place));
    const range = { from: wall(place), to: wall(place + 1) };
    rows.push(...(await readSample(job.source, query, { most: wanted, signal, range })));
  }
  return rows;
}
