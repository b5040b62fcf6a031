/** A value as better-sqlite3 binds it; ids are `bigint` since they have 19 digits. */
type Bound = string | number | bigint | null;

/** One visit and what happened in it: rows in the column order of the legacy tables. */
export interface LegacyVisit {
  readonly row: readonly Bound[];
  readonly pageviews: readonly (readonly Bound[])[];
  readonly events: readonly (readonly Bound[])[];
  readonly orders: readonly (readonly Bound[])[];
}

const start = Date.UTC(2023, 0, 1);
const twoYearsMs = 731 * 86_400_000;
const rowsPerVisit = 5.61;

const sections = ['garden', 'kitchen', 'bikes', 'books', 'lamps', 'blog', 'help'];
const things = [
  'chair',
  'table',
  'kettle',
  'saddle',
  'atlas',
  'lantern',
  'shelf',
  'rug',
  'über-lampe',
  'crème-brûlée-set',
];
const titles = [
  'Everything for the garden',
  'Chairs, tables and "more"',
  'Sale &amp; last pieces',
  'Café-Stühle für draußen',
  'Новинки сезона',
  'Lamps 💡 that last',
  'What people ask,\nand what we answer',
  'How a small workshop in the mountains builds lanterns by hand, and why every single one of them takes three days',
];
const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 16_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 13; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/112.0',
];
const languages = ['de-DE', 'en-US', 'en-GB', 'fr-FR', 'pl-PL', 'ru-RU'];
const screens = ['1920x1080', '1366x768', '390x844', '2560x1440', 'unknown'];
const referrers = [
  'https://www.google.com/',
  'https://duckduckgo.com/',
  'https://news.example.org/garden?id=7',
  null,
  null,
];
const actions = ['download', 'outlink', 'newsletter', 'search', 'heartbeat', 'heartbeat'];
const currencies = ['EUR', 'eur', 'USD', 'JPY'];

/** A seeded stream of numbers in [0, 1); the well-known 32-bit mulberry generator. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * A generator of visits in order of their start, spread over 2023 and 2024 so that about `rows` rows fill the two
 * years. Holds what real trackers hold: quotes, commas, line breaks, emoji, over-long titles, missing user agents,
 * hits in the same second, 19-digit ids, test orders, health checks.
 */
export function createLegacyVisits(seed: number, rows: number): () => LegacyVisit {
  const random = createRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const once = (outOf: number): boolean => below(outOf) === 0;
  const step = twoYearsMs / (rows / rowsPerVisit);
  const visitors = Math.max(50, Math.round(rows / 25));
  let visitId = 0;
  let pageviewId = 4_611_686_018_427_387_904n;
  let eventId = 0;
  let orderNumber = 0;

  const pageUrl = (): string => {
    const path = `/${pick(sections)}/${pick(things)}-${below(400)}`;
    const query = once(5) ? `?q=${encodeURIComponent(pick(things))}&page=${1 + below(4)}` : '';
    return `https://shop.example.com${once(60) ? '/health' : path + query}`;
  };
  const eventRow = (atMs: number, action: string): Bound[] => {
    eventId += 1;
    const category = action === 'heartbeat' ? 'engagement' : action.includes('cart') ? 'cart' : 'content';
    const target =
      action === 'download'
        ? 'https://shop.example.com/files/prices.pdf'
        : action === 'outlink'
          ? 'https://partner.example.net/'
          : null;
    const label = action === 'search' ? `${pick(things)}, "${pick(sections)}"` : null;
    return [eventId, visitId, sqlTime(atMs).slice(0, 19), category, action, label, target];
  };
  const orderRow = (atMs: number): Bound[] => {
    orderNumber += 1;
    const items = Array.from({ length: 1 + below(3) }, () => ({
      sku: `${pick(things).slice(0, 3).toUpperCase()}-${below(900)}`,
      category: pick(sections),
      quantity: 1 + below(3),
      price: `${1 + below(300)}.${String(below(100)).padStart(2, '0')}`,
    }));
    const number = `ORD-${new Date(atMs).getUTCFullYear()}-${String(orderNumber).padStart(7, '0')}`;
    return [number, visitId, BigInt(atMs), pick(currencies), JSON.stringify(items), once(40) ? 'test' : 'paid'];
  };

  return () => {
    visitId += 1;
    const startedMs = Math.min(Math.floor(start + (visitId - random()) * step), start + twoYearsMs - 3_600_000);
    const visitor = below(visitors);
    // What belongs to a visitor must not change from visit to visit: derived from its number, not drawn again.
    const agent = visitor % 211 === 0 ? null : agents[visitor % agents.length]!;
    const ip =
      visitor % 9 === 0 ? `2001:db8::${(visitor % 65_535).toString(16)}` : `203.0.${visitor % 113}.${visitor % 251}`;
    const row: Bound[] = [
      visitId,
      1,
      9_007_199_254_740_993_000n + BigInt(visitor),
      ip,
      agent,
      languages[visitor % languages.length]!,
      screens[visitor % screens.length]!,
      pick(referrers),
      once(6) ? `spring_${2023 + below(2)}` : null,
    ];
    let atMs = startedMs;
    const pageviews: Bound[][] = [];
    const events: Bound[][] = [];
    const views = 1 + below(8);
    for (let position = 1; position <= views; position += 1) {
      pageviewId += 1n;
      const missing = once(90);
      pageviews.push([
        pageviewId,
        visitId,
        position,
        sqlTime(atMs),
        pageUrl(),
        once(25) ? null : pick(titles),
        missing ? '404' : null,
      ]);
      // Every fifth page sends something within the same second.
      if (once(5)) events.push(eventRow(atMs + below(400), pick(actions)));
      atMs += once(12) ? below(900) : 2_000 + below(90_000);
    }
    const orders: Bound[][] = [];
    if (once(14)) {
      events.push(eventRow(atMs, 'add_to_cart'), eventRow(atMs + 1_000, 'checkout'));
      orders.push(orderRow(atMs + 20_000 + below(60_000)));
    }
    return { row, pageviews, events, orders };
  };
}

/** `YYYY-MM-DD HH:MM:SS.mmm` in UTC. */
function sqlTime(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
}
