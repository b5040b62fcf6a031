import { constants, deflateRaw } from 'node:zlib';

/** How blocks are compressed. `inFlight` bounds the blocks that wait for the thread pool or for the disk. */
export interface DeflaterOptions {
  /** 0 to 9. */
  readonly level: number;
  readonly blockBytes: number;
  readonly inFlight: number;
}

/**
 * Compresses the blocks of many files on the thread pool, with one bound over all of them. Who hands in blocks asks
 * `full` afterwards and waits for `room` before going on: that is the back-pressure.
 */
export interface Deflater {
  readonly blockBytes: number;
  readonly full: boolean;
  /** Resolves when there is room. Rejects with the first fault of any file, now and ever after. */
  room(): Promise<void>;
  /** A block to fill, its content undefined. */
  takeBlock(): Buffer;
  /**
   * Compresses the first `length` bytes of a block from `takeBlock`, and takes the block back. The result is deflate
   * blocks that end at a byte border without ending the stream, and refer to `dictionary` as to what went before.
   * Takes a place in flight, until `leave`.
   */
  deflate(block: Buffer, length: number, dictionary: Buffer | null): Promise<Buffer>;
  /** Frees one place in flight: the block is on disk, or has failed. */
  leave(): void;
  /** Tells everybody who waits for room that a file cannot be written. */
  fail(error: unknown): void;
}

/** A deflater without blocks yet; they are made as they are needed. */
export function createDeflater({ level, blockBytes, inFlight }: DeflaterOptions): Deflater {
  const spare: Buffer[] = [];
  let waiting: (() => void)[] = [];
  let busy = 0;
  let failure: { readonly error: unknown } | null = null;

  function wake(): void {
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  }

  function compress(input: Buffer, dictionary: Buffer | null): Promise<Buffer> {
    const options = {
      level,
      // Node finishes in a second call: flushed in the first, all comes in one piece, which need not be put together.
      flush: constants.Z_SYNC_FLUSH,
      finishFlush: constants.Z_SYNC_FLUSH,
      chunkSize: Math.max(1024, blockBytes >> 2),
      ...(dictionary === null ? {} : { dictionary }),
    };
    return new Promise((resolve, reject) => {
      deflateRaw(input, options, (error, result) => (error === null ? resolve(result) : reject(error)));
    });
  }

  return {
    blockBytes,
    get full() {
      return busy >= inFlight || failure !== null;
    },
    async room() {
      while (failure === null && busy >= inFlight) await new Promise<void>((resolve) => waiting.push(resolve));
      if (failure !== null) throw failure.error;
    },
    takeBlock: () => spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes),
    async deflate(block, length, dictionary) {
      busy++;
      const compressed = await compress(block.subarray(0, length), dictionary);
      if (spare.length < inFlight) spare.push(block);
      return compressed;
    },
    leave() {
      busy--;
      wake();
    },
    fail(error) {
      failure ??= { error };
      wake();
    },
  };
}
