import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import dayjs from 'dayjs';
import Papa from 'papaparse';
import { groupCount, groupPrefix } from './contenders.js';

// What a competent developer writes in an afternoon, kept as a yardstick: an object per row, dayjs per row, a URL per
// row, papaparse's unparse per row, one gzip stream per group. It knows this one mapping only. It neither sorts nor
// cuts, hashes, checks limits, keeps a record or survives a kill.
//
// node bench/naive.js rows.csv folder        (TZ must be the zone of the rows)

const [csvPath, folder] = process.argv.slice(2);
const text = createReadStream(csvPath, { encoding: 'utf8' });
const rows = text.pipe(Papa.parse(Papa.NODE_STREAM_INPUT, { header: true }));
const files = new Map();
for await (const row of rows) {
  const hit = hitOf(row);
  const group = groupOf(hit.visitorID);
  let gzip = files.get(group);
  if (gzip === undefined) {
    gzip = createGzip({ level: 6 });
    gzip.pipe(createWriteStream(`${folder}/${groupPrefix}_${group}.csv.gz`));
    gzip.write(`${Papa.unparse([Object.keys(hit)])}\n`);
    files.set(group, gzip);
  }
  if (!gzip.write(`${Papa.unparse([Object.values(hit)])}\n`)) await once(gzip, 'drain');
}
for (const gzip of files.values()) {
  gzip.end();
  await finished(gzip);
}

function groupOf(visitor) {
  const digest = createHash('sha256').update(`vid:${visitor}`).digest('hex');
  return Number.parseInt(digest.slice(0, 12), 16) % groupCount;
}

function hitOf(row) {
  const isDownload = row.kind === 'download';
  const isOrder = row.kind === 'order';
  const url = new URL(row.page_url);
  const campaign = row.campaign === '' ? '' : `|${row.campaign}`;
  return {
    timestamp: String(dayjs(row.local_time).unix()),
    reportSuiteID: 'benchdev',
    visitorID: row.visitor_id,
    ipaddress: row.ip,
    userAgent: row.browser,
    language: row.language.toLowerCase(),
    resolution: row.screen === 'unknown' ? '' : row.screen,
    pageURL: isDownload ? '' : row.page_url,
    pageName: isDownload ? '' : row.page_title.replaceAll('&amp;', '&'),
    channel: isDownload ? '' : row.section,
    server: url.hostname,
    referrer: row.referrer_url,
    campaign: row.campaign,
    prop1: url.pathname,
    prop2: row.author.toLowerCase(),
    prop3: { view: 'page', download: 'file', order: 'shop' }[row.kind],
    prop4: row.variant,
    eVar1: row.search_words.toLowerCase(),
    eVar2: `${row.section}|${row.content_id}${campaign}`,
    eVar3: row.visit_no,
    eVar4: row.note.replace(/[\r\n]+/g, ' '),
    eVar5: row.revenue,
    linkType: isDownload ? 'd' : '',
    linkURL: isDownload ? row.page_url : '',
    linkName: isDownload ? row.content_id : '',
    purchaseID: row.order_no,
    currencyCode: row.currency,
    events: isOrder ? 'purchase' : '',
  };
}
