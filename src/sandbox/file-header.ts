/** One customer id type of a header: where its id and its `isMCSeed` stand. */
export interface SeedColumns {
  readonly type: string;
  readonly id: number;
  readonly isSeed: number;
}

/** Where the columns stand that the row checks look at; -1 where the file has none. */
export interface FileHeader {
  readonly width: number;
  readonly timestamp: number;
  readonly reportSuite: number;
  readonly userAgent: number;
  readonly visitorId: number;
  readonly cloudId: number;
  readonly ipAddress: number;
  readonly seeds: readonly SeedColumns[];
  /** Where the `authState` columns of customer ids stand. */
  readonly authStates: readonly number[];
  readonly pageUrl: number;
  readonly pageName: number;
  readonly linkType: number;
  readonly linkName: number;
  readonly linkUrl: number;
  readonly queryString: number;
}

/**
 * Why a whole file is refused. `missing` is the column as Adobe writes it, where one is missing; `closes` tells whether
 * Adobe's log goes on with its closing sentence (its sample for a missing visitor does not).
 */
export interface HeaderFault {
  readonly log: string;
  readonly missing: string | null;
  readonly closes: boolean;
}

/**
 * Reads a header row as Adobe does: names in any order and, but for customer id types, in any case; unknown names are
 * passed over; a name that stands twice, an empty name and a missing required column refuse the file (Adobe docs,
 * BDIA file format and troubleshooting).
 */
export function readHeader(cells: readonly string[]): FileHeader | HeaderFault {
  const places = new Map<string, number>();
  for (const [place, cell] of cells.entries()) {
    const name = foldName(cell);
    if (name === '') return { log: `Column ${place + 1} of the file header has no name.`, missing: null, closes: true };
    if (places.has(name))
      return { log: `Duplicate column found in the file header: ${cell}.`, missing: null, closes: true };
    places.set(name, place);
  }
  const at = (name: string): number => places.get(name) ?? -1;
  const seeds: SeedColumns[] = [];
  const authStates: number[] = [];
  for (const [name, place] of places) {
    const [, type, part] = customerName.exec(name) ?? [];
    if (part === 'authstate') authStates.push(place);
    const isSeed = part === 'id' ? at(`customerid.${type}.ismcseed`) : -1;
    if (type !== undefined && isSeed !== -1) seeds.push({ type, id: place, isSeed });
  }
  const header: FileHeader = {
    width: cells.length,
    timestamp: at('timestamp'),
    reportSuite: at('reportsuiteid'),
    userAgent: at('useragent'),
    visitorId: at('visitorid'),
    cloudId: at('marketingcloudvisitorid'),
    ipAddress: at('ipaddress'),
    seeds,
    authStates,
    pageUrl: at('pageurl'),
    pageName: at('pagename'),
    linkType: at('linktype'),
    linkName: at('linkname'),
    linkUrl: at('linkurl'),
    queryString: at('querystring'),
  };
  return missingColumn(header) ?? header;
}

const noVisitor =
  'No visitor ID found in the file header.  There must be one of VisitorID, MarketingCloudVisitorID, IPAddress, or CustomerID defined...';
const noSuite =
  'No ReportSuiteID found in the file header or in the file upload. This must be present in order to submit a hit.';

function missingColumn(header: FileHeader): HeaderFault | null {
  const absent = (missing: string, log: string, closes = true): HeaderFault => ({ log, missing, closes });
  if (header.timestamp === -1) return absent('timestamp', 'No timestamp field found in the file header.');
  const { visitorId, cloudId, ipAddress, seeds } = header;
  if (Math.max(visitorId, cloudId, ipAddress) === -1 && seeds.length === 0)
    return absent('visitorID', noVisitor, false);
  if (header.reportSuite === -1) return absent('reportSuiteID', noSuite);
  if (header.userAgent === -1) return absent('userAgent', 'No user-agent found in the file header.');
  return null;
}

/** A type is letters and digits (Adobe docs, BDIA customer id); with any other character the name is an unknown one. */
const customerName = /^customerid\.([a-z0-9]+)\.([a-z]+)$/i;

/** Lower case, except for the type inside `customerID.<type>.…`, whose case Adobe minds (Adobe docs, BDIA customer id). */
function foldName(name: string): string {
  const [, type, part = ''] = customerName.exec(name) ?? [];
  return type === undefined ? name.toLowerCase() : `customerid.${type}.${part.toLowerCase()}`;
}
