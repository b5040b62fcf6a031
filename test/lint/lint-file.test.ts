import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LintOptions, type LintReport, lintFile } from '../../src/lint/lint-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lint-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function lintBytes(bytes: Uint8Array, options?: LintOptions): Promise<LintReport> {
  const path = join(folder, 'file.csv.gz');
  await writeFile(path, bytes);
  return lintFile(path, options);
}

const lintText = (text: string | Buffer, options?: LintOptions) => lintBytes(gzipSync(text), options);

/** `rule / consequence × count` of each, in order. */
const told = ({ findings }: LintReport) =>
  findings.map(({ rule, consequence, count }) => `${rule} / ${consequence} × ${count}`);

const head = 'timestamp,reportSuiteID,visitorID,userAgent,pageName';
const row = '1425204000,rs,v1,Mozilla,Home';

describe('a good file', () => {
  it('is reported whole', async () => {
    const text = `${head}\n1425204000,rs,v1,Mozilla,"Home, sweet"\n1425204005,rs,v1,Mozilla,😀\n`;
    const gz = gzipSync(text);
    const report = await lintBytes(gz);
    expect(report).toEqual({
      path: join(folder, 'file.csv.gz'),
      gzip: true,
      ok: true,
      findings: [],
      header: ['timestamp', 'reportSuiteID', 'visitorID', 'userAgent', 'pageName'],
      rows: 2,
      firstTime: 1425204000,
      lastTime: 1425204005,
      gzBytes: gz.length,
      gzSha256: createHash('sha256').update(gz).digest('hex'),
      rawBytes: Buffer.byteLength(text),
      rawSha256: createHash('sha256').update(text).digest('hex'),
    });
  });

  it.each([
    ['CRLF and no final line end', `${head}\r\n${row}\r\n${row}`],
    ['any case of the header', `${head.toUpperCase()}\n${row}\n${row}\n`],
    ['an ISO time with its offset', `${head}\n2015-03-01T10:00:00+00:00,rs,v1,Mozilla,Home\n${row}\n`],
  ])('%s', async (_name, text) => {
    expect(await lintText(text)).toMatchObject({ ok: true, findings: [], rows: 2, firstTime: 1425204000 });
  });

  it('may have blank lines before its header', async () => {
    const report = await lintText(`\n\r\n${head}\n${row}\n`);
    expect(report).toMatchObject({ ok: true, rows: 1, header: head.split(',') });
    expect(told(report)).toEqual(['blank-line / unsure × 2']);
  });

  it('may name the seed in a further column, where the first has no ID', async () => {
    const first = 'timestamp,reportSuiteID,userAgent,pageName,customerID.a.id,customerID.a.isMCSeed';
    const text = `${first},customerID.b.id,customerID.b.isMCSeed\n1425204000,rs,Mozilla,Home, ,1,anna,1\n`;
    const seen: string[] = [];
    expect(told(await lintText(text, { hits: (visitor) => seen.push(visitor) }))).toEqual([]);
    expect(seen).toEqual(['seed:anna']);
  });

  it('may name a seeded customer ID instead of another visitor', async () => {
    const text =
      'timestamp,reportSuiteID,userAgent,pageName,customerID.crm.id,customerID.crm.isMCSeed\n' +
      '1425204000,rs,Mozilla,Home,anna,1\n1425204000,rs,Mozilla,Home,anna,0\n';
    expect(told(await lintText(text))).toEqual(['required-value / row skipped × 1']);
  });
});

describe('the gzip form', () => {
  const good = gzipSync(`${head}\n${row}\n`);
  const changed = (at: number): Buffer => {
    const copy = Buffer.from(good);
    copy[at < 0 ? copy.length + at : at] = (copy.at(at) ?? 0) ^ 0xff;
    return copy;
  };
  const named = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 4 | 8 | 16 | 2, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3]),
    Buffer.from('name\0comment\0'),
    Buffer.from([9, 9]),
    good.subarray(10),
  ]);
  it.each<[string, Buffer, string[], string | null]>([
    ['empty file', Buffer.alloc(0), ['gzip / file rejected × 1'], 'an empty file'],
    ['plain text', Buffer.from(`${head}\n${row}\n`), ['gzip / file rejected × 1'], 'no gzip file'],
    ['one byte', Buffer.from([0x1f]), ['gzip / file rejected × 1'], 'no gzip file'],
    ['cut off in its data', good.subarray(0, 40), ['gzip / file rejected × 1'], 'the compressed data ends too early'],
    [
      'cut off in its checksum',
      good.subarray(0, -3),
      ['gzip / file rejected × 1'],
      'the file ends before its checksum',
    ],
    ['a wrong checksum', changed(-8), ['gzip / file rejected × 1'], 'the checksum does not fit the content'],
    ['a wrong length', changed(-1), ['gzip / file rejected × 1'], 'the stored length does not fit the content'],
    ['a long header', named, [], null],
    [
      'two members',
      Buffer.concat([good, gzipSync(`${row}\n`)]),
      ['gzip-member / file rejected × 1'],
      '2 gzip members, all of which were read here; Adobe does not say if it reads on',
    ],
    [
      'the header again in a second member',
      Buffer.concat([good, good]),
      ['timestamp / row skipped × 1', 'gzip-member / file rejected × 1'],
      null,
    ],
    [
      'a second member that is cut off',
      Buffer.concat([good, good.subarray(0, 40)]),
      ['gzip / file rejected × 1'],
      'gzip member 2: the compressed data ends too early',
    ],
    [
      'a second member with a wrong checksum',
      Buffer.concat([good, changed(-8)]),
      ['timestamp / row skipped × 1', 'gzip / file rejected × 1'],
      null,
    ],
    ['an empty second member', Buffer.concat([good, gzipSync('')]), ['gzip-member / file rejected × 1'], null],
    ['a byte too many', Buffer.concat([good, Buffer.alloc(1)]), ['gzip-member / file rejected × 1'], null],
    ['an empty first member', Buffer.concat([gzipSync(''), good]), ['gzip-member / file rejected × 1'], null],
    ['much behind it', Buffer.concat([good, Buffer.alloc(1_000_000, 7)]), ['gzip-member / file rejected × 1'], null],
  ])('%s', async (_name, bytes, findings, message) => {
    const report = await lintBytes(bytes);
    expect(told(report)).toEqual(findings);
    expect(report.gzSha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(report.gzBytes).toBe(bytes.length);
    if (message !== null) expect(report.findings[0]?.samples[0]?.message).toBe(message);
  });

  it('of many members is read to its end, rows across their borders included', async () => {
    const text = `${head}\n${`${row}\n`.repeat(500)}`;
    const pieces = Array.from({ length: Math.ceil(text.length / 7) }, (_, i) => text.slice(i * 7, i * 7 + 7));
    const report = await lintBytes(Buffer.concat(pieces.map((piece) => gzipSync(piece))));
    expect([report.rows, report.rawBytes]).toEqual([500, Buffer.byteLength(text)]);
    expect(report.rawSha256).toBe(createHash('sha256').update(text).digest('hex'));
    expect(told(report)).toEqual(['gzip-member / file rejected × 1']);
  });

  it('notices any byte that is changed behind the header', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10, max: good.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const copy = Buffer.from(good);
          copy[at] = (copy[at] ?? 0) ^ by;
          expect((await lintBytes(copy)).ok).toBe(false);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('finds damage in the middle of a long file', async () => {
    const bytes = gzipSync(Buffer.from(Array.from({ length: 2_000_000 }, (_, i) => (i * i) % 251)));
    bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 100);
    const report = await lintBytes(bytes);
    expect(report.findings.some(({ rule }) => rule === 'gzip')).toBe(true);
    expect(report.ok).toBe(false);
  });
});

describe('a gzip file whose end falls on the border of the pieces in which it is read', () => {
  // Stored blocks make the size predictable, so that each byte of the checksum can be put on the border.
  const sized = (target: number): Buffer => {
    const start = `${head}\n1425204000,rs,v1,Mozilla,`;
    let padding = target - 400;
    for (let round = 0; round < 5; round++) {
      const bytes = gzipSync(`${start}${'x'.repeat(padding)}\n`, { level: 0 });
      if (bytes.length === target) return bytes;
      padding += target - bytes.length;
    }
    throw new Error('no such size');
  };
  it.each([-1, 0, 1, 2, 7, 8, 9, 20])('%i bytes behind it', async (behind) => {
    const bytes = sized(262_144 + behind);
    expect(told(await lintBytes(bytes))).toEqual(['byte-limit / value cut × 1']);
    const more = Buffer.concat([bytes, Buffer.alloc(300_000, 1)]);
    expect(told(await lintBytes(more))).toEqual(['byte-limit / value cut × 1', 'gzip-member / file rejected × 1']);
    expect(told(await lintBytes(bytes.subarray(0, -1)))).toContain('gzip / file rejected × 1');
  });
});

describe('the file', () => {
  it.each<[string, string | Buffer, string[], boolean]>([
    ['nothing in it', '', ['header / file rejected × 1'], false],
    ['a header and no row', `${head}\n`, ['no-rows / file rejected × 1'], false],
    ['a byte order mark', `\uFEFF${head}\n${row}\n`, ['byte-order-mark / file rejected × 1'], false],
    ['a header that is no CSV', `"a"b,${head}\n${row}\n`, ['header / file rejected × 1'], false],
    ['a header twice', `${head},PAGENAME\n${row},x\n`, ['duplicate-header / file rejected × 1'], false],
    [
      'an unknown header twice',
      `${head},X,x\n${row},1,2\n`,
      ['unknown-header / value lost × 1', 'duplicate-header / file rejected × 1'],
      false,
    ],
    ['customer ID types of different case', `${head},customerID.a.id,customerID.A.id\n${row},1,2\n`, [], true],
    ['an empty header', `${head},\n${row},\n`, ['empty-header / file rejected × 1'], false],
    ['unknown headers', `${head},evar251,page_name\n${row},1,2\n`, ['unknown-header / value lost × 2'], true],
    [
      'no visitor, no time',
      'reportSuiteID,userAgent,pageName\nrs,Mozilla,Home\n',
      ['missing-header / file rejected × 2', 'required-value / row skipped × 1'],
      false,
    ],
    ['blank lines', `${head}\n\n${row}\n\n`, ['blank-line / unsure × 2'], true],
  ])('%s', async (_name, text, findings, ok) => {
    const report = await lintText(text);
    expect(told(report)).toEqual(findings);
    expect(report.ok).toBe(ok);
  });

  it('tells the nearest name of an unknown header', async () => {
    const { findings } = await lintText(`${head},page_url\n${row},x\n`);
    expect(findings[0]?.samples).toEqual([
      {
        rule: 'unknown-header',
        consequence: 'value lost',
        row: null,
        column: 'page_url',
        value: null,
        message: 'Adobe has no column "page_url" and ignores its values: did you mean pageURL?',
      },
    ]);
  });

  it('is held against the limits it is given', async () => {
    const text = `${head}\n${row}\n`;
    const raw = Buffer.byteLength(text);
    const gz = gzipSync(text).length;
    const exactly = { maxGzBytes: gz, maxRawBytes: raw };
    expect(told(await lintText(text, { limits: exactly }))).toEqual([]);
    expect(told(await lintText(text, { limits: { maxGzBytes: gz - 1, maxRawBytes: raw - 1 } }))).toEqual([
      'gz-size / file rejected × 1',
      'raw-size / file rejected × 1',
    ]);
  });

  it('that is not there is an error', async () => {
    await expect(lintFile(join(folder, 'none.csv.gz'))).rejects.toMatchObject({
      name: 'MigrationError',
      code: 'input.not-found',
    });
    await expect(lintFile(folder)).rejects.toMatchObject({ code: 'input.invalid', next: 'Name the files in it.' });
  });
});

describe('rows', () => {
  const wide = 'timestamp,reportSuiteID,visitorID,userAgent,pageName,pageURL,linkType,linkName,linkURL,purchaseID';
  const cells = (over: Record<string, string>): string => {
    const values: Record<string, string> = {
      timestamp: '1425204000',
      reportSuiteID: 'rs',
      visitorID: 'v1',
      userAgent: 'Mozilla',
      pageName: 'Home',
      ...over,
    };
    return wide
      .split(',')
      .map((name) => `"${(values[name] ?? '').replaceAll('"', '""')}"`)
      .join(',');
  };
  it.each<[string, Record<string, string>, string[]]>([
    ['good', {}, []],
    ['no time', { timestamp: '' }, ['required-value / row skipped × 1']],
    ['no suite', { reportSuiteID: '' }, ['required-value / row skipped × 1']],
    ['no visitor', { visitorID: '' }, ['required-value / row skipped × 1']],
    ['no user agent', { userAgent: '' }, ['required-value / row skipped × 1']],
    ['no page', { pageName: '' }, ['required-value / row skipped × 1']],
    ['a link', { pageName: '', linkType: 'o', linkName: 'n' }, []],
    ['a link with a page', { linkName: 'n' }, ['link-with-page / value lost × 1']],
    ['a bare link', { linkType: 'o' }, ['bare-link / hit dropped × 1']],
    ['milliseconds', { timestamp: '1425204000000' }, ['timestamp / row skipped × 1']],
    ['a fraction', { timestamp: '1425204000.5' }, ['timestamp / row skipped × 1']],
    ['a fraction in ISO', { timestamp: '2015-03-01T10:00:00.000Z' }, ['timestamp / row skipped × 1']],
    ['no offset', { timestamp: '2015-03-01T10:00:00' }, ['timestamp-zone / value misread × 1']],
    ['a blank inside', { timestamp: '2015-03-01 10:00:00' }, ['timestamp / row skipped × 1']],
    ['no such day', { timestamp: '2015-02-29T10:00:00Z' }, ['timestamp / row skipped × 1']],
    ['before 2001', { timestamp: '999999999' }, ['timestamp-early / unsure × 1']],
    ['before 1970', { timestamp: '-5' }, ['timestamp-early / unsure × 1']],
    ['a tab', { pageName: 'a\tb' }, ['control-character / value misread × 1']],
    ['a line break', { pageName: 'a\nb' }, ['control-character / value misread × 1']],
    ['NUL', { pageName: 'a\0b' }, ['control-character / value misread × 1']],
    ['100 bytes', { pageName: 'a'.repeat(100) }, []],
    ['101 bytes', { pageName: `${'a'.repeat(99)}ä` }, ['byte-limit / value cut × 1']],
    ['a long purchase ID', { purchaseID: '123456789012345678901' }, ['byte-limit / value cut × 1']],
    ['suites with blanks', { reportSuiteID: 'rs, rs2' }, ['report-suite / hit dropped × 1']],
    ['a suite that stands twice', { reportSuiteID: 'rs,rs' }, ['suite-twice / unsure × 1']],
    ['a foreign suite', { reportSuiteID: 'rs,other' }, ['report-suite / hit dropped × 1']],
  ])('%s', async (_name, over, findings) => {
    const report = await lintText(`${wide}\n${cells({})}\n${cells(over)}\n`, { suites: ['rs', 'rs2'] });
    expect(told(report)).toEqual(findings);
    expect(report.rows).toBe(2);
    expect(report.findings.map(({ samples }) => samples[0]?.row)).toEqual(findings.map(() => 2));
  });

  it.each<[string, string, string[]]>([
    ['a currency', 'EUR,', []],
    ['no currency', ',', []],
    ['none of Adobe’s', 'Eur,', ['currency / hit dropped × 2']],
    ['one in ISO 4217 only', 'RON,', ['currency-unlisted / unsure × 2']],
    ['one in queryString', ',v1=a&cc=EUR', []],
    ['none of Adobe’s in queryString', ',v1=a&cc=eur', ['currency / hit dropped × 2']],
  ])('are dropped for their currency, so that it is no rule of values: %s', async (_name, cells, findings) => {
    const text = `${head},currencyCode,queryString\n${row},EUR,\n${row},${cells}\n${row},${cells}\n`;
    expect(told(await lintText(text))).toEqual(findings);
  });

  it('of another kind of visitor ID than the first are told, as values are', async () => {
    const text = `timestamp,reportSuiteID,userAgent,pageName,visitorID,ipaddress\n${[
      'v1,192.0.2.1',
      ',192.0.2.1',
      'v2,',
      ',192.0.2.2',
    ]
      .map((ids) => `1425204000,rs,Mozilla,Home,${ids}`)
      .join('\n')}\n`;
    const report = await lintText(text, { values: true });
    const found = report.findings.find(({ rule }) => rule === 'visitor-kinds');
    expect([found?.count, found?.consequence]).toEqual([2, 'unsure']);
    expect(found?.samples[0]).toMatchObject({
      row: 2,
      message: "ipaddress names the visitor here, visitorID in the file's first row",
    });
    expect(told(await lintText(text))).toEqual([]);
  });

  it('are read as the report suite would: only its own seed names the visitor', async () => {
    const text =
      'timestamp,reportSuiteID,userAgent,pageName,customerID.crm.id,customerID.crm.isMCSeed\n1425204000,rs,Mozilla,Home,anna,1\n';
    expect(told(await lintText(text, { suite: { seed: 'crm' } }))).toEqual([]);
    expect(told(await lintText(text, { suite: { seed: null } }))).toEqual([
      'missing-header / file rejected × 1',
      'required-value / row skipped × 1',
    ]);
  });

  it('are numbered from 1, malformed ones and ones of another width included', async () => {
    const report = await lintText(`${head}\n${row}\n"x"y,1\n${row},\n${row}\n1,2\n"open\n`);
    expect(report.rows).toBe(6);
    expect(report.findings.map(({ rule, samples }) => [rule, samples.map((sample) => sample.row)])).toEqual([
      ['csv', [2, 6]],
      ['column-count', [3, 5]],
    ]);
  });

  it('keep ten samples and 80 characters', async () => {
    const long = `${'x'.repeat(200)}`;
    const report = await lintText(`${head}\n${`1425204000,rs,v1,Mozilla,${long}\n`.repeat(25)}`);
    expect(told(report)).toEqual(['byte-limit / value cut × 25']);
    const samples = report.findings[0]?.samples ?? [];
    expect(samples.map((sample) => sample.row)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(samples[0]).toEqual({
      rule: 'byte-limit',
      consequence: 'value cut',
      row: 1,
      column: 'pageName',
      value: `${'x'.repeat(79)}…`,
      message: '200 bytes; Adobe keeps 100',
    });
  });

  it('count context data of queryString with that of columns', async () => {
    const cells = (left: number) =>
      `${row},${'x'.repeat(20_000)},pageType=errorPage&c.k=${'%C3%A4'.repeat((left - 1) / 2)}`;
    const text = `${head},contextData.a_key,queryString\n${cells(11_995)}\n${cells(11_997)}\n`;
    expect(told(await lintText(text))).toEqual(['context-size / value lost × 1']);
    const bracketed = `c.&a.&${Array.from({ length: 4_000 }, (_, i) => `k${1000 + i}=1`).join('&')}&.a&.c`;
    expect(told(await lintText(`${head},queryString\n${row},${bracketed}\n`))).toEqual([]);
    const longer = bracketed.replace('a.&', 'page.&').replace('&.a&', '&.page&');
    expect(told(await lintText(`${head},queryString\n${row},${longer}\n`))).toEqual(['context-size / value lost × 1']);
  });

  it('count context data as a whole', async () => {
    const text = `${head},contextData.a_key,contextData.b\n${row},${'x'.repeat(31_990)},\n${row},${'x'.repeat(31_990)},12345\n`;
    expect(told(await lintText(text))).toEqual(['context-size / value lost × 1']);
  });

  it('that are no UTF-8 are named, also across the pieces in which a file is read', async () => {
    const good = Buffer.from(`1425204000,rs,v1,Mozilla,ä€😀\n`.repeat(20_000));
    const bad = Buffer.from([...Buffer.from('1425204000,rs,v1,Mozilla,M'), 0xfc, ...Buffer.from('nchen\n')]);
    expect(told(await lintText(Buffer.concat([Buffer.from(`${head}\n`), good])))).toEqual([]);
    const report = await lintText(Buffer.concat([Buffer.from(`${head}\n`), good, bad, good]));
    expect(report.findings).toMatchObject([
      { rule: 'utf-8', consequence: 'value misread', count: 1, samples: [{ row: 20_001, column: 'pageName' }] },
    ]);
    const open = await lintText(
      Buffer.concat([Buffer.from(`${head}\n`), good, bad.subarray(0, 26), Buffer.from([0xc3])]),
    );
    expect(told(open)).toEqual(['utf-8 / value misread × 1']);
  });
});

it('reads 40 MB in little memory', async () => {
  const gz = gzipSync(`${head}\n${`${row} and ${'x'.repeat(60)}\n`.repeat(400_000)}`);
  const path = join(folder, 'long.csv.gz');
  await writeFile(path, gz);
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }, 20);
  const report = await lintFile(path);
  clearInterval(watch);
  expect(report).toMatchObject({ ok: true, rows: 400_000 });
  expect(most - before).toBeLessThan(30_000_000);
});
