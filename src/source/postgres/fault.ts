import type { ServerSource } from '../../config/migration.ts';
import type { ErrorCode } from '../../domain/error.ts';

/** What a fault means for the run and what to do about it. `says` goes between the place and the server's own words. */
export interface Fault {
  readonly code: ErrorCode;
  readonly says: string;
  readonly next: string;
}

/** What of a server stands in messages and decides what to advise. */
export type ServerPlace = Pick<ServerSource, 'host' | 'port' | 'socket' | 'user' | 'database' | 'tls'>;

export const invalid = (says: string, next: string): Fault => ({ code: 'input.invalid', says, next });
export const notFound = (says: string, next: string): Fault => ({ code: 'input.not-found', says, next });
export const wrongQuery = (says: string, next: string): Fault => ({ code: 'source.query', says, next });
/** What may pass: the slice is read again. */
export const unreachable = (says: string, next: string): Fault => ({ code: 'source.unreachable', says, next });
