import type { Row } from '../domain/row.ts';
import { wallClock } from '../mapping/time.ts';
import type { Context } from '../migration/context.ts';
import type { Job, JobStream } from '../migration/job/job.ts';

/** Places of the range at which rows of a database are taken. */
const places = 5;

/**
 * At most `most` rows of one stream: of a database at five places of the range, of files from their beginning. Each place
 * is read in a snapshot of its own.
 */
export async function takeSample(job: Job, stream: JobStream, most: number, { signal }: Context): Promise<Row[]> {
  const { window, query } = stream;
  const { from, to } = job.migration.range;
  const rows: Row[] = [];
  const take = async (at: number | null, until: number | null, wanted: number): Promise<void> => {
    const enough = rows.length + wanted;
    await job.source.snapshot(async (reader) => {
      for await (const batch of reader.read(query, { from: at, to: until }, signal))
        for (const row of batch.rows) {
          // Sources reuse their arrays.
          if (rows.push([...row]) >= enough) return;
        }
    });
  };
  if (window === null) {
    await take(null, null, most);
    return rows;
  }
  const wall = (place: number): number => wallClock(from + Math.floor(((to - from) * place) / places), window.zone);
  for (let place = 0; place < places && rows.length < most; place++) {
    const wanted = Math.ceil((most - rows.length) / (places - place));
    await take(wall(place), wall(place + 1), wanted);
  }
  return rows;
}
