import { describe, expect, it } from 'vitest';
import { effectiveVisitor } from '../../src/sandbox/effective-visitor.ts';
import { type FileHeader, readHeader } from '../../src/sandbox/file-header.ts';
import { createProcessingLog } from '../../src/sandbox/processing-log.ts';
import { readTimestamp } from '../../src/sandbox/read-timestamp.ts';
import { findRowFault, noUserAgent } from '../../src/sandbox/row-rules.ts';

function headerOf(names: string): FileHeader {
  const found = readHeader(names.split(','));
  if ('log' in found) throw new Error(found.log);
  return found;
}

describe('readTimestamp', () => {
  const cases: [string, number | null][] = [
    ['1486769029', 1_486_769_029],
    ['0946684800', 946_684_800],
    ['946684800', null],
    ['1486769029000', null],
    ['1486769029.5', null],
    ['-486769029', null],
    ['', null],
    ['2017-02-10T16:23:49-07:00', 1_486_769_029],
    ['2017-02-10T23:23:49Z', 1_486_769_029],
    ['2017-02-10T23:23:49+0000', 1_486_769_029],
    ['2017-02-11T04:53:49+05:30', 1_486_769_029],
    ['2017-02-11T01:23:49+02', 1_486_769_029],
    ['2017-02-10T23:23:49.000Z', null],
    ['2017-02-10T23:23:49', null],
    ['2017-02-10 23:23:49Z', null],
    ['2017-02-30T23:23:49Z', null],
    ['2017-02-10T24:00:00Z', null],
    ['2017-02-10T23:23:49+15:00', null],
    ['2017-W06-5T23:23:49Z', null],
  ];
  it.each(cases)('%s → %s', (text, expected) => expect(readTimestamp(text)).toBe(expected));
});

describe('readHeader', () => {
  const required = 'timestamp,visitorID,reportSuiteID,userAgent';
  const faults: [string, string, string | null][] = [
    [`${required},pageName,PAGENAME`, 'Duplicate column found in the file header: PAGENAME.', null],
    [
      `${required},customerID.crm.id,customerid.crm.ID`,
      'Duplicate column found in the file header: customerid.crm.ID.',
      null,
    ],
    [`${required},`, 'Column 5 of the file header has no name.', null],
    ['visitorID,reportSuiteID,userAgent', 'No timestamp field found in the file header.', 'timestamp'],
    [
      'timestamp,reportSuiteID,userAgent,customerID.crm.id',
      'No visitor ID found in the file header.  There must be one of VisitorID, MarketingCloudVisitorID, IPAddress, or CustomerID defined...',
      'visitorID',
    ],
    [
      'timestamp,visitorID,userAgent',
      'No ReportSuiteID found in the file header or in the file upload. This must be present in order to submit a hit.',
      'reportSuiteID',
    ],
    ['timestamp,visitorID,reportSuiteID', 'No user-agent found in the file header.', 'userAgent'],
  ];
  it.each(faults)('%s', (names, log, missing) => {
    expect(readHeader(names.split(','))).toMatchObject({ log, missing });
  });

  it('takes names in any case and order, unknown ones, and customer id types that differ by case', () => {
    const found = headerOf(
      'USERAGENT,nonsense,ReportSuiteId,IPaddress,TimeStamp,customerID.a.id,customerID.A.id,customerID.A.ISMCSEED',
    );
    expect(found).toMatchObject({ width: 8, userAgent: 0, reportSuite: 2, ipAddress: 3, timestamp: 4, visitorId: -1 });
    expect(found.seeds).toEqual([{ type: 'A', id: 6, isSeed: 7 }]);
  });

  it('knows no customer id whose type is not letters and digits', () => {
    const faultOf = (type: string) =>
      readHeader(`timestamp,reportSuiteID,userAgent,customerID.${type}.id,customerID.${type}.isMCSeed`.split(','));
    expect(faultOf('crm1')).toMatchObject({ seeds: [{ type: 'crm1', id: 3, isSeed: 4 }] });
    for (const type of ['my-crm', 'a.b', 'cärm']) expect(faultOf(type)).toMatchObject({ missing: 'visitorID' });
  });
});

describe('effectiveVisitor', () => {
  const names =
    'timestamp,reportSuiteID,userAgent,visitorID,marketingCloudVisitorID,ipaddress,customerID.crm.id,customerID.crm.isMCSeed';
  const cases: [string[], string | null, string | null][] = [
    [['V1', 'E1', '1.2.3.4', 'C1', '1'], null, 'customerID.crm:c1'],
    [['V1', 'E1', '1.2.3.4', 'C1', '1'], 'crm', 'customerID.crm:c1'],
    [['V1', 'E1', '1.2.3.4', 'C1', '1'], 'CRM', 'visitorID:v1'],
    [['V1', 'E1', '1.2.3.4', 'C1', '0'], null, 'visitorID:v1'],
    [['V1', 'E1', '1.2.3.4', ' ', '1'], null, 'visitorID:v1'],
    [['V1', 'E1', '1.2.3.4', 'C1', ' 1'], null, 'visitorID:v1'],
    [['', '00123', '1.2.3.4', '', ''], null, 'marketingCloudVisitorID:00123'],
    [[' ', '\t', ' 1.2.3.4 ', '', ''], null, 'ipaddress:1.2.3.4 UA'],
    [['', '', '2001:DB8:0:0:0:0:0:1', '', ''], null, 'ipaddress:2001:db8::1 UA'],
    [['', '', 'fe80::1%eth0', '', ''], null, 'ipaddress:fe80::1 UA'],
    [['', '', '', 'C1', '0'], null, null],
    [[`${'x'.repeat(99)}éyz`, '', '', '', ''], null, `visitorID:${'x'.repeat(99)}`],
    [[`${'X'.repeat(100)}tail`, '', '', '', ''], null, `visitorID:${'x'.repeat(100)}`],
  ];
  it.each(cases)('%j with seed type %s is %s', (ids, seedType, expected) => {
    expect(effectiveVisitor(['1500000000', 's', 'UA', ...ids], headerOf(names), seedType)).toBe(expected);
  });
});

describe('findRowFault', () => {
  const names = 'timestamp,visitorID,reportSuiteID,userAgent,pageName,pageURL,linkType,linkName,linkURL,queryString';
  const fault = (text: string): string | null => {
    const row = text.split(',');
    const header = headerOf(names);
    return findRowFault(row, header, effectiveVisitor(row, header, null))?.text ?? null;
  };
  const skipped = 'This row will not be submitted.';
  const cases: [string, string | null][] = [
    ['1500000000,v,s,ua,Home,,,,,', null],
    ['1500000000,v,s,ua,,http://a,,,,', null],
    ['1500000000,v,s,ua,,,o,name,,', null],
    ['1500000000,v,s,ua,,,o,,http://a,', null],
    ['1500000000,v,s,ua,,,,,,v1=x&pageName=Home', null],
    ['1500000000,v,s,ua,,,,,,g=http%3A%2F%2Fa', null],
    ['1500000000,v,s,ua,,,,,,pe=lnk_o', null],
    ['1500000000,v,s,ua,,,o,,,', `missing 'PageURL, PageName, or LinkType'. ${skipped}`],
    ['1500000000,v,s,ua,,,,name,,', `missing 'PageURL, PageName, or LinkType'. ${skipped}`],
    [
      '1500000000,v,s,ua,,,,,,pageName=&pagename=x&mypageName=y&r=https://a?g=1',
      `missing 'PageURL, PageName, or LinkType'. ${skipped}`,
    ],
    [' ,v,s,ua,p,,,,,', `missing 'Timestamp'. ${skipped}`],
    ['1500000000123,v,s,ua,p,,,,,', `invalid 'Timestamp'. ${skipped}`],
    ['1500000000,,s,ua,p,,,,,', `missing 'VisitorID'. ${skipped}`],
    ['1500000000,v, ,ua,p,,,,,', `missing 'ReportSuiteId'. ${skipped}`],
    ['1500000000,v,s,,p,,,,,', `missing 'UserAgent'. ${skipped}`],
    ['1500000000,v,s,ua,p,,,,,,', 'inconsistent column count. Expected 10 columns, but found 11.'],
  ];
  it.each(cases)('%s', (text, expected) => expect(fault(text)).toBe(expected));

  it.each<[string, string | null]>([
    ['', null],
    ['0', null],
    ['2', null],
    ['Unknown', null],
    ['LOGGED_OUT', null],
    ['3', `invalid 'CustomerID'. ${skipped}`],
    ['true', `invalid 'CustomerID'. ${skipped}`],
  ])('a customer id in the state "%s"', (state, expected) => {
    const header = headerOf(
      'timestamp,visitorID,reportSuiteID,userAgent,pageName,customerID.crm.id,customerID.crm.authState',
    );
    const row = ['1500000000', 'v', 's', 'ua', 'Home', 'c1', state];
    expect(findRowFault(row, header, 'visitorID:v')?.text ?? null).toBe(expected);
  });
});

describe('createProcessingLog', () => {
  it('lists ten rows of a kind and counts the rest', () => {
    const log = createProcessingLog({ firstRowNumber: 1, logStyle: 'space' }, 0);
    for (let index = 0; index < 13; index++) log.skip(index * 2, noUserAgent);
    log.skip(30, { kind: 'malformed CSV', text: 'malformed CSV. This row will not be submitted.' });
    const text = log.finish(7, 14);
    expect(text.match(/On row: \d+, missing 'UserAgent'\. This row will not be submitted\./g)).toHaveLength(10);
    expect(text).toMatch(/^On row: 1, missing 'UserAgent'\. This row will not be submitted\. On row: 3, /);
    expect(text.slice(text.indexOf('On row: 31'))).toBe(
      "On row: 31, malformed CSV. This row will not be submitted. On 3 more rows, missing 'UserAgent'. These rows will not be submitted. Processing complete: 7 rows will be submitted. 14 rows were invalid.",
    );
  });

  const styles: ['newline' | 'log4j', string][] = [
    [
      'newline',
      "On row: 0, missing 'UserAgent'. This row will not be submitted.\nProcessing complete: 1 rows will be submitted. 1 rows were invalid.\n",
    ],
    [
      'log4j',
      "12:34:56.789 [main] WARN - On row: 0, missing 'UserAgent'. This row will not be submitted.\n12:34:56.789 [main] WARN - Processing complete: 1 rows will be submitted. 1 rows were invalid.\n",
    ],
  ];
  it.each(styles)('writes in the style %s, from another first row', (logStyle, expected) => {
    const log = createProcessingLog({ firstRowNumber: 0, logStyle }, Date.UTC(2020, 1, 2, 12, 34, 56, 789));
    log.skip(0, noUserAgent);
    expect(log.finish(1, 1)).toBe(expected);
  });
});
