import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { Database } from '../dist/index.js';
import { createRandom } from './random.js';
import { createShuffler } from './shuffle.js';

/** The columns of the legacy table, in order; all text except the id. */
export const columns = [
  'hit_id',
  'local_time',
  'visitor_id',
  'visit_no',
  'ip',
  'browser',
  'kind',
  'page_url',
  'page_title',
  'referrer_url',
  'section',
  'author',
  'campaign',
  'language',
  'screen',
  'search_words',
  'variant',
  'content_id',
  'note',
  'order_no',
  'revenue',
  'currency',
];

/** All hits lie between these instants, Unix seconds: two years. */
export const firstSecond = Date.UTC(2022, 0, 1) / 1000;
export const endSecond = Date.UTC(2024, 0, 1) / 1000;

const activeVisitors = 500;
const bytesPerWrite = 1 << 20;

/**
 * Writes the same `rows` hits as a CSV file (RFC 4180, LF, header line) and as the table `hits` of a SQLite database,
 * in time order, and as a CSV file in an order of chance. Equal rows and seed give equal files. Resolves to the size and
 * SHA-256 of the first CSV and to the number of rows with a line break inside a cell; rejects where `signal` is aborted.
 */
export async function generate({ rows, seed, csvPath, shuffledPath, sqlitePath, signal }) {
  const database = new Database(sqlitePath);
  const csv = openSync(csvPath, 'wx');
  try {
    database.pragma('journal_mode = OFF');
    database.exec(`CREATE TABLE hits (hit_id INTEGER PRIMARY KEY, ${columns.slice(1).join(' TEXT, ')} TEXT)`);
    const insert = database.prepare(`INSERT INTO hits VALUES (${columns.map(() => '?').join(', ')})`);
    const hash = createHash('sha256');
    let bytes = 0;
    let brokenRows = 0;
    const head = `${columns.join(',')}\n`;
    const shuffler = createShuffler({ count: rows, seed, path: shuffledPath, head });
    let pending = '';
    const flush = () => {
      const block = Buffer.from(pending);
      pending = '';
      hash.update(block);
      bytes += block.length;
      for (let at = 0; at < block.length; ) at += writeSync(csv, block, at);
    };
    pending = head;
    database.exec('BEGIN');
    for (const row of hits(rows, seed)) {
      insert.run(row.map((cell) => (cell === '' ? null : cell)));
      if (row.some((cell) => cell.includes('\n'))) brokenRows += 1;
      const line = `${row.map(csvCell).join(',')}\n`;
      shuffler.add(line);
      pending += line;
      if (pending.length < bytesPerWrite) continue;
      flush();
      // Signals are heard between two turns of the event loop only.
      await setImmediate();
      signal.throwIfAborted();
    }
    flush();
    shuffler.end();
    fsyncSync(csv);
    database.exec('COMMIT; CREATE INDEX hits_by_time ON hits (local_time, hit_id)');
    return { bytes, sha256: hash.digest('hex'), brokenRows };
  } finally {
    closeSync(csv);
    database.close();
  }
}

/** The rows, each an array of texts in the order of `columns`; the empty text is NULL. */
export function* hits(rows, seed) {
  const random = createRandom(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const visitors = Array.from({ length: activeVisitors }, () => newVisitor(random, pick));
  const secondsPerRow = (endSecond - firstSecond) / rows;
  for (let index = 0; index < rows; index++) {
    const slot = Math.floor(random() * activeVisitors);
    if (random() < 0.06) visitors[slot] = newVisitor(random, pick);
    const visitor = visitors[slot];
    const instant = Math.floor(firstSecond + (index + random()) * secondsPerRow);
    yield hitOf(index, instant, visitor, random, pick);
  }
}

function hitOf(index, instant, visitor, random, pick) {
  const chance = random();
  const kind = chance < 0.03 ? 'order' : chance < 0.1 ? 'download' : 'view';
  const section = pick(sections);
  const content = Math.floor(random() * 40_000);
  const words = `${pick(nouns)} ${pick(nouns)} ${pick(nouns)}`;
  const isEntry = random() < 0.2;
  const isSearch = random() < 0.15;
  const query = isSearch ? `?q=${pick(nouns)}&page=${1 + Math.floor(random() * 9)}` : '';
  const isOrder = kind === 'order';
  return [
    String(4_000_000_000_000 + index),
    localTime(instant),
    visitor.id,
    String(1 + (content % 30)),
    visitor.ip,
    visitor.browser,
    kind,
    `https://www.example-shop.pl/${section}/${content}-${words.replaceAll(' ', '-')}.html${query}`,
    `${words[0].toUpperCase()}${words.slice(1)} – ${pick(titles)} &amp; ${section}`,
    isEntry ? `https://${pick(referrers)}/search?for=${pick(nouns)}+${pick(nouns)}` : '',
    section,
    pick(authors),
    isEntry && random() < 0.4 ? `newsletter-${1 + Math.floor(random() * 200)}` : '',
    visitor.language,
    visitor.screen,
    isSearch ? `${pick(nouns)} ${pick(nouns)}` : '',
    random() < 0.5 ? 'A' : 'B',
    `content-${content}`,
    random() < 0.017 ? `wrote: "${words}"\nthen left, "${pick(nouns)}"` : `seen ${pick(nouns)}`,
    isOrder ? `P${index}` : '',
    isOrder ? `${10 + Math.floor(random() * 900)}.${10 + Math.floor(random() * 90)}` : '',
    isOrder ? pick(currencies) : '',
  ];
}

function newVisitor(random, pick) {
  const digits = () => String(Math.floor(random() * 1e9)).padStart(9, '0');
  const byte = () => 1 + Math.floor(random() * 250);
  return {
    id: `${1 + Math.floor(random() * 9)}${digits()}${digits()}`,
    ip: `${byte()}.${byte()}.${byte()}.${byte()}`,
    browser: `${pick(browsers)}${90 + Math.floor(random() * 30)}.0.${digits().slice(5)} Safari/537.36`,
    language: pick(languages),
    screen: pick(screens),
  };
}

/** `YYYY-MM-DD HH:MM:SS` as the clocks of Warsaw showed it: UTC+1, in summer UTC+2, by the rule of the European Union. */
function localTime(instant) {
  const year = new Date(instant * 1000).getUTCFullYear();
  const isSummer = instant >= lastSundayOf(year, 2) && instant < lastSundayOf(year, 9);
  return new Date((instant + (isSummer ? 7200 : 3600)) * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

/** 01:00 UTC of the last Sunday of a month of 31 days, Unix seconds. */
function lastSundayOf(year, month) {
  const last = new Date(Date.UTC(year, month, 31, 1));
  return (last.getTime() - last.getUTCDay() * 86_400_000) / 1000;
}

/** A cell of RFC 4180: in quotes only where it has to be. */
export function csvCell(cell) {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

const sections = ['garden', 'kitchen', 'travel', 'books', 'music', 'outdoor', 'children', 'sale'];
const nouns = (
  'lamp chair window kettle bicycle tent carpet violin mirror blanket hammer basket lantern teapot ladder ' +
  'pillow compass bucket candle drawer shelf whistle helmet barrel saddle bottle cushion trumpet scarf anchor'
).split(' ');
const titles = [
  'Sklep z półką',
  'Nowości źródłowe',
  'Käse und Brot',
  'Été à Paris',
  '東京の店',
  'Łódź 🚲 dziś',
  'Plain offer',
];
const authors = ['Anna Nowak', 'Jan Kowalski', 'Ewa Wiśniewska', 'Tomasz Zieliński', 'Maria Lis', ''];
const referrers = ['search.example.com', 'news.example.org', 'portal.example.net'];
const languages = ['pl', 'pl-PL', 'de-DE', 'en-GB', 'fr'];
const screens = ['1920x1080', '1366x768', '390x844', '2560x1440', 'unknown'];
const currencies = ['PLN', 'EUR'];
const browsers = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/',
  'Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/',
];
