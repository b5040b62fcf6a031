import type { Stretch } from '../../domain/row.ts';
import type { Slice } from '../../domain/slice.ts';
import type { ReadOptions } from '../read/read-options.ts';
import type { MappedStretch, StretchMapper } from '../read/read-whole.ts';
import type { MapStretch } from './map-stretch.ts';
import type { StretchOrder } from './stretch-thread.ts';
import type { Answer, ThreadJob } from './thread-job.ts';
import { startThreads, type ThreadPool } from './thread-pool.ts';

/** So that no thread waits for its next stretch: one to work on and one to come. */
const STRETCHES_A_THREAD = 2;

/** Hits are longer than what they are cut from, most often. */
const ROOM_FOR_HITS = 2;

/** Threads that cut and map stretches of files. */
export interface StretchThreads extends StretchMapper {
  /** Takes back the memory of hits that nobody looks at any more, for those of stretches to come. */
  reuse(memory: ArrayBuffer): void;
  /** Stops what is under way and ends the threads. */
  close(): Promise<void>;
}

/**
 * `threads` of them, each of which opens the job by itself; what they cannot take at once is mapped by `mapHere`, as is the
 * first stretch: many files have no second one, and the threads are started with that. Where `slices` are given only hits
 * that lie in one of them are kept. `program` is what threads run: a module with the two functions of `stretch-thread.ts`.
 */
export function startStretchThreads(
  job: ThreadJob,
  threads: number,
  slices: readonly Slice[] | null,
  mapHere: MapStretch,
  options: Pick<ReadOptions, 'signal' | 'onEvent'>,
  program = new URL('./stretch-thread.js', import.meta.url),
): StretchThreads {
  const spans = slices?.map(({ from, to }) => ({ from, to })) ?? null;
  let pool: ThreadPool | null = null;
  let isFirst = true;
  let inThreads = 0;
  const spare: ArrayBuffer[] = [];

  /** A copy that is handed over: bytes that are sent are copied twice, and these may have to be sent again. */
  const copyOf = ({ bytes }: Stretch): Uint8Array<ArrayBuffer> => {
    const last = spare.pop();
    const memory =
      last !== undefined && last.byteLength >= bytes.length ? last : new ArrayBuffer(ROOM_FOR_HITS * bytes.length);
    const copy = new Uint8Array(memory, 0, bytes.length);
    copy.set(bytes);
    return copy;
  };

  const mapInThread = async (stream: number, stretch: Stretch): Promise<MappedStretch> => {
    pool ??= startThreads(program, 'mapInThread', { threads, orders: STRETCHES_A_THREAD }, options);
    const started = pool;
    const ask = (): Promise<Answer<MappedStretch>> => {
      const bytes = copyOf(stretch);
      const order: StretchOrder = { ...job, stream, stretch: { ...stretch, bytes }, slices: spans };
      return started.run(order, [bytes.buffer]);
    };
    inThreads++;
    try {
      return await started.persist(`mapped ${stretch.file} from line ${stretch.line} on`, ask);
    } finally {
      inThreads--;
    }
  };

  return {
    atOnce: STRETCHES_A_THREAD * (threads + 1),
    map(stream: number, stretch: Stretch) {
      const isFree = !isFirst && inThreads < STRETCHES_A_THREAD * threads;
      isFirst = false;
      return isFree ? mapInThread(stream, stretch) : mapHere(stream, stretch, spare.pop() ?? null);
    },
    reuse: (memory) => spare.push(memory),
    close: async () => pool?.close(),
  };
}
