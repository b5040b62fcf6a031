import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../domain/clock.ts';
import type { Exchange } from './exchange.ts';
import type { FileKeeper } from './file-keeper.ts';
import { inspectFile } from './inspect-file.ts';
import type { JournalLine } from './journal.ts';
import { closingSentence } from './processing-log.ts';
import { seededGuid } from './random.ts';
import { type FileDigest, noValidRows } from './read-rows.ts';
import { receiveFile } from './receive-file.ts';
import { type Reply, serviceError, tooLarge, wrongPart } from './reply.ts';
import type { BreachLog } from './report.ts';
import type { FullSettings } from './settings.ts';
import type { IncomingFile, Store } from './store.ts';
import { lookUpReply, uploadReply, validateReply } from './upload-reply.ts';

/** What the ingestion service works with. */
export interface IngestParts {
  readonly store: Store;
  readonly breaches: BreachLog;
  readonly settings: FullSettings;
  readonly clock: Clock;
  readonly seed: number;
  readonly keeper: FileKeeper;
  readonly signal: AbortSignal;
}

/** The three calls of the ingestion service, behind the gateway. Each answers its exchange or leaves it cut. */
export interface Ingest {
  upload(exchange: Exchange): Promise<void>;
  validate(exchange: Exchange): Promise<void>;
  lookUp(exchange: Exchange, key: string): Promise<void>;
}

/** A file that was read, and how: what the journal needs so that it can be read alike again. */
type Inspected = Pick<JournalLine, 'readAt' | 'refusedRows' | 'arrival'> & { readonly digest: FileDigest };

const noGroup = serviceError(400, "Request is missing required header 'x-adobe-vgid'");

/**
 * Opens the service. Checks go in the order group, size, multipart part, gzip, header, rows; a client that waits for
 * 100-continue gets it after the group (Adobe docs, BDIA troubleshooting). A file is stored after it was read whole, in
 * the order in which that happens, one after another; look-ups find it, and its sender is answered, once it is kept.
 */
export function createIngest(parts: IngestParts): Ingest {
  const { store, breaches, settings, clock, seed, keeper, signal } = parts;
  const inOrder = createQueue();
  let received = keeper.arrivals;

  /** Stores a file that may be stored; the answer to its sender. */
  const place = async (spool: string, file: IncomingFile, { digest, ...read }: Inspected): Promise<Reply> => {
    const earlier = store.find(file.key);
    if (earlier !== null && settings.duplicateKey !== 'store') {
      const { number, group, key } = earlier;
      breaches.add('duplicate-key', `file ${number} of group ${group} already has the key ${key}`);
      const conflict = serviceError(409, 'A file with this idempotency key exists');
      return settings.duplicateKey === 'first' ? earlier.reply : conflict;
    }
    const reply = uploadReply(file, digest, settings);
    if (digest.error !== null) return reply;
    await keeper.keep(spool, { ...file, ...read, sha256: digest.rawSha256 });
    store.add(file, digest, reply);
    return reply;
  };

  /** Receives and reads one file, then hands it on; whatever happens, nothing of it stays behind. */
  const withFile = async (
    exchange: Exchange,
    use: (spool: string, arrival: number, file: { size: number; uploadName: string }) => Promise<void>,
  ): Promise<void> => {
    const most = settings.maxFileBytes;
    // More than any multipart frame around a file of the largest size.
    if (Number(exchange.headers['content-length'] ?? 0) > most + 65_536) return exchange.answer(tooLarge);
    received += 1;
    const arrival = received;
    const spool = join(keeper.incoming, `${arrival}.gz`);
    try {
      const file = await receiveFile(exchange.body(), exchange.headers['content-type'], spool, most);
      if (file.kind === 'no-file') return await exchange.answer(wrongPart);
      if (file.kind === 'too-large') return await exchange.answer(tooLarge);
      await use(spool, arrival, file);
    } finally {
      await rm(spool, { force: true });
    }
  };

  const inspect = async (exchange: Exchange, spool: string, arrival: number): Promise<Inspected> => {
    const { fault } = exchange;
    const readAt = clock.now();
    const refusedRows = fault?.fault === 'partial' ? (fault.rows ?? 1) : 0;
    const digest = await inspectFile(spool, settings, { now: readAt, refuseRows: refusedRows, signal });
    return { digest: fault?.fault === 'rejected' ? rejectAll(digest) : digest, readAt, refusedRows, arrival };
  };

  const upload = async (exchange: Exchange): Promise<void> => {
    const startedAt = clock.now();
    const group = header(exchange, 'x-adobe-vgid');
    if (group === '') return exchange.answer(noGroup);
    exchange.onOutcome(store.beginUpload(group));
    await withFile(exchange, async (spool, arrival, { size, uploadName }) => {
      const fileId = seededGuid(seed, `file/${arrival}`);
      const given = header(exchange, 'x-adobe-idempotency-key');
      const key = given === '' ? fileId : given;
      if (exchange.fault?.fault === 'late-after') {
        exchange.cut();
        await clock.sleep((exchange.fault.seconds ?? 2) * 1000, signal);
      }
      const inspected = await inspect(exchange, spool, arrival);
      const file = { group, key, fileId, uploadName, size, startedAt, storedAt: clock.now() };
      await exchange.answer(await inOrder(() => place(spool, file, inspected)));
    });
  };

  const validate = async (exchange: Exchange): Promise<void> => {
    if (settings.validateNeedsGroup && header(exchange, 'x-adobe-vgid') === '') return exchange.answer(noGroup);
    await withFile(exchange, async (spool, arrival) => {
      const { digest } = await inspect(exchange, spool, arrival);
      await exchange.answer(validateReply(digest));
    });
  };

  return { upload, validate, lookUp: (exchange, key) => exchange.answer(lookUpReply(store.find(key))) };
}

/** Gives one piece of work after another its turn, whatever became of the one before. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

function header(exchange: Exchange, name: string): string {
  const value = exchange.headers[name];
  return (Array.isArray(value) ? value[0] : value)?.trim() ?? '';
}

function rejectAll(digest: FileDigest): FileDigest {
  const { rows } = digest;
  return {
    ...digest,
    invalidRows: rows,
    firstBadRow: digest.firstBadRow ?? 1,
    log: closingSentence(0, rows),
    error: noValidRows,
  };
}
