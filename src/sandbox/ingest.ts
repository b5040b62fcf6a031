import { renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../domain/clock.ts';
import type { Exchange } from './exchange.ts';
import { inspectFile } from './inspect-file.ts';
import { closingSentence } from './processing-log.ts';
import { seededGuid } from './random.ts';
import type { FileDigest } from './read-rows.ts';
import { receiveFile } from './receive-file.ts';
import { serviceError, tooLarge, wrongPart } from './reply.ts';
import type { BreachLog } from './report.ts';
import type { FullSettings } from './settings.ts';
import type { IncomingFile, Store } from './store.ts';
import { lookUpReply, uploadReply, validateReply } from './upload-reply.ts';

/** What the ingestion service works with. `folder` holds files while they come; `keep` those that were accepted. */
export interface IngestParts {
  readonly store: Store;
  readonly breaches: BreachLog;
  readonly settings: FullSettings;
  readonly clock: Clock;
  readonly seed: number;
  readonly folder: string;
  readonly keep: string | null;
  readonly signal: AbortSignal;
}

/** The three calls of the ingestion service, behind the gateway. Each answers its exchange or leaves it cut. */
export interface Ingest {
  upload(exchange: Exchange): Promise<void>;
  validate(exchange: Exchange): Promise<void>;
  lookUp(exchange: Exchange, key: string): Promise<void>;
}

const noGroup = serviceError(400, "Request is missing required header 'x-adobe-vgid'");

/**
 * Opens the service. Checks go in the order group, size, multipart part, gzip, header, rows; a client that waits for
 * 100-continue gets it after the group (Adobe docs, BDIA troubleshooting). A file is stored in one step after it was
 * read whole, in the order in which that happens.
 */
export function createIngest(parts: IngestParts): Ingest {
  const { store, breaches, settings, clock, seed, folder, keep, signal } = parts;
  let received = 0;

  const place = (spool: string, file: IncomingFile, digest: FileDigest): void => {
    const reply = uploadReply(file, digest, settings);
    const { number } = store.add(file, digest, reply);
    if (keep === null) return;
    // A group may hold any character; none of them may lead out of the folder.
    const name = `${String(number).padStart(6, '0')}-${encodeURIComponent(file.group)}.csv.gz`;
    renameSync(spool, join(keep, name));
  };

  /** Receives and reads one file, then hands it on; whatever happens, nothing of it stays behind. */
  const withFile = async (
    exchange: Exchange,
    use: (spool: string, id: string, file: { size: number; uploadName: string }) => Promise<void>,
  ): Promise<void> => {
    const most = settings.maxFileBytes;
    // More than any multipart frame around a file of the largest size.
    if (Number(exchange.headers['content-length'] ?? 0) > most + 65_536) return exchange.answer(tooLarge);
    received += 1;
    const spool = join(folder, `${received}.gz`);
    const id = seededGuid(seed, `file/${received}`);
    try {
      const file = await receiveFile(exchange.body(), exchange.headers['content-type'], spool, most);
      if (file.kind === 'no-file') return await exchange.answer(wrongPart);
      if (file.kind === 'too-large') return await exchange.answer(tooLarge);
      await use(spool, id, file);
    } finally {
      await rm(spool, { force: true });
    }
  };

  const inspect = (exchange: Exchange, spool: string): Promise<FileDigest> => {
    const refuseRows = exchange.fault?.fault === 'partial' ? (exchange.fault.rows ?? 1) : 0;
    return inspectFile(spool, settings, { now: clock.now(), refuseRows, signal });
  };

  const upload = async (exchange: Exchange): Promise<void> => {
    const startedAt = clock.now();
    const group = header(exchange, 'x-adobe-vgid');
    if (group === '') return exchange.answer(noGroup);
    exchange.onOutcome(store.beginUpload(group));
    await withFile(exchange, async (spool, fileId, { size, uploadName }) => {
      const given = header(exchange, 'x-adobe-idempotency-key');
      const key = given === '' ? fileId : given;
      if (exchange.fault?.fault === 'late-after') {
        exchange.cut();
        await clock.sleep((exchange.fault.seconds ?? 2) * 1000, signal);
      }
      const read = await inspect(exchange, spool);
      const digest = exchange.fault?.fault === 'rejected' ? rejectAll(read) : read;
      const file: IncomingFile = { group, key, fileId, uploadName, size, startedAt, storedAt: clock.now() };
      const earlier = store.find(key);
      if (earlier !== null && settings.duplicateKey !== 'store') {
        breaches.add('duplicate-key', `file ${earlier.number} of group ${earlier.group} already has the key ${key}`);
        const conflict = serviceError(409, 'A file with this idempotency key exists');
        return exchange.answer(settings.duplicateKey === 'first' ? earlier.reply : conflict);
      }
      if (digest.error === null) place(spool, file, digest);
      await exchange.answer(uploadReply(file, digest, settings));
    });
  };

  const validate = async (exchange: Exchange): Promise<void> => {
    if (settings.validateNeedsGroup && header(exchange, 'x-adobe-vgid') === '') return exchange.answer(noGroup);
    await withFile(exchange, async (spool) => {
      const digest = await inspect(exchange, spool);
      await exchange.answer(validateReply(exchange.fault?.fault === 'rejected' ? rejectAll(digest) : digest));
    });
  };

  return { upload, validate, lookUp: (exchange, key) => exchange.answer(lookUpReply(store.find(key))) };
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
    error: 'No valid rows were found in the file.',
  };
}
