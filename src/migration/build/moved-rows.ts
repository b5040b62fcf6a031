import type { TimeSpec } from '../../config/mapping-schema.ts';
import { MigrationError } from '../../domain/error.ts';
import type { Slice } from '../../domain/slice.ts';
import { isUtc } from '../../source/window.ts';
import type { JobStream } from '../job/job.ts';

/** Rows of one stream and key near the end of what is sealed, and what the sealed slices say of them. */
export interface NearRows {
  readonly stream: string;
  readonly key: string;
  /** By their times as they are now: rows that must be sealed, as hits or as rejects. */
  due: number;
  /** And those that must not be sealed as hits. */
  barred: number;
  sealedHits: number;
  sealedRejects: number;
}

/** A row with a time near the end of what is sealed. */
export interface NearRow {
  /** The row is counted in a sealed slice. */
  readonly isCounted: boolean;
  /** It is a hit of a sealed slice by its time. */
  readonly isEarlier: boolean;
  /** It is a hit of a slice that is still to build by its time. */
  readonly isLater: boolean;
  readonly isHit: boolean;
}

/** True where another version of the time zone data may give the hits of a stream other times, or accept other ones. */
export function isZoned({ window }: JobStream, time: TimeSpec | undefined): boolean {
  if (window !== null && hasZoneData(window.zone)) return true;
  if (time === undefined || typeof time === 'string' || time.zone === undefined) return false;
  return typeof time.zone !== 'string' || hasZoneData(time.zone);
}

function hasZoneData(zone: string): boolean {
  return !isUtc(zone) && /^[A-Za-z]/.test(zone);
}

/**
 * Adds a row to those of its key. A row that is counted in a sealed slice is sealed, as a hit or as a reject, unless its
 * hit is still to be sent; one that is counted later is sealed only as a hit whose time is earlier.
 */
export function enterNear(rows: NearRows, { isCounted, isEarlier, isLater, isHit }: NearRow): void {
  if (isCounted ? !isLater : isEarlier && isHit) rows.due += 1;
  if (isCounted ? isLater : !isEarlier) rows.barred += 1;
}

/**
 * Throws `build.not-reproducible` where a row has moved over the beginning of `first`, the first slice to build: it is in
 * neither of the two, or in both. Where keys are not unique some cannot be told apart.
 */
export function assertNotMoved({ stream, key, due, barred, sealedHits, sealedRejects }: NearRows, first: Slice): void {
  const isLost = due > sealedHits + sealedRejects;
  if (!isLost && (barred === 0 || sealedHits <= due)) return;
  const fate = isLost
    ? `is in no slice before slice ${first.index}, and by its time as it is read now in none from there on: it would be lost`
    : `is a hit of a slice before slice ${first.index}, and by its time as it is read now it is in one from there on: it would be sent twice`;
  throw new MigrationError('build.not-reproducible', `row ${key} of stream ${stream} ${fate}`, {
    next: 'the version of the time zone data has changed, which comes with Node.js: go on with the Node.js that built what is sealed',
  });
}
