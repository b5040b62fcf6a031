import { seededRandom } from './random.ts';

/** A row of the tests' legacy system, as it left it there. `url` is unique and so names the row wherever it arrives. */
export interface LegacyRow {
  readonly stream: 'views' | 'clicks';
  readonly id: bigint;
  /** Epoch ms; clicks know whole seconds only. */
  readonly time: number;
  readonly visitor: string;
  readonly url: string;
  readonly title: string;
  readonly agent: string;
  /** What has to become of it: a hit, or no hit as the mapping of the tests says. */
  readonly fate: 'hit' | 'rejected' | 'filtered';
}

/** The range that all rows lie in, half-open. */
export const legacyRange = { from: '2023-03-01', to: '2023-04-01' };
const firstMs = Date.parse('2023-03-01T00:00:00Z');
const lengthMs = 31 * 86_400_000;

const titles = [
  'Plain',
  'Comma, here',
  'A "quoted" title',
  'Two\nlines',
  'Zürich – 東京',
  'Ends with a smile 🙂',
  "O'Neill; & Sons",
];

/**
 * Rows with everything that files and databases stumble over: 19-digit ids, visitors with many hits in one second,
 * quotes, line breaks, emoji, rows without a user agent and rows that are to be left out. Newest first.
 */
export function legacyRows(seed: number, count: number): LegacyRow[] {
  const random = seededRandom(seed);
  const rows: LegacyRow[] = [];
  for (let number = 0; number < count; number += 1) {
    const stream = random() < 0.8 ? 'views' : 'clicks';
    // Bursts: every fourth row falls into the second of the one before it.
    const before = rows.at(-1);
    const drawn = firstMs + Math.floor(random() * lengthMs);
    const near = before !== undefined && random() < 0.25 ? Math.floor(before.time / 1000) * 1000 : null;
    const exact = near === null ? drawn : near + Math.floor(random() * 1000);
    const visitor = near === null ? `v${Math.floor(random() * 97)}` : before!.visitor;
    const draw = random();
    const fate = draw < 0.02 ? 'rejected' : draw < 0.05 ? 'filtered' : 'hit';
    rows.push({
      stream,
      id: 9_000_000_000_000_000_000n + BigInt(number),
      time: stream === 'views' ? exact : Math.floor(exact / 1000) * 1000,
      visitor,
      url: `https://shop.example.com/${fate === 'filtered' ? 'health' : stream}?n=${number}`,
      title: titles[Math.floor(random() * titles.length)]!,
      agent: fate === 'rejected' ? '' : 'Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/110.0',
      fate,
    });
  }
  return rows.sort((a, b) => b.time - a.time);
}

/** The URLs of each visitor's hits, in the order in which they have to arrive: time, views before clicks, id. */
export function expectedVisits(rows: readonly LegacyRow[]): Map<string, string[]> {
  const rank = { views: 0, clicks: 1 };
  const ordered = rows
    .filter(({ fate }) => fate === 'hit')
    .sort((a, b) => a.time - b.time || rank[a.stream] - rank[b.stream] || (a.id < b.id ? -1 : 1));
  return groupedBy(ordered, ({ visitor }) => visitor);
}

function groupedBy(rows: readonly LegacyRow[], keyOf: (row: LegacyRow) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row.url]);
  return groups;
}
