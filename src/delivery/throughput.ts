import { MigrationError } from '../domain/error.ts';

/** One whole body that went out. */
export interface Sent {
  readonly bytes: number;
  readonly ms: number;
}

/** Smaller bodies disappear in the buffers of sockets and proxies and say nothing about the line. */
const smallestBytes = 1_000_000;
/** How many uploads count: enough to even out one slow moment, few enough to follow a line that changes. */
const mostSent = 8;

/** How fast bodies go out in this process, each beside the others that are under way. */
export interface Throughput {
  /** A body went out whole. */
  note(sent: Sent): void;
  /** Milliseconds that so many bytes take at the speed of the last uploads; `null` before the first. */
  expectedMs(bytes: number): number | null;
  /** The last uploads that count, oldest first. */
  recent(): readonly Sent[];
}

/** Starts measuring; nothing is assumed before the first upload of at least a million bytes. */
export function createThroughput(): Throughput {
  const sent: Sent[] = [];
  return {
    note: (upload) => {
      if (upload.bytes < smallestBytes || upload.ms <= 0) return;
      sent.push(upload);
      if (sent.length > mostSent) sent.shift();
    },
    expectedMs: (bytes) => {
      const speed = bytesPerMs(sent);
      return speed === null ? null : bytes / speed;
    },
    recent: () => [...sent],
  };
}

function bytesPerMs(sent: readonly Sent[]): number | null {
  if (sent.length === 0) return null;
  const bytes = sent.reduce((sum, upload) => sum + upload.bytes, 0);
  return bytes / sent.reduce((sum, upload) => sum + upload.ms, 0);
}

/** How long a request may take as a whole, in ms, and the key that says so. */
export interface UploadLimit {
  readonly ms: number;
  readonly key: string;
}

/** The tighter of the answer time-out and what gateways on the way allow a request; `null`: nothing is known of gateways. */
export function uploadLimit(timeouts: { readonly answerMs: number; readonly gatewayMs: number | null }): UploadLimit {
  const { answerMs, gatewayMs } = timeouts;
  return gatewayMs !== null && gatewayMs < answerMs
    ? { ms: gatewayMs, key: 'target.timeouts.gateway' }
    : { ms: answerMs, key: 'target.timeouts.answer' };
}

/**
 * The stop for a file that would not be through before somebody gives up waiting, which would leave its fate unknown
 * again and again; `null` where it fits, or nothing is measured yet.
 */
export function tooSlow(
  file: string,
  bytes: number,
  throughput: Throughput,
  limit: UploadLimit,
): MigrationError | null {
  const expectedMs = throughput.expectedMs(bytes);
  if (expectedMs === null || expectedMs <= limit.ms) return null;
  const seconds = Math.ceil(expectedMs / 1000);
  const perSecond = Math.round(bytes / expectedMs);
  const count = throughput.recent().length;
  const fits = Math.floor((bytes * limit.ms) / expectedMs / 1_000_000);
  return new MigrationError(
    'delivery.too-slow',
    `chunk ${file} of ${megabytes(bytes)} MB would take ${seconds} s to upload at ${perSecond} kB/s, measured over ${count === 1 ? 'the last upload' : `the last ${count} uploads`}; ${limit.key} is ${limit.ms / 1000} s`,
    {
      next: `use a faster line; or set ${limit.key} over ${seconds}s where Adobe's gateway waits as long; or make files of at most ${fits} MB compressed: lower chunks.maxRows or chunks.maxRawBytes, then \`run --accept-change\`, which cuts what is not built yet`,
    },
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
