import { compileQueryValue } from './query-parameters.ts';

/** Reads one value of a row by Adobe's spelling of the column; empty where it is not set, which blanks are taken for. */
export type ReadValue = (column: string) => string;

/** What a row lacks, so that Adobe skips it. */
export type MissingNeed = 'visitor' | 'timestamp' | 'reportSuiteID' | 'userAgent' | 'page or link';

/**
 * What a row is to Adobe (BDIA file format and column reference; pageName and pageURL variables; Data Insertion
 * supported tags):
 * - `page`: a page view.
 * - `link`: a link hit without page columns.
 * - `link without a type`: a link name and neither a type nor a page. One page has the type default to a custom link, another
 *   asks every row for a page or for a type beside its name.
 * - `link without its page`: a link hit whose `pageName` and `pageURL` are thrown away.
 * - `bare link`: a link type, no link name, no link URL, but a page: it passes the row check, then the page is thrown
 *   away and nothing says what the hit was, so that it is dropped.
 * - `nothing`: neither; the row is skipped.
 */
export type HitContext = 'page' | 'link' | 'link without a type' | 'link without its page' | 'bare link' | 'nothing';

/**
 * The first thing a row lacks of what Adobe asks of every row, or `null` (Adobe docs, BDIA file format). `seed` is the
 * row's ID of the provisioned, seeded customer ID type, or empty.
 */
export function missingNeed(read: ReadValue, seed: string): MissingNeed | null {
  if (isBlank(read('timestamp'))) return 'timestamp';
  if (isBlank(seed) && !namesVisitor(read)) return 'visitor';
  if (isBlank(read('reportSuiteID'))) return 'reportSuiteID';
  if (isBlank(read('userAgent'))) return 'userAgent';
  return hitContext(read) === 'nothing' ? 'page or link' : null;
}

/** True where a row has one of the IDs that need no provisioning. */
function namesVisitor(read: ReadValue): boolean {
  return !(isBlank(read('visitorID')) && isBlank(read('marketingCloudVisitorID')) && isBlank(read('ipaddress')));
}

/** Whether a cell says nothing. */
export function isBlank(text: string): boolean {
  // Nearly every text begins with something of ASCII; taking its blanks away costs several times this test.
  const first = text.charCodeAt(0);
  return !(first > 0x20 && first < 0x80) && text.trim() === '';
}

const pageURLIn = compileQueryValue('g');
const pageNameIn = compileQueryValue('pageName', 'gn');
const linkTypeIn = compileQueryValue('pe');
const linkURLIn = compileQueryValue('pev1');
const linkNameIn = compileQueryValue('pev2');

/**
 * Tells page views from links. A link name alone makes a link; a link URL alone does not. `queryString` counts with the
 * parameters that the collection servers know (`g`, `pageName`, `gn`, `pe`, `pev1`, `pev2`), not with column names.
 */
export function hitContext(read: ReadValue): HitContext {
  const query = read('queryString');
  const has = (column: string, valueIn: (query: string) => string): boolean =>
    !isBlank(read(column)) || valueIn(query) !== '';
  const page = has('pageURL', pageURLIn) || has('pageName', pageNameIn);
  const named = has('linkName', linkNameIn);
  const typed = has('linkType', linkTypeIn);
  if (!named && !typed) return page ? 'page' : 'nothing';
  if (!named && !has('linkURL', linkURLIn)) return page ? 'bare link' : 'nothing';
  if (!typed && !page) return 'link without a type';
  return page ? 'link without its page' : 'link';
}
