import type { FileDigest } from './read-rows.ts';
import { jsonReply, type Reply, serviceError } from './reply.ts';
import type { FullSettings } from './settings.ts';
import type { IncomingFile, StoredFile } from './store.ts';

/**
 * The answer to an upload (Adobe API description, `UploadedFileInfo`). UPLOADED, with the rows that were skipped, or
 * REJECTED with an error.
 */
export function uploadReply(file: IncomingFile, digest: FileDigest, settings: FullSettings): Reply {
  const { rows, invalidRows, log, error } = digest;
  const rejected = error !== null;
  return jsonReply(rejected ? settings.rejectedStatus : 200, {
    file_id: file.fileId,
    visitor_group_id: file.group,
    size: file.size,
    received_date: Math.floor(file.startedAt / 1000),
    rows,
    invalid_rows: invalidRows,
    upload_name: file.uploadName,
    status: rejected ? 'File Error' : 'Ingest completed',
    status_code: rejected ? 'REJECTED' : 'UPLOADED',
    processing_log: log,
    idempotency_key: file.key,
    ...(rejected ? { error } : {}),
  });
}

/** The answer of the validate endpoint: Adobe's one sentence, or what is wrong first. */
export function validateReply(digest: FileDigest): Reply {
  const { headerFault, isGzip, error, invalidRows, rows, firstBadRow } = digest;
  if (!isGzip) return serviceError(400, 'File not in GZIP format');
  if (headerFault !== null) {
    const { missing, log } = headerFault;
    return serviceError(400, missing === null ? log : `CSV file missing required header ${missing}.`);
  }
  if (error !== null && (rows === 0 || invalidRows < rows)) return serviceError(400, error);
  if (invalidRows === 0) return jsonReply(200, { success: 'File is valid' });
  const example = `(Ex: row #${firstBadRow})`;
  return serviceError(400, `File has ${invalidRows} rows that do not conform to the required CSV format! ${example}`);
}

/** The answer to a look-up by key (Adobe API description, `IdempotencyLookupResult`). */
export function lookUpReply(file: StoredFile | null): Reply {
  if (file === null) return serviceError(404, 'File not found');
  return jsonReply(200, {
    file_id: file.fileId,
    size: file.size,
    received_date: Math.floor(file.startedAt / 1000),
    rows: file.rows,
    idempotency_key: file.key,
  });
}
