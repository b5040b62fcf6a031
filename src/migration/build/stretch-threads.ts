import type { Stretch } from '../../domain/row.ts';
import type { Slice } from '../../domain/slice.ts';
import type { ReadOptions } from '../read/read-options.ts';
import type { MappedStretch, StretchMapper } from '../read/read-rows.ts';
import type { StretchOrder } from './stretch-thread.ts';
import type { ThreadJob } from './thread-job.ts';
import { startThreads, type ThreadPool } from './thread-pool.ts';

/** So that no thread waits for its next stretch: one to work on and one to come. */
const STRETCHES_A_THREAD = 2;

/** Threads that cut and map stretches of files. */
export interface StretchThreads extends StretchMapper {
  /** Stops what is under way and ends the threads. */
  close(): Promise<void>;
}

/**
 * `threads` of them, started with the first stretch; each opens the job by itself. Where `slices` are given only hits
 * that lie in one of them are kept. `program` is what they run: a module with the two functions of `stretch-thread.ts`.
 */
export function startStretchThreads(
  job: ThreadJob,
  threads: number,
  slices: readonly Slice[] | null,
  options: Pick<ReadOptions, 'signal' | 'onEvent'>,
  program = new URL('./stretch-thread.js', import.meta.url),
): StretchThreads {
  let pool: ThreadPool | null = null;
  const spans = slices?.map(({ from, to }) => ({ from, to })) ?? null;
  return {
    atOnce: STRETCHES_A_THREAD * threads,
    map(stream: number, stretch: Stretch) {
      // Files that are small, or are not read so, need none.
      pool ??= startThreads(program, 'mapInThread', threads, options);
      const started = pool;
      const order: StretchOrder = { ...job, stream, stretch, slices: spans };
      const work = `mapped ${stretch.file} from line ${stretch.line} on`;
      return started.persist<MappedStretch>(work, () => started.run(order));
    },
    close: async () => pool?.close(),
  };
}
