import type { FileHeader } from './file-header.ts';
import { readTimestamp } from './read-timestamp.ts';

/** Why Adobe skips a row: `kind` is what is counted together, `text` what the log says of this row. */
export interface RowFault {
  readonly kind: string;
  readonly text: string;
}

const skipped = 'This row will not be submitted.';

/** The fault of a value, in the words of Adobe's processing log. */
function valueFault(trouble: 'missing' | 'invalid', field: string): RowFault {
  return { kind: `${trouble} '${field}'`, text: `${trouble} '${field}'. ${skipped}` };
}

/** The fault of a record whose quoting is broken; Adobe publishes no words for it. */
export const brokenRow: RowFault = { kind: 'malformed CSV', text: `malformed CSV. ${skipped}` };

const noVisitor = valueFault('missing', 'VisitorID');
const noTimestamp = valueFault('missing', 'Timestamp');
const badTimestamp = valueFault('invalid', 'Timestamp');
const noSuite = valueFault('missing', 'ReportSuiteId');
/** The fault of a row without a user agent. */
export const noUserAgent: RowFault = valueFault('missing', 'UserAgent');
const badState = valueFault('invalid', 'CustomerID');
const noPage = valueFault('missing', 'PageURL, PageName, or LinkType');

/**
 * The first reason for which Adobe skips a row; `null` where it takes it. Structure only, as Adobe's own check: column
 * count, the five required data points (Adobe docs, BDIA file format), and the states of customer ids, of which any other
 * than the known ones fails validation (BDIA guide, 2022). `visitor` is the row's effective visitor.
 */
export function findRowFault(row: readonly string[], header: FileHeader, visitor: string | null): RowFault | null {
  if (row.length !== header.width) {
    return {
      kind: 'inconsistent column count',
      text: `inconsistent column count. Expected ${header.width} columns, but found ${row.length}.`,
    };
  }
  if (isBlank(row, header.timestamp)) return noTimestamp;
  if (readTimestamp(row[header.timestamp] ?? '') === null) return badTimestamp;
  if (visitor === null) return noVisitor;
  if (isBlank(row, header.reportSuite)) return noSuite;
  if (isBlank(row, header.userAgent)) return noUserAgent;
  if (!header.authStates.every((place) => authState.test((row[place] ?? '').trim()))) return badState;
  return namesPage(row, header) ? null : noPage;
}

/** What an `authState` may be, in any case (Adobe docs, BDIA column reference). */
const authState = /^(?:|[012]|unknown|authenticated|logged_out)$/i;

function namesPage(row: readonly string[], header: FileHeader): boolean {
  if (!isBlank(row, header.pageUrl) || !isBlank(row, header.pageName)) return true;
  if (!isBlank(row, header.linkType) && !(isBlank(row, header.linkName) && isBlank(row, header.linkUrl))) return true;
  const query = header.queryString === -1 ? '' : (row[header.queryString] ?? '');
  return query !== '' && pageParameter.test(query);
}

/** The real parameter names (Adobe docs, Data Insertion API variables) and the words that the BDIA page uses for them. */
const pageParameter = /(?:^\??|&)(?:g|pageName|gn|pe|pageURL|linkType)=[^&\s]/;

function isBlank(row: readonly string[], place: number): boolean {
  return place === -1 || (row[place] ?? '').trim() === '';
}
