import type { ServerSource } from '../../config/migration.ts';
import { MigrationError } from '../../domain/error.ts';
import { distinctNames } from '../distinct-names.ts';
import type { Source, StreamQuery, WindowColumn, WindowRange } from '../source.ts';
import { type ServerOptions, silenceMs } from '../watch-silence.ts';
import { assertCounted } from './calendar.ts';
import { countStatement, countsOf } from './count-statement.ts';
import { listTables } from './list-tables.ts';
import { openReader } from './open-reader.ts';
import { postgresError } from './postgres-error.ts';
import { rangeAccess } from './range-access.ts';
import { openSession, type Session } from './session.ts';
import { assertNoneShort, shortRows } from './short-texts.ts';
import { bindRange, type Understood, understand } from './understand.ts';

/**
 * A PostgreSQL database as a source. Every question and every snapshot has a connection of its own, closed at its end:
 * snapshots may overlap, none stays idle, and a server that was restarted in between is not noticed. Nothing is written
 * and no lock is taken but the one that reading takes; a statement that is no longer wanted is cancelled.
 *
 * A window column's time before the year 1 or after 9999 stops with `input.invalid`: its text does not sort as it does.
 * A row at `infinity`, which is below no end, is in no range, as one at NULL is not; `-infinity` is before all others.
 *
 * `identity` is host, port and database as written, a socket counting as localhost: two names of one server are two
 * sources, because no server tells its users who it is, and a replica would say that it is its primary.
 *
 * After `patienceMs` without a byte while an answer is awaited the server is asked whether it still computes
 * (`watchSilence`); where it does not, the wait ends with `source.unreachable`.
 *
 * Throws `input.invalid` or `input.not-found` where the connection is described wrongly, `source.unreachable` where the
 * server is not there.
 */
export async function openPostgres(
  server: ServerSource,
  { patienceMs = silenceMs, wasOpen: wasMet = false }: ServerOptions = {},
): Promise<Source> {
  const sessions = new Set<Session>();
  let closed = false;
  let wasOpen = wasMet;

  const assertOpen = (): void => {
    if (closed) throw new Error('The source is closed');
  };
  const withSession = async <T>(snapshot: boolean, use: (session: Session) => Promise<T>): Promise<T> => {
    assertOpen();
    const session = await openSession(server, snapshot, patienceMs).catch((error: unknown) => {
      throw postgresError(error, { server, wasOpen });
    });
    wasOpen = true;
    sessions.add(session);
    try {
      // It may have been closed meanwhile, and knew nothing of this session.
      assertOpen();
      return await use(session);
    } finally {
      sessions.delete(session);
      await session.end();
    }
  };
  const ask = <T>({ stream }: StreamQuery, question: (session: Session) => Promise<T>): Promise<T> =>
    withSession(true, (session) =>
      question(session).catch((error: unknown) => {
        throw postgresError(error, { server, stream });
      }),
    );

  await withSession(true, async () => {});

  return {
    identity: {
      engine: 'postgres',
      host: server.socket === null ? server.host.toLowerCase() : 'localhost',
      port: String(server.port),
      database: server.database,
    },

    columns: async (stream) =>
      ask(stream, async (session) => {
        const understood = await understand(session, stream);
        const names = understood.fields.map(({ name }) => name);
        distinctNames(names, `The query of stream ${stream.stream}`);
        refuseBytes(stream, understood);
        if (stream.window !== undefined) await bindRange(session, stream, stream.window);
        return names;
      }),

    count: async (stream, grain, range) => {
      const window = windowOf(stream);
      return ask(stream, async (session) => {
        const binding = await bindRange(session, stream, window);
        const groupsOf = (part: WindowRange) =>
          session.query(countStatement(binding.text(part), window, binding.kind, grain), binding.values(part));
        const groups = await groupsOf(range);
        if (binding.isOnlyChronological && shortRows(groups) > 0) {
          assertNoneShort(stream, window, groups, await groupsOf({ from: 0, to: 0 }));
        }
        const counts = countsOf(groups, window, binding.kind, grain);
        if (binding.isChronological) assertCounted(stream, counts, grain);
        return counts;
      });
    },

    access: async (stream, range) => {
      const window = windowOf(stream);
      return ask(stream, async (session) => rangeAccess(session, await bindRange(session, stream, window), range));
    },

    tables: () =>
      withSession(true, (session) =>
        listTables(session).catch((error: unknown) => {
          throw postgresError(error, { server });
        }),
      ),

    snapshot: async (use) =>
      withSession(server.snapshot, async (session) => {
        const reader = openReader(session, server);
        try {
          return await use(reader);
        } finally {
          reader.end();
        }
      }),

    files: () => [],

    close: async () => {
      closed = true;
      await Promise.all([...sessions].map((session) => session.end()));
    },
  };
}

function windowOf({ stream, window }: StreamQuery): WindowColumn {
  if (window === undefined) throw new Error(`Stream ${stream} has no window to be asked by`);
  return window;
}

function refuseBytes({ stream }: StreamQuery, { fields }: Understood): void {
  const bytes = fields.filter(({ dataTypeID }) => dataTypeID === bytea).map(({ name }) => name);
  if (bytes.length === 0) return;
  const cures = bytes.map((name) => `encode(${name}, 'hex') AS ${name}`);
  throw new MigrationError(
    'input.invalid',
    `The query of stream ${stream} returns bytes (bytea): ${bytes.join(', ')}`,
    {
      next: `Convert them in the query: ${cures.join(', ')}.`,
    },
  );
}

/** Its id in pg_type. */
const bytea = 17;
