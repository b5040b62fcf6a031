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

/**
 * The stop for a file that would not be through within `gatewayMs`, for which gateways on the way let a whole request take
 * (`target.timeouts.gateway`): its fate would be left unknown again and again. `null` where it fits, or nothing is
 * measured yet.
 */
export function tooSlow(file: string, bytes: number, throughput: Throughput, gatewayMs: number): MigrationError | null {
  const expectedMs = throughput.expectedMs(bytes);
  if (expectedMs === null || expectedMs <= gatewayMs) return null;
  const seconds = Math.ceil(expectedMs / 1000);
  const perSecond = Math.round(bytes / expectedMs);
  const count = throughput.recent().length;
  const fits = Math.floor((bytes * gatewayMs) / expectedMs / 1_000_000);
  return new MigrationError(
    'delivery.too-slow',
    `chunk ${file} of ${megabytes(bytes)} MB would take ${seconds} s to upload at ${perSecond} kB/s, measured over ${count === 1 ? 'the last upload' : `the last ${count} uploads`}; target.timeouts.gateway is ${gatewayMs / 1000} s`,
    {
      next: `use a faster line; or set target.timeouts.gateway over ${seconds}s, or leave it out, where Adobe's gateway waits as long; or make files of at most ${fits} MB compressed: lower chunks.maxRows or chunks.maxRawBytes, then \`run --accept-change\`, which cuts what is not built yet`,
    },
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
