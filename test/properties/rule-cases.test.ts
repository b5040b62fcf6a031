import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { column, columnNames } from '../../src/adobe/columns.ts';
import { adobeRules, consequenceOf, type RuleId } from '../../src/adobe/rules.ts';
import type { Migration } from '../../src/config/migration.ts';
import { lintFile } from '../../src/lint/lint-file.ts';
import { lintFiles } from '../../src/lint/lint-files.ts';
import type { LintSuite } from '../../src/lint/suite.ts';
import { ruleOfTally } from '../../src/mapping/tally-rule.ts';
import { retentionProblems, targetProblems } from '../../src/migration/job/check-target.ts';
import { bound, mapperOf, type Said } from '../mapping/mapped.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rule-cases-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A row that breaks a rule: as a file that somebody else made, and as a row of a legacy source. */
interface Case {
  /** Cells by column, over those of a good row; or a whole file, or several in the order of upload. */
  readonly file?: Record<string, string> | Buffer | readonly string[];
  /** What the linter is told of the report suite. */
  readonly suite?: LintSuite;
  readonly limits?: { readonly maxGzBytes?: number; readonly maxRawBytes?: number };
  /** A value for one column of a mapping, from the column `a`; or a whole mapping. */
  readonly row?:
    | readonly [column: string, value: string]
    | { readonly said: Said; readonly cells: Record<string, string> };
  /** `hit: <cell>` or `rejected: <reason>`, then what was counted. */
  readonly becomes?: readonly string[];
  /** Where the reason of a rejected row names another rule. */
  readonly by?: RuleId;
  /** A mapping that does not compile, or is warned of, by the code of its problem. */
  readonly refused?: Said;
  readonly code?: string;
  /** What the target of a migration is told. */
  readonly target?: {
    readonly timestamps?: 'none';
    readonly delimiters?: Record<string, string>;
    readonly from?: number;
    readonly to?: number;
    readonly now?: number;
  };
  /** Epoch ms at which a file is held to the suite's retention. */
  readonly now?: number;
}

const good: Record<string, string> = {
  timestamp: '1425204000',
  reportSuiteID: 'rs',
  visitorID: 'v1',
  userAgent: 'UA',
  pageName: 'p',
};
const quote = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const textOf = (cells: Record<string, string>): string => {
  const all = { ...good, ...cells };
  return `${Object.keys(all).map(quote).join(',')}\n${Object.values(all).map(quote).join(',')}\n`;
};
const head = Object.keys(good).join(',');
const line = Object.values(good).join(',');
const visitorElse = { ipaddress: { const: '1.2.3.4' } };

const cases: Readonly<Record<RuleId, Case>> = {
  gzip: { file: Buffer.from('PK\u0003\u0004 a zip') },
  'gzip-member': { file: Buffer.concat([gzipSync(textOf({})), gzipSync(line)]) },
  'gz-size': { file: {}, limits: { maxGzBytes: 20 } },
  'raw-size': { file: {}, limits: { maxRawBytes: 20 } },
  'byte-order-mark': { file: gzipSync(`\uFEFF${textOf({})}`) },
  header: { file: gzipSync(`"a"b,${head}\nx,${line}\n`) },
  'line-end': { file: gzipSync(`${head}\r${line}\r`) },
  'no-rows': { file: gzipSync(`${head}\n`) },
  'duplicate-header': {
    file: gzipSync(`${head},PageName\n${line},q\n`),
    refused: { hit: { eVar1: { const: 'x' }, EVAR1: { const: 'y' } } },
    code: 'mapping.column-twice',
  },
  'empty-header': { file: gzipSync(`${head},\n${line},\n`) },
  'missing-header': {
    file: gzipSync('timestamp,visitorID,pageName,reportSuiteID\n1425204000,v,p,rs\n'),
    refused: { hit: { userAgent: undefined } },
    code: 'mapping.required',
  },
  'unknown-header': {
    file: { evar251: 'x' },
    refused: { hit: { pageNmae: { const: 'x' } } },
    code: 'mapping.unknown-column',
  },
  'context-key': {
    file: { 'contextData.a-b': 'x' },
    refused: { hit: { 'contextData.a-b': { const: 'x' } } },
    code: 'mapping.unknown-column',
  },
  'retired-column': {
    file: { hier1: 'a|b' },
    refused: { hit: { hier1: { const: 'a' } } },
    code: 'mapping.column-retired',
  },
  'visitor-constant': { file: gzipSync(`${head}\n${`${line}\n`.repeat(1_000)}`) },
  'utf-8': { file: gzipSync(Buffer.concat([Buffer.from(`${head}\n${line}`), Buffer.from([0xfc, 0x0a])])) },
  'visitor-order': { file: [`${head}\n1425204009,rs,v1,UA,p\n`, `${head}\n1425204000,rs,v1,UA,p\n`] },
  'visitor-groups': { file: [`${head}\n${line}\n`, `group\n${head}\n${line}\n`] },
  csv: { file: gzipSync(`${head}\n1425204000,rs,v1,"U"A,p\n`) },
  'column-count': { file: gzipSync(`${head}\n${line},\n`) },
  'blank-line': { file: gzipSync(`${head}\n\n${line}\n`) },
  'required-value': {
    file: { pageName: '' },
    row: ['pageName', ''],
    becomes: ['rejected: page or link'],
    refused: { hit: { pageName: undefined } },
    code: 'mapping.required',
  },
  timestamp: {
    file: { timestamp: '1425204000000' },
    row: { said: { time: { from: 'ts', unit: 's' } }, cells: { ts: '1425204000000' } },
    becomes: ['rejected: time'],
    target: { to: 10_000_000_001 },
  },
  'timestamp-zone': {
    file: { timestamp: '2015-03-01T10:00:00' },
    row: { said: { time: 'ts' }, cells: { ts: '2015-03-01 10:00:00' } },
    becomes: ['rejected: time'],
    by: 'timestamp',
    refused: { time: { from: 'ts', format: 'YYYY-MM-DD HH:mm:ss' } },
    code: 'mapping.zone-missing',
  },
  'timestamp-form': { file: { timestamp: '20150301T100000Z' } },
  'timestamp-early': { file: { timestamp: '999999999' }, target: { from: 999_999_999 } },
  'timestamp-future': { file: { timestamp: '1425204001' }, now: 1_425_204_000_000 },
  retention: {
    file: { timestamp: '1425203999' },
    suite: { retention: 25 },
    now: Date.UTC(2017, 3, 1, 10),
    target: { from: 1_425_203_999, now: Date.UTC(2017, 3, 1, 10) },
  },
  'suite-timestamps': { file: {}, suite: { timestamps: 'none' }, target: { timestamps: 'none' } },
  'visitor-on-timestamps': {
    file: {},
    suite: { timestamps: 'required' },
    refused: { suite: { timestamps: 'required' } },
    code: 'mapping.visitor-on-timestamps',
  },
  'report-suite': {
    file: { reportSuiteID: 'rs, rs2' },
    row: { said: { columns: ['a'], reportSuiteID: { from: 'a' } }, cells: { a: 's'.repeat(41) } },
    becomes: ['rejected: reportSuiteID'],
    by: 'required-value',
  },
  'suite-twice': {
    file: { reportSuiteID: 'rs,rs2,rs' },
    row: { said: { columns: ['a'], reportSuiteID: { from: 'a' } }, cells: { a: 'rs,rs2,rs' } },
    becomes: ['hit', 'mended reportSuiteID rewritten'],
    by: 'report-suite',
  },
  'suite-characters': { file: { reportSuiteID: 'acme.prod' } },
  'bare-link': {
    file: { linkType: 'o' },
    row: ['linkType', 'o'],
    becomes: ['rejected: page or link'],
    by: 'required-value',
  },
  'link-without-type': { file: { linkName: 'n', pageName: '' } },
  'link-with-page': {
    file: { linkName: 'n' },
    row: ['linkName', 'n'],
    becomes: ['hit: n', 'left out pageName link hit'],
  },
  'visitor-shadowed': {
    file: { marketingCloudVisitorID: '1'.repeat(38) },
  },
  'visitor-kinds': {
    file: gzipSync(`${head},ipaddress\n${line},\n${line.replace('v1', '')},192.0.2.7\n`),
  },
  'customer-without-id': {
    file: { 'customerID.crm.id': '', 'customerID.crm.authState': '1' },
    row: {
      said: { columns: ['a'], hit: { 'customerID.crm.id': 'a', 'customerID.crm.authState': { const: '1' } } },
      cells: {},
    },
    becomes: ['hit', 'left out customerID.crm.authState no id'],
    refused: { hit: { 'customerID.crm.authState': { const: '1' } } },
    code: 'mapping.customer',
  },
  'seed-type': {
    file: { 'customerID.crm.id': 'c', 'customerID.crm.isMCSeed': '1' },
    suite: { seed: 'CRM' },
    refused: {
      suite: { seed: 'crm' },
      hit: { 'customerID.CRM.id': { const: '1' }, 'customerID.CRM.isMCSeed': { const: '1' } },
    },
    code: 'mapping.seed',
  },
  'location-hint-alone': {
    file: { aamlh: '7' },
    refused: { hit: { aamlh: { const: '7' } } },
    code: 'mapping.alone',
  },
  'context-size': {
    file: { 'contextData.a_b': 'x'.repeat(32_000) },
    row: ['contextData.a_b', 'x'.repeat(32_000)],
    becomes: ['hit: ', 'left out contextData.a_b too much context data'],
  },
  'context-reserved': {
    file: { 'contextData.a.b': 'x' },
    refused: { hit: { 'contextData.a.b': { const: 'x' } } },
    code: 'mapping.column-reserved',
  },
  'products-without-purchase': { file: { events: 'scAdd', products: ';sku;1;9.99' } },
  'product-events': {
    file: { events: 'purchase', products: ';sku;1;9.99;event5=2' },
    row: {
      said: {
        columns: ['a'],
        hit: { events: ['purchase', { event: 'event5', value: { const: '3' } }], products: 'a' },
      },
      cells: { a: ';sku;1;9.99;event5=2' },
    },
    becomes: ['hit', 'left out events number that products give'],
  },
  'product-view': {
    file: { products: ';sku' },
    refused: { columns: ['a'], hit: { products: { name: 'a' } } },
    code: 'mapping.product-view',
  },
  'purchase-without-products': {
    file: { events: 'purchase', purchaseID: 'A1' },
    refused: { hit: { events: ['purchase'], purchaseID: { const: 'A1' } } },
    code: 'mapping.order',
  },
  'purchase-without-id': { file: { events: 'purchase', products: ';sku;1;9.99' } },
  'order-twice': {
    file: gzipSync(
      `${head},events,purchaseID,products\n${line},purchase,12345678901234567890x,;a\n${line},purchase,12345678901234567890y,;b\n`,
    ),
  },
  'serial-twice': { file: gzipSync(`${head},events\n${line},event1:A1\n${line},"event2:A1,event1=2:A1"\n`) },
  'transaction-twice': {
    file: gzipSync(`${head},transactionID,eVar1\n${line},T1,a\n${line},"T2,T1",a\n`),
  },
  'transaction-alone': {
    file: { transactionID: 'A1' },
    refused: { hit: { transactionID: { const: 'A1' } } },
    code: 'mapping.alone',
  },
  'currency-foreign': { file: { currencyCode: 'CHF' }, suite: { currency: 'EUR' } },
  'event-twice': {
    file: { events: 'event1,event1=2' },
    row: { said: { columns: ['a'], hit: { events: ['event1', { from: 'a' }] } }, cells: { a: 'event1' } },
    becomes: ['hit', 'left out events given twice'],
  },
  'event-zero': { file: { events: 'event1=0' } },
  'many-entries': { file: { events: Array.from({ length: 21 }, (_, i) => `event${i + 1}`).join(',') } },
  'byte-limit': {
    file: { eVar1: `${'ä'.repeat(127)}xy` },
    row: ['eVar1', `${'ä'.repeat(127)}xy`],
    becomes: [`hit: ${'ä'.repeat(127)}x`, 'cut eVar1 over 255 bytes'],
  },
  'list-value-limit': {
    file: { list1: `a;${'x'.repeat(256)}` },
    suite: { delimiters: { list1: ';' } },
    row: {
      said: { columns: ['a'], suite: { delimiters: { list1: ';' } }, hit: { list1: 'a' } },
      cells: { a: `${'x'.repeat(256)};y` },
    },
    becomes: ['hit', 'cut list1 over 255 bytes'],
  },
  'list-repeat': {
    file: { list1: 'a;b;a' },
    suite: { delimiters: { list1: ';' } },
    row: {
      said: { columns: ['a'], suite: { delimiters: { list1: ';' } }, hit: { list1: 'a' } },
      cells: { a: 'a;b;a' },
    },
    becomes: ['hit', 'left out list1 in the list already'],
  },
  'list-values': {
    file: { list1: Array.from({ length: 251 }, (_, i) => String(i)).join(';') },
    suite: { delimiters: { list1: ';' } },
  },
  'list-divider': {
    file: { list1: 'a; b' },
    suite: { delimiters: { list1: ';' } },
    target: { delimiters: { list1: '::' } },
  },
  'control-character': {
    file: { eVar1: 'a\tb' },
    row: ['eVar1', 'a\tb'],
    becomes: ['hit: a b', 'mended eVar1 control characters'],
  },
  markup: { file: { eVar1: 'A &amp; B' } },
  'dynamic-variable': {
    file: { eVar1: 'D=12mm' },
    row: ['eVar1', 'D=12mm'],
    becomes: ['hit: d=12mm', 'mended eVar1 dynamic variable'],
  },
  'visitor-placeholder': {
    file: { visitorID: 'unknown' },
    row: ['visitorID', 'unknown'],
    becomes: ['rejected: visitor'],
    by: 'required-value',
  },
  'visitor-characters': {
    file: { visitorID: '7f3a-11c2' },
    row: { said: { columns: ['a'], hit: { ...visitorElse, visitorID: 'a' } }, cells: { a: '7f3a-11c2' } },
    becomes: ['hit', 'emptied visitorID unusable'],
  },
  ecid: {
    file: { visitorID: '', marketingCloudVisitorID: '9'.repeat(38) },
    row: ['marketingCloudVisitorID', '9'.repeat(38)],
    becomes: ['hit: ', 'emptied marketingCloudVisitorID unusable'],
  },
  'ip-address': {
    file: { ipaddress: '1.2.3.256' },
    row: ['ipaddress', '1.2.3.256'],
    becomes: ['hit: ', 'emptied ipaddress unusable'],
  },
  'private-address': { file: { ipaddress: '192.168.1.7' } },
  'user-agent-placeholder': {
    file: { userAgent: 'NA' },
    row: ['userAgent', 'NA'],
    becomes: ['rejected: userAgent'],
    by: 'required-value',
  },
  'bot-user-agent': { file: { userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1)' } },
  currency: {
    file: { currencyCode: 'Euro' },
    row: ['currencyCode', 'Euro'],
    becomes: ['hit: ', 'emptied currencyCode unusable'],
  },
  'currency-unlisted': {
    file: { currencyCode: 'RON' },
    row: ['currencyCode', 'RON'],
    becomes: ['rejected: unlisted currency'],
  },
  events: {
    file: { events: 'Event1' },
    row: { said: { columns: ['a'], hit: { events: 'a' } }, cells: { a: 'Event1' } },
    becomes: ['hit', 'emptied events no event of Adobe'],
    refused: { hit: { events: [{ event: 'event1001' }] } },
    code: 'mapping.unknown-event',
  },
  'event-decimals': {
    file: { events: 'event1=2.5' },
    row: {
      said: { columns: ['a'], suite: { numericEvents: ['event2'] }, hit: { events: ['a'] } },
      cells: { a: 'event1=2.5' },
    },
    becomes: ['hit', 'emptied events decimals of a counter'],
  },
  'counter-evar': {
    file: { eVar5: '12' },
    suite: { counterEVars: ['eVar5'] },
    row: {
      said: { columns: ['a'], suite: { counterEVars: ['eVar5'] }, hit: { eVar5: 'a' } },
      cells: { a: '12' },
    },
    becomes: ['hit', 'emptied eVar5 no step of a counter'],
    refused: { suite: { counterEVars: ['eVar5'] }, hit: { eVar5: { const: '1' } } },
    code: 'mapping.constant',
  },
  'multi-byte': {
    file: { eVar1: 'Zürich' },
    suite: { multiByte: false },
    row: {
      said: { columns: ['a'], suite: { multiByte: false }, hit: { eVar1: 'a' } },
      cells: { a: 'Zürich' },
    },
    becomes: ['hit', 'warned eVar1 characters above 127'],
  },
  products: {
    file: { products: 'red shoes' },
    row: { said: { columns: ['a'], hit: { products: 'a' } }, cells: { a: 'red shoes' } },
    becomes: ['hit', "emptied products not in Adobe's grammar"],
    refused: { columns: ['a'], hit: { products: { name: 'a', price: 'a' } } },
    code: 'mapping.products-price',
  },
  alphanumeric: {
    file: { purchaseID: 'A-17' },
    row: ['purchaseID', 'null'],
    becomes: ['hit: ', 'emptied purchaseID placeholder'],
  },
  'transaction-id': {
    file: { transactionID: 'a b' },
    row: ['transactionID', 'null,A1'],
    becomes: ['hit: A1', 'emptied transactionID placeholder'],
  },
  referrer: {
    file: { referrer: 'example.com' },
    row: ['referrer', 'https://a/b c'],
    becomes: ['hit: https://a/b%20c', 'mended referrer rewritten'],
  },
  'referrer-length': { file: { referrer: `https://example.com/${'a'.repeat(230)}` } },
  'page-url': {
    file: { pageURL: '/index.html' },
    row: ['pageURL', 'https://a/"b"'],
    becomes: ['hit: https://a/%22b%22', 'mended pageURL rewritten'],
  },
  'page-url-length': { file: { pageURL: `https://example.com/${'a'.repeat(240)}` } },
  'page-type': {
    file: { pageType: 'Error Page' },
    row: ['pageType', 'Error Page'],
    becomes: ['hit: errorPage', 'mended pageType rewritten'],
  },
  'link-type': {
    file: { linkType: 'lnk_d', linkName: 'n', pageName: '' },
    row: { said: { columns: ['a'], hit: { linkName: { const: 'n' }, linkType: 'a' } }, cells: { a: 'lnk_d' } },
    becomes: ['hit', 'left out pageName link hit', 'mended linkType rewritten'],
  },
  language: {
    file: { language: 'en-us,en;q=0.5' },
    row: ['language', 'en-us,en;q=0.5'],
    becomes: ['hit: en-us', 'mended language rewritten'],
  },
  resolution: {
    file: { resolution: '1280 x 1024' },
    row: ['resolution', '1280 x 1024'],
    becomes: ['hit: 1280x1024', 'mended resolution rewritten'],
  },
  pixels: {
    file: { browserWidth: '65536' },
    row: ['browserWidth', '65536'],
    becomes: ['hit: ', 'emptied browserWidth unusable'],
  },
  'color-depth': {
    file: { colorDepth: '24-bit' },
    row: ['colorDepth', '24-bit'],
    becomes: ['hit: ', 'emptied colorDepth unusable'],
  },
  connection: {
    file: { connectionType: 'wifi' },
    row: ['connectionType', 'wifi'],
    becomes: ['hit: ', 'emptied connectionType unusable'],
  },
  flag: {
    file: { cookiesEnabled: '1' },
    row: ['cookiesEnabled', '1'],
    becomes: ['hit: Y', 'mended cookiesEnabled rewritten'],
  },
  bit: {
    file: { 'customerID.crm.id': 'c', 'customerID.crm.isMCSeed': 'TRUE' },
    row: {
      said: {
        columns: ['a'],
        suite: { seed: 'crm' },
        hit: { 'customerID.crm.id': { const: 'c' }, 'customerID.crm.isMCSeed': 'a' },
      },
      cells: { a: 'TRUE' },
    },
    becomes: ['hit', 'mended customerID.crm.isMCSeed rewritten'],
  },
  'auth-state': {
    file: { 'customerID.crm.id': 'c', 'customerID.crm.authState': '3' },
    row: {
      said: { columns: ['a'], hit: { 'customerID.crm.id': { const: 'c' }, 'customerID.crm.authState': 'a' } },
      cells: { a: '3' },
    },
    becomes: ['hit', 'emptied customerID.crm.authState unusable'],
  },
  'location-hint': { file: { aamlh: '4' }, row: ['aamlh', '4'], becomes: ['hit: ', 'emptied aamlh unusable'] },
  bitness: {
    file: { 'hints.bitness': '16' },
    row: ['hints.bitness', '16'],
    becomes: ['hit: ', 'emptied hints.bitness unusable'],
  },
  boolean: {
    file: { 'hints.mobile': '?1' },
    row: ['hints.mobile', '?1'],
    becomes: ['hit: ', 'emptied hints.mobile unusable'],
  },
  brands: {
    file: { 'hints.brands': 'Chromium' },
    row: ['hints.brands', 'Chromium'],
    becomes: ['hit: ', 'emptied hints.brands unusable'],
  },
  'query-encoding': {
    file: { queryString: 'v1=a b' },
    row: ['queryString', 'v1=a b'],
    becomes: ['hit: v1=a%20b', 'mended queryString rewritten'],
  },
  'query-parameter': {
    file: { queryString: 'channel=news' },
    refused: { hit: { queryString: { channel: { const: 'x' } } } },
    code: 'mapping.unknown-parameter',
  },
  'query-refused': {
    file: { queryString: 'vid=1' },
    row: ['queryString', 'vid=1&v1=a'],
    becomes: ['hit: v1=a', 'left out queryString.vid parameter not allowed'],
    refused: { hit: { queryString: { cc: { const: 'EUR' } } } },
    code: 'mapping.parameter',
  },
  'query-twin': {
    file: { eVar1: 'a', queryString: 'v1=b' },
    refused: { hit: { eVar1: { const: 'a' }, queryString: { v1: { const: 'b' } } } },
    code: 'mapping.parameter',
  },
  'query-empty-twin': { file: { eVar1: '', queryString: 'v1=b' } },
};

/** A mapping, a row for it, and the column whose value is shown, where the case names one. */
function rowOf(row: Case['row']): { said: Said; cells: Record<string, string>; shown: string | null } {
  if (row === undefined) return { said: {}, cells: {}, shown: null };
  if ('said' in row) return { ...row, shown: null };
  return { said: { columns: ['a'], hit: { [row[0]]: 'a' } }, cells: { a: row[1] }, shown: row[0] };
}

/** The rules that a file of somebody else's breaks, with their consequences. */
async function lintCase({ file = {}, limits = {}, suite = {}, now }: Case): Promise<string[]> {
  if (Array.isArray(file)) {
    const paths = (file as readonly string[]).map((text, index) => {
      const [, group = 'one', rest = text] = /^(group)\n([\s\S]*)$/.exec(text) ?? [];
      const path = join(folder, `${index + 1}-${group}.csv`);
      writeFileSync(path, rest);
      return path;
    });
    const { files } = await lintFiles(paths);
    return files.flatMap(({ findings }) => findings.map(({ rule, consequence }) => `${rule}: ${consequence}`));
  }
  const path = join(folder, 'case.csv.gz');
  writeFileSync(path, Buffer.isBuffer(file) ? file : gzipSync(textOf(file as Record<string, string>)));
  const { findings } = await lintFile(path, { values: true, limits, suite, ...(now === undefined ? {} : { now }) });
  return findings.map(({ rule, consequence }) => `${rule}: ${consequence}`);
}

/** The rules whose case has this part. */
const rulesWith = (part: keyof Case) => adobeRules.filter(({ id }) => cases[id]?.[part] !== undefined);

it('the row that all cases change breaks no rule', async () => {
  expect(await lintCase({ file: {} })).toEqual([]);
});

describe('each rule of Adobe', () => {
  it.each(adobeRules)('$id has a case that breaks it, and shows all that the table says is done', ({ id, done }) => {
    const shows = Object.keys(cases[id] ?? {});
    expect(shows, `${id} has no case: add one to this file`).not.toEqual([]);
    const deeds = done as readonly string[];
    expect(shows, 'a file that breaks it').toContain('file');
    if (['cut', 'mended', 'emptied', 'left out', 'rejected'].some((deed) => deeds.includes(deed)))
      expect(shows).toContain('row');
    if (deeds.includes('refused')) expect(shows.includes('refused') || shows.includes('target')).toBe(true);
  });

  it.each(rulesWith('file'))('$id is found in a file', async ({ id }) => {
    expect(await lintCase(cases[id])).toContain(`${id}: ${consequenceOf(id)}`);
  });

  it.each(rulesWith('row'))('$id is kept by the mapper, as the table says', ({ id, done }) => {
    const { row, becomes, by = id } = cases[id];
    const { said, cells, shown } = rowOf(row);
    const mapped = mapperOf(said).map(cells);
    const hit = shown === null ? 'hit' : `hit: ${mapped.cells?.[shown] ?? ''}`;
    const first = mapped.outcome === 'hit' ? hit : `${mapped.outcome}: ${mapped.reason}`;
    expect([first, ...mapped.tallies.map((tally) => tally.replace(/ 1$/, ''))]).toEqual(becomes);
    const reject = { outcome: 'rejected', column: '', reason: mapped.reason ?? '' } as const;
    const counted = mapped.outcome === 'rejected' ? [reject] : mapped.tallies.map(readTally);
    const own = counted.filter((tally) => ruleOfTally(tally) === by);
    expect(own).not.toEqual([]);
    for (const { outcome } of own) expect(done).toContain(outcome);
  });

  it.each(rulesWith('refused'))('$id is told when a mapping compiles', ({ id, done }) => {
    const { refused = {}, code = '' } = cases[id];
    const { problems } = bound(refused);
    expect(problems.map((problem) => problem.code)).toContain(code);
    const { severity } = problems.find((problem) => problem.code === code) ?? {};
    expect(done).toContain(severity === 'warning' ? 'warned' : 'refused');
  });

  it.each(rulesWith('target'))('$id is told of a migration', ({ id, done }) => {
    const {
      timestamps = 'optional',
      delimiters = {},
      from = 1_425_204_000,
      to = 1_425_204_001,
      now = 0,
    } = cases[id].target ?? {};
    const migration = {
      range: { from, to, zone: 'UTC' },
      target: {
        reportSuiteID: { const: 'acme' },
        suite: { timestamps, currency: null, seed: null, delimiters, retention: 25 },
      },
    } as Migration;
    const locate = () => ({ file: 'm.yaml', line: 1, column: 1 });
    const problems = [
      ...targetProblems({ migration, locate, written: () => null }),
      ...retentionProblems(migration, locate, now),
    ];
    expect(problems.map(({ code }) => code)).toEqual([`adobe.${id}`]);
    expect(done).toContain(problems[0]?.severity === 'warning' ? 'warned' : 'refused');
  });
});

it('an unlisted currency is emptied or sent where the report suite says so', () => {
  const of = (unlistedCurrency: 'empty' | 'send') =>
    mapperOf({ columns: ['a'], suite: { unlistedCurrency }, hit: { currencyCode: 'a' } }).map({ a: 'ron' });
  expect(of('send')).toMatchObject({ cells: { currencyCode: 'RON' } });
  expect(of('empty').cells?.['currencyCode']).toBeUndefined();
  expect(of('empty').tallies).toContain('emptied currencyCode unlisted currency 1');
});

it('products in a currency that is no code are rejected, unless such a code may be emptied', () => {
  const of = (cells: Record<string, string>, unlistedCurrency?: 'empty') => {
    const suite = unlistedCurrency === undefined ? {} : { unlistedCurrency };
    return mapperOf({ columns: ['a', 'sku'], suite, hit: { currencyCode: 'a', products: { name: 'sku' } } }).map(cells);
  };
  expect(of({ a: ' TL ', sku: 'A' })).toMatchObject({
    outcome: 'rejected',
    reason: 'unlisted currency',
    column: 'currencyCode',
    value: 'TL',
  });
  expect(of({ a: 'TL' })).toMatchObject({ outcome: 'hit', tallies: ['emptied currencyCode unusable 1'] });
  expect(of({ a: 'TL', sku: 'A' }, 'empty')).toMatchObject({ outcome: 'hit', cells: { products: ';A' } });
  for (const nothing of ['', '-', '(not set)'])
    expect(of({ a: nothing, sku: 'A' })).toMatchObject({ outcome: 'hit', cells: { products: ';A' } });
});

it('so are numbers of events that may be amounts', () => {
  const of = (cells: Record<string, string>, suite: { unlistedCurrency?: 'empty'; numericEvents?: string[] } = {}) => {
    const events = ['event6', { event: 'event5', value: 'v', id: 'i' }];
    return mapperOf({ columns: ['a', 'v', 'i'], suite, hit: { currencyCode: 'a', events } }).map(cells);
  };
  const rejected = { outcome: 'rejected', reason: 'unlisted currency', column: 'currencyCode', value: 'TL' };
  expect(of({ a: 'TL', v: '100' })).toMatchObject(rejected);
  expect(of({ a: 'TL', v: '100', i: 'x1' }, { numericEvents: ['event5'] })).toMatchObject(rejected);
  expect(of({ a: 'TL' })).toMatchObject({ outcome: 'hit', cells: { events: 'event6' } });
  expect(of({ a: '', v: '100' })).toMatchObject({ outcome: 'hit', cells: { events: 'event6,event5=100' } });
  for (const suite of [{ unlistedCurrency: 'empty' as const }, { numericEvents: ['event7'] }])
    expect(of({ a: 'TL', v: '100' }, suite)).toMatchObject({ outcome: 'hit', cells: { events: 'event6,event5=100' } });
});

it('what becomes of a refund is nothing that the linter finds fault with', async () => {
  const products = { name: { const: 'A' }, quantity: { const: '1' }, lineTotal: 'a' };
  const hit = { events: ['purchase'], purchaseID: { const: 'o1' }, products };
  const { map, header } = mapperOf({ columns: ['a'], hit });
  const { line = '', cells, tallies } = map({ a: '-10' });
  expect([cells?.['products'], tallies]).toEqual([';A;1', ['emptied products price below zero 1']]);
  const path = join(folder, 'refund.csv.gz');
  writeFileSync(path, gzipSync(`${header}\n${line}\n`));
  expect((await lintFile(path, { values: true })).findings).toEqual([]);
});

it('the limits that are compiled into each column of text are those of the table', () => {
  const limited = columnNames().flatMap((name) => {
    const { kind, limitBytes } = column(name) ?? {};
    return kind === 'text' && limitBytes != null ? [{ name, limitBytes }] : [];
  });
  expect(limited.length).toBeGreaterThan(300);
  const hit = Object.fromEntries(limited.filter(({ name }) => name !== 'linkName').map(({ name }) => [name, 'a']));
  const { cells = {} } = mapperOf({ columns: ['a'], hit }).map({ a: 'x'.repeat(1_000) });
  for (const { name, limitBytes } of limited)
    if (name !== 'linkName') expect([name, cells[name]?.length]).toEqual([name, limitBytes]);
});

/** `left out pageName link hit 1` as it was counted. */
function readTally(text: string) {
  const [, outcome = '', column = '', reason = ''] = /^(left out|\S+) (\S*) (.+) \d+$/.exec(text) ?? [];
  return { outcome: outcome as 'cut' | 'mended' | 'emptied' | 'left out' | 'filled', column, reason };
}
