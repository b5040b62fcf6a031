import type { ServerSource } from '../../config/migration.ts';
import type { Batch } from '../../domain/row.ts';
import type { SourceReader, StreamQuery, WindowRange } from '../source.ts';
import { asSubquery, bindQuery } from './bound-query.ts';
import { assertRead } from './calendar.ts';
import { postgresError } from './postgres-error.ts';
import { readCursor } from './read-cursor.ts';
import type { Session } from './session.ts';
import { bindRange } from './understand.ts';
import { plainValues } from './window-binding.ts';

/**
 * Reads streams in a session's transaction. After `end` what still reads fails at its next batch. An aborted signal
 * cancels the statement that runs, and with it the transaction.
 */
export function openReader(session: Session, server: ServerSource): SourceReader & { end(): void } {
  let over = false;
  const assertOpen = () => {
    if (over) throw new Error('The snapshot is over');
  };

  const batches = async function* (stream: StreamQuery, range: WindowRange, signal?: AbortSignal) {
    const { window } = stream;
    if (window === undefined) {
      const query = bindQuery(stream);
      yield* readCursor(session, { text: asSubquery(query.text()), values: plainValues(stream, query) }, signal);
      return;
    }
    const binding = await bindRange(session, stream, window);
    const asked = { text: asSubquery(binding.text(range)), values: binding.values(range) };
    for await (const batch of readCursor(session, asked, signal)) {
      if (binding.isChronological) assertRead(stream, binding.at, batch.rows);
      yield batch;
    }
  };

  return {
    async *read(stream, range, signal): AsyncGenerator<Batch> {
      signal?.throwIfAborted();
      assertOpen();
      const stop = () => session.stop();
      signal?.addEventListener('abort', stop);
      try {
        for await (const batch of batches(stream, range, signal)) {
          yield batch;
          assertOpen();
        }
      } catch (error) {
        signal?.throwIfAborted();
        throw postgresError(error, { server, stream: stream.stream });
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    },
    end: () => {
      over = true;
    },
  };
}
