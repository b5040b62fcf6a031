import type { LostRows, Receipt } from '../domain/receipt.ts';
import { type Answer, adobeWords, parseAnswer } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { parseProcessingLog } from './processing-log.ts';

/** A receipt as far as the answer alone can tell it. */
export type AnswerReceipt = Omit<Receipt, 'source' | 'at'>;

/**
 * What an upload's exchange means. `wait` and `new token` promise that no byte of the body was handed to the socket: the
 * chunk may be sent again without asking. `unknown` must be settled by look-up first. The two stops say by `sent` whether
 * the chunk's fate is unknown as well. `reason` is for people.
 */
export type UploadVerdict =
  | { readonly kind: 'uploaded'; readonly receipt: AnswerReceipt; readonly reason: string }
  | {
      readonly kind: 'partial';
      readonly receipt: AnswerReceipt;
      readonly invalidRows: number;
      readonly lost: readonly LostRows[];
      readonly reason: string;
    }
  | { readonly kind: 'rejected'; readonly receipt: AnswerReceipt; readonly reason: string }
  | { readonly kind: 'wait'; readonly reason: string }
  | { readonly kind: 'new token'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }
  | {
      readonly kind: 'stop lane';
      readonly code: 'chunk.damaged' | 'delivery.lane-stopped';
      readonly sent: boolean;
      readonly reason: string;
    }
  | {
      readonly kind: 'stop run';
      readonly code: 'disk.failed' | RefusalCode;
      readonly sent: boolean;
      readonly reason: string;
    };

/** What keeps every call from Adobe until a person has mended it. */
export type RefusalCode = 'delivery.forbidden' | 'delivery.unreachable';

/** What a key look-up's exchange means. Only `not found` is evidence of absence, and only under the rules of the settling. */
export type LookupVerdict =
  | {
      readonly kind: 'found';
      /** `null` while Adobe still counts them. */
      readonly rows: number | null;
      readonly size: number;
      readonly fileId: string | null;
      readonly body: string;
    }
  | { readonly kind: 'not found' }
  /** There is a file, of which Adobe says that it could not take it: what it left behind nobody says. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'inconclusive'; readonly reason: string }
  | { readonly kind: 'new token'; readonly reason: string }
  | { readonly kind: 'stop run'; readonly code: RefusalCode; readonly reason: string };

/** What an exchange with the validate endpoint means; `unanswered` is no pass. */
export type ValidateVerdict =
  | { readonly kind: 'valid' }
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'unanswered'; readonly reason: string }
  /** The file could not be read to its end, or is not the sealed one: whatever came back says nothing of it. */
  | ({ readonly kind: 'no file' } & FileFault)
  | { readonly kind: 'new token'; readonly reason: string }
  | { readonly kind: 'stop run'; readonly code: RefusalCode; readonly reason: string };

/** What is wrong with a chunk's own file, as the stop that says so. */
type FileFault =
  | { readonly code: 'chunk.damaged'; readonly reason: string }
  | { readonly code: 'disk.failed'; readonly reason: string };

const taken: ReadonlySet<string> = new Set(['UPLOADED', 'PROCESSING', 'COMPLETE']);
const longestBody = 4000;

/**
 * The meaning of an upload's exchange for a chunk of `rows` rows: one pure table, first match wins. What is no clear
 * answer is `unknown` as soon as any byte of the body may have left (P7).
 */
export function classifyUpload(exchange: Exchange, rows: number): UploadVerdict {
  const { status, error, body, bodySent } = exchange;
  const sent = bodySent !== 'none';
  const file = fileFault(error);
  if (file?.code === 'chunk.damaged') return { kind: 'stop lane', ...file, sent };
  if (file !== null) return { kind: 'stop run', ...file, sent };
  if (status === null || (error !== null && sent)) {
    const reason = faultWords(exchange);
    if (sent) return { kind: 'unknown', reason };
    return isLasting(error)
      ? { kind: 'stop run', code: 'delivery.unreachable', sent, reason }
      : { kind: 'wait', reason };
  }
  const reason = adobeWords(status, body);
  const answer = parseAnswer(body);
  if (bodySent === 'all' && answer !== null) {
    const code = answer.statusCode ?? '';
    if (isSuccess(status) && taken.has(code)) return takenVerdict(answer, status, body, rows, reason);
    // `ERROR` is in no guide: what it leaves behind is not known, so it settles nothing.
    if (code === 'REJECTED' && status < 500)
      return { kind: 'rejected', receipt: receiptOf(answer, status, body), reason };
  }
  if (status === 403) return { kind: 'stop run', code: 'delivery.forbidden', sent, reason };
  if (status === 407) return { kind: 'stop run', code: 'delivery.unreachable', sent, reason: proxyPassword };
  // Answered from the headers alone; with a body on its way the same words leave the chunk's fate open.
  if (status === 401) return sent ? { kind: 'unknown', reason } : { kind: 'new token', reason };
  if (status === 429 || status >= 500 || status === 408) return { kind: sent ? 'unknown' : 'wait', reason };
  if (isForeign404(status, answer))
    return { kind: sent ? 'unknown' : 'wait', reason: `${reason}${likelyCause(status)}` };
  if (isSuccess(status) || (sent && status === 400 && answer === null) || status === 409) {
    // A success that came before the body was complete can be no answer to this file.
    return { kind: 'unknown', reason: isSuccess(status) ? `${reason} (no clear answer)` : reason };
  }
  return { kind: 'stop lane', code: 'delivery.lane-stopped', sent, reason: `${reason}${likelyCause(status)}` };
}

/**
 * The meaning of a key look-up's exchange. Absence is exactly 404 with `File not found` (Adobe docs, BDIA endpoints).
 * `isKnown`: the host has answered as Adobe does before, so that a 404 in other words is one that passes.
 */
export function classifyLookup(exchange: Exchange, isKnown = true): LookupVerdict {
  const { status, body, error } = exchange;
  const refusal = refusalOf(exchange);
  if (refusal !== null) return refusal;
  if (status === null || error !== null) return { kind: 'inconclusive', reason: faultWords(exchange) };
  const answer = parseAnswer(body);
  if (status === 404 && answer?.error === 'File not found') return { kind: 'not found' };
  const code = answer?.statusCode ?? null;
  if (isSuccess(status) && code !== null && !taken.has(code)) return { kind: 'failed', reason: code };
  if (isForeign404(status, answer)) {
    if (!isKnown) return wrongHost(status, body);
    return { kind: 'inconclusive', reason: `${adobeWords(status, body)}${likelyCause(status)}` };
  }
  if (isSuccess(status) && answer !== null && answer.error === null && answer.rows !== null && answer.size !== null) {
    return {
      kind: 'found',
      rows: code === 'PROCESSING' ? null : answer.rows,
      size: answer.size,
      fileId: answer.fileId,
      body: body.slice(0, longestBody),
    };
  }
  return { kind: 'inconclusive', reason: adobeWords(status, body) };
}

/** The meaning of an exchange with the validate endpoint; `isKnown` as of `classifyLookup`. */
export function classifyValidate(exchange: Exchange, isKnown = true): ValidateVerdict {
  const { status, body, error } = exchange;
  const file = fileFault(error);
  if (file !== null) return { kind: 'no file', ...file };
  const refusal = refusalOf(exchange);
  if (refusal !== null) return refusal;
  if (status === null || error !== null) return { kind: 'unanswered', reason: faultWords(exchange) };
  const answer = parseAnswer(body);
  const reason = adobeWords(status, body);
  // Adobe has changed the case of these words before.
  if (isSuccess(status) && answer?.error === null && answer.success?.toLowerCase() === 'file is valid')
    return { kind: 'valid' };
  const saysInvalid = answer !== null && answer.error !== null && (isSuccess(status) || status === 400);
  if (saysInvalid || status === 413) return { kind: 'invalid', reason };
  if (isForeign404(status, answer) && isKnown) return { kind: 'unanswered', reason: `${reason}${likelyCause(status)}` };
  return status === 404 ? wrongHost(status, body) : { kind: 'unanswered', reason };
}

/** A 404 in no words of Adobe's may be a page of a proxy that does not find the host just now, and passes. */
function isForeign404(status: number, answer: Answer | null): boolean {
  return status === 404 && answer === null;
}

function fileFault(error: string | null): FileFault | null {
  if (error === 'chunk-gone') return { code: 'chunk.damaged', reason: 'the file is gone' };
  if (error === 'chunk-damaged') return { code: 'chunk.damaged', reason: 'the file is not the one that was sealed' };
  const unreadable = /^chunk-unreadable: (.*)$/.exec(error ?? '')?.[1];
  return unreadable === undefined ? null : { code: 'disk.failed', reason: unreadable };
}

function takenVerdict(answer: Answer, status: number, body: string, rows: number, reason: string): UploadVerdict {
  const log = parseProcessingLog(answer.processingLog ?? '');
  // While a file is processed a count of its rows may still grow.
  const counted = answer.statusCode === 'PROCESSING' && (answer.rows ?? 0) < rows ? null : answer.rows;
  const missing = counted === null ? 0 : Math.max(0, rows - counted);
  const named = log.named.filter(({ row }) => row >= 1 && row <= rows);
  const invalidRows = Math.max(answer.invalidRows ?? 0, log.invalid ?? 0, log.named.length, missing);
  const receipt = { ...receiptOf(answer, status, body), rows: counted };
  if (invalidRows === 0) {
    if (answer.error !== null) return { kind: 'unknown', reason };
    return { kind: 'uploaded', receipt, reason };
  }
  const lost: LostRows[] = named.map(({ row, reason: why }) => ({ row, count: 1, reason: why }));
  const unnamed = invalidRows - named.length;
  if (unnamed > 0) lost.push({ row: null, count: unnamed, reason: 'invalid rows that Adobe counted and did not name' });
  return { kind: 'partial', receipt: { ...receipt, invalidRows }, invalidRows, lost, reason };
}

function receiptOf(answer: Answer, status: number, body: string): AnswerReceipt {
  const { fileId, rows, invalidRows, size } = answer;
  return { httpStatus: status, fileId, rows, invalidRows, size, body: body.slice(0, longestBody) };
}

function refusalOf({
  status,
  body,
  error,
}: Exchange): Extract<LookupVerdict, { kind: 'new token' | 'stop run' }> | null {
  if (status === 401) return { kind: 'new token', reason: adobeWords(status, body) };
  if (status === 403) return { kind: 'stop run', code: 'delivery.forbidden', reason: adobeWords(status, body) };
  if (status === 407) return { kind: 'stop run', code: 'delivery.unreachable', reason: proxyPassword };
  if (status === null && isLasting(error)) {
    return { kind: 'stop run', code: 'delivery.unreachable', reason: errorWords(error) };
  }
  return status === 405 || (status !== null && status >= 300 && status < 400) ? wrongHost(status, body) : null;
}

/** Waiting makes no BDIA host of another one. */
function wrongHost(status: number, body: string): Extract<LookupVerdict, { kind: 'stop run' }> {
  return {
    kind: 'stop run',
    code: 'delivery.unreachable',
    reason: `${adobeWords(status, body)}${likelyCause(status)}`,
  };
}

function faultWords({ status, error, bodySent }: Exchange): string {
  const before = bodySent === 'none' ? 'before any byte of the file had left' : 'after bytes of the file had left';
  const after = status === null ? '' : ` after HTTP ${status}`;
  return `no answer: ${errorWords(error)}${after} (${before})`;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

const untrusted = /CERT|UNABLE_TO_VERIFY|SELF_SIGNED|ERR_TLS|ERR_SSL|HOSTNAME_MISMATCH/;
const proxyPassword = 'the proxy asks for credentials, or does not take the ones it gets (HTTP 407)';

/** Waiting mends neither a certificate that is not trusted nor a proxy that does not let this host through. */
export function isLasting(error: string | null): boolean {
  return error !== null && (untrusted.test(error) || /^proxy-(401|403|405|407)$/.test(error));
}

/** What an exchange's code word means to a person. */
export function errorWords(error: string | null): string {
  if (error === null) return 'nothing';
  if (untrusted.test(error)) return `no trusted connection (${error})`;
  const refusal = /^proxy-(\d+)$/.exec(error)?.[1];
  if (refusal === '407') return proxyPassword;
  return refusal === undefined ? error : `the proxy opens no way to the host (HTTP ${refusal})`;
}

function likelyCause(status: number): string {
  if (status === 413) return ' (the file is over Adobe’s size limit, or over a proxy’s: make chunks smaller)';
  if (status === 404 || status === 405) return ' (target.baseUrl is probably not a BDIA host)';
  if (status === 417) return ' (something on the way does not take `Expect: 100-continue`: set target.expect: false)';
  if (status >= 300 && status < 400) return ' (a redirect; target.baseUrl must name the host itself)';
  return '';
}
