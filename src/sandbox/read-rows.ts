import { createCsvParser } from '../csv/parse-csv.ts';
import { effectiveVisitor } from './effective-visitor.ts';
import { type FileHeader, type HeaderFault, readHeader } from './file-header.ts';
import { closingSentence, createProcessingLog } from './processing-log.ts';
import { readTimestamp } from './read-timestamp.ts';
import { createRowHashes } from './row-hashes.ts';
import { brokenRow, findRowFault, noUserAgent, type RowFault } from './row-rules.ts';
import type { FullSettings } from './settings.ts';

/** One visitor's rows in one file: Unix seconds of the first row and of the latest, and the number of the first row. */
export interface VisitorSpan {
  readonly first: number;
  latest: number;
  readonly firstRow: number;
}

/** A row whose visitor had a later row before it in the same file. */
export interface StepBack {
  readonly visitor: string;
  readonly row: number;
  readonly time: number;
  readonly latest: number;
}

/** All that is known of a file once it has been read. Rows count data rows; row numbers begin at `firstRowNumber`. */
export interface FileDigest {
  readonly rows: number;
  readonly invalidRows: number;
  readonly rawSha256: string;
  /** Unix seconds of the earliest and the latest row taken; `null` without rows. */
  readonly firstTime: number | null;
  readonly lastTime: number | null;
  readonly visitors: ReadonlyMap<string, VisitorSpan>;
  /** How many rows go back in time, and the first hundred of them. */
  readonly stepsBack: { readonly count: number; readonly samples: readonly StepBack[] };
  /** Hashes of the rows taken, two words each. */
  readonly hashes: Uint32Array;
  /** `processing_log` as Adobe would write it. */
  readonly log: string;
  /** Why nothing of the file is taken, in Adobe's words; `null` where it is taken, if only in part. */
  readonly error: string | null;
  readonly isGzip: boolean;
  readonly headerFault: HeaderFault | null;
  readonly firstBadRow: number | null;
}

/** The trouble of a file that is no gzip, or only the beginning of one, in Adobe's words. */
export const notGzip = 'Not in GZIP format';
const noHits = 'No hits were found in the file.';
/** The error of a file of which no row is taken, in Adobe's words. */
export const noValidRows = 'No valid rows were found in the file.';
const maxSamples = 100;

/** Reads the text of one file and gathers its digest. */
export interface RowReader {
  push(text: string, last: boolean): void;
  /** The digest. `trouble` is why the file could not be read to its end, in the words of the log. */
  finish(rawSha256: string, trouble: string | null): FileDigest;
}

/**
 * Opens a reader with memory for the file's visitors and eight bytes a row. The first `refuseRows` rows without a fault
 * are declared invalid all the same. `now` is epoch ms, for the log.
 */
export function createRowReader(settings: FullSettings, now: number, refuseRows: number): RowReader {
  const parser = createCsvParser({ delimiter: ',', quote: '"', newline: '\n' });
  const log = createProcessingLog(settings, now);
  const hashes = createRowHashes();
  const visitors = new Map<string, VisitorSpan>();
  const samples: StepBack[] = [];
  let stepsBack = 0;
  let header: FileHeader | null = null;
  let headerFault: HeaderFault | null = null;
  let mark: string | null = null;
  let rows = 0;
  let invalidRows = 0;
  let refused = 0;
  let firstBadRow: number | null = null;
  let firstTime = Number.POSITIVE_INFINITY;
  let lastTime = Number.NEGATIVE_INFINITY;

  const skip = (fault: RowFault): void => {
    firstBadRow ??= rows + settings.firstRowNumber;
    log.skip(rows, fault);
    invalidRows += 1;
    rows += 1;
  };

  const placeVisitor = (visitor: string, time: number): void => {
    const row = rows + settings.firstRowNumber;
    const span = visitors.get(visitor);
    if (span === undefined) {
      visitors.set(visitor, { first: time, latest: time, firstRow: row });
    } else if (time >= span.latest) {
      span.latest = time;
    } else {
      stepsBack += 1;
      if (samples.length < maxSamples) samples.push({ visitor, row, time, latest: span.latest });
    }
  };

  const takeRow = (row: readonly string[], layout: FileHeader): void => {
    const visitor = effectiveVisitor(row, layout, settings.seedType);
    const fault = findRowFault(row, layout, visitor);
    if (fault !== null || refused < refuseRows) {
      if (fault === null) refused += 1;
      skip(fault ?? noUserAgent);
      return;
    }
    const time = readTimestamp(row[layout.timestamp] ?? '');
    if (visitor === null || time === null) throw new Error('a row passed its checks without visitor or time');
    placeVisitor(visitor, time);
    hashes.add(row);
    if (time < firstTime) firstTime = time;
    if (time > lastTime) lastTime = time;
    rows += 1;
  };

  const takeRecord = (row: readonly string[] | null): void => {
    // Empty lines are no rows (Adobe docs, BDIA file format).
    if (row?.length === 1 && row[0] === '') return;
    if (header === null && headerFault === null) {
      const found = row === null ? brokenHeader : readHeader([`${mark ?? ''}${row[0] ?? ''}`, ...row.slice(1)]);
      if ('log' in found) headerFault = found;
      else header = found;
    } else if (header === null) {
      rows += 1;
      invalidRows += 1;
    } else if (row === null) {
      skip(brokenRow);
    } else {
      takeRow(row, header);
    }
  };

  const push = (text: string, last: boolean): void => {
    // A byte order mark sticks to the first column's name; the parser would take it off.
    if (text !== '') mark ??= text.startsWith('\uFEFF') ? '\uFEFF' : '';
    const found = parser.push(text, last);
    let fault = 0;
    for (const [index, row] of found.rows.entries()) {
      while ((found.faults[fault]?.line ?? Number.POSITIVE_INFINITY) < (found.lines[index] ?? 0)) {
        takeRecord(null);
        fault += 1;
      }
      takeRecord(row);
    }
    for (; fault < found.faults.length; fault++) takeRecord(null);
  };

  const words = (trouble: string | null): { log: string; error: string | null } => {
    if (trouble !== null) return { log: `An error occurred: ${trouble}`, error: noHits };
    if (headerFault !== null) {
      const closing = headerFault.closes ? ` ${closingSentence(0, rows)}` : '';
      return { log: `${headerFault.log}${closing}`, error: noValidRows };
    }
    const error = rows === 0 ? noHits : invalidRows === rows ? noValidRows : null;
    return { log: log.finish(rows - invalidRows, invalidRows), error };
  };

  const finish = (rawSha256: string, trouble: string | null): FileDigest => ({
    rows,
    invalidRows,
    rawSha256,
    firstTime: Number.isFinite(firstTime) ? firstTime : null,
    lastTime: Number.isFinite(lastTime) ? lastTime : null,
    visitors,
    stepsBack: { count: stepsBack, samples },
    hashes: hashes.words(),
    ...words(trouble),
    isGzip: trouble !== notGzip,
    headerFault: trouble === null ? headerFault : null,
    firstBadRow,
  });

  return { push, finish };
}

const brokenHeader: HeaderFault = { log: 'The file header is no CSV.', missing: null, closes: true };
