import type { MysqlConnection, RunningStatement, TextRow } from './connection.ts';
import { assertText, type ResultField } from './result-field.ts';

const batchRows = 1_000;
/** Rows with long texts make smaller batches, so that one holds no more than about this many characters. */
const batchCharacters = 8_000_000;

/**
 * The rows of one statement in batches. One batch is read ahead while the consumer works on another; beyond that the
 * socket is not read, so that the server waits (as long as `longestPauseSeconds`). Leaving the loop, or the signal, calls
 * `interrupt` while the rest is thrown away, and settles with it: the connection can then be used again, or is lost.
 */
export async function* readBatches(
  connection: MysqlConnection,
  stream: string,
  statement: string,
  interrupt: (ended: Promise<void>) => Promise<void>,
  signal?: AbortSignal,
): AsyncGenerator<TextRow[], void> {
  let batch: TextRow[] = [];
  let ready: TextRow[] | null = null;
  let sizeBefore = 0;
  let outcome: { readonly error: unknown } | 'end' | null = null;
  let isLeft = false;
  let wake = () => {};
  let tellEnd = () => {};
  const ended = new Promise<void>((resolve) => {
    tellEnd = resolve;
  });
  let shapeFault: unknown = null;
  const finish = (how: { readonly error: unknown } | 'end') => {
    outcome = how;
    tellEnd();
    wake();
  };
  const running: RunningStatement = connection.start(statement, {
    fields: (fields: readonly ResultField[]) => {
      try {
        assertText(stream, fields);
      } catch (error) {
        shapeFault = error;
        wake();
      }
    },
    row: (row) => {
      if (isLeft) return;
      batch.push(row);
      if (batch.length < batchRows && running.size() - sizeBefore < batchCharacters) return;
      sizeBefore = running.size();
      ready = batch;
      batch = [];
      running.pause();
      wake();
    },
    end: () => finish('end'),
    fail: (error) => finish({ error }),
  });
  const onAbort = () => wake();
  signal?.addEventListener('abort', onAbort);
  const takeReady = () => {
    const taken = ready;
    ready = null;
    return taken;
  };
  const state = () => outcome;
  try {
    for (;;) {
      signal?.throwIfAborted();
      if (shapeFault !== null) throw shapeFault;
      const taken = takeReady();
      if (taken !== null) {
        if (state() === null) running.resume();
        yield taken;
        continue;
      }
      const how = state();
      if (how === 'end') {
        if (batch.length > 0) yield batch;
        return;
      }
      if (how !== null) throw how.error;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    isLeft = true;
    batch = [];
    ready = null;
    if (state() === null) {
      running.resume();
      await interrupt(ended);
    }
  }
}
