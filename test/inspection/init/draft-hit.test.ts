import { describe, expect, it } from 'vitest';
import { columnFacts } from '../../../src/inspection/init/column-facts.ts';
import { draftHit } from '../../../src/inspection/init/draft-hit.ts';
import { guessRoles } from '../../../src/inspection/init/guess-roles.ts';

const agent = 'Mozilla/5.0 (X11; Linux x86_64)';
const many = (make: (n: number) => string | null): (string | null)[] => Array.from({ length: 60 }, (_, n) => make(n));
/** Columns by name, each with sixty values. */
const columns = (of: Record<string, (n: number) => string | null>) =>
  Object.entries(of).map(([name, make]) => columnFacts(name, 'text', many(make)));

describe('draftHit', () => {
  const base = { visitor: (n: number) => `a-${n % 9}`, agent: () => agent, url: () => 'https://example.com/' };
  const hitOf = (of: Parameters<typeof columns>[0]) => {
    const all = columns(of);
    const { columns: made, skips, unmapped } = draftHit(guessRoles(all), all);
    const doubts = Object.fromEntries(made.map((one) => [one.column, one.doubts]));
    return { unmapped, skips, doubts, hit: Object.fromEntries(made.map(({ column, value }) => [column, value])) };
  };

  it('makes pages of all rows where no column names kinds of rows', () => {
    expect(hitOf(base).hit).toEqual({
      visitorID: { from: 'visitor', then: ['alnum'] },
      userAgent: 'agent',
      pageURL: 'url',
    });
  });

  it('makes links of rows that are no page views', () => {
    const kinds = ['page', 'page', 'download', 'outlink', 'heartbeat'];
    const { hit } = hitOf({ ...base, kind: (n) => kinds[n % 5] ?? null });
    const isLink = { not: { kind: 'page' } };
    expect(hit).toMatchObject({
      pageURL: { from: 'url', when: { kind: 'page' } },
      linkType: {
        first: [
          { const: 'd', when: { kind: 'download' } },
          { const: 'e', when: { kind: 'outlink' } },
          { const: 'o', when: isLink },
        ],
      },
      linkName: { from: 'kind', when: isLink },
    });
  });

  it.each([
    'pageview',
    'PAGE',
    '$pageview',
    '$mp_web_page_view',
    '[Amplitude] Page Viewed',
    '[CLY]_view',
    'Viewed Page',
    'Loaded a Page',
    'page_viewed',
    'screen_view',
  ])('knows %s as the view of a page', (view) => {
    const { hit } = hitOf({ ...base, event: (n) => (n % 2 === 0 ? view : 'Button Clicked') });
    expect(hit['pageURL']).toEqual({ from: 'url', when: { event: view } });
    expect(hit['linkName']).toEqual({ from: 'event', when: { not: { event: view } } });
  });

  it('says that each row becomes a page view where no event is known as one', () => {
    const names = ['Article Read', 'Button Clicked', 'Song Played', 'Signed Up'];
    const { hit, doubts } = hitOf({ ...base, event: (n) => names[n % 4] ?? null });
    expect(hit['pageURL']).toBe('url');
    expect(doubts['pageURL']).toEqual([
      expect.stringMatching(
        /^event says what a row is \(Article Read, Button Clicked, Song Played …\), and none of it is known/,
      ),
    ]);
    expect(hitOf({ ...base, event: () => 'pageview' }).doubts['pageURL']).toEqual([]);
  });

  it('puts the query behind the path, whose question mark it may hold', () => {
    const { url: _, ...rows } = base;
    const parts = { ...rows, host: () => 'example.com', path: () => '/a' };
    const urlOf = (query: string) => hitOf({ ...parts, query: (n) => (n % 2 === 0 ? query : null) }).hit['pageURL'];
    expect(urlOf('x=1')).toEqual({ template: 'https://{host}{path}[?{query}]' });
    expect(urlOf('?x=1')).toEqual({ template: 'https://{host}{path}[{query}]' });
  });

  it('says how a cookie becomes the visitor where only the address tells who it was', () => {
    const { visitor: _, ...rows } = base;
    const address = { ...rows, 'c-ip': (n: number) => `198.51.100.${n % 9}` };
    expect(hitOf(address).doubts['ipaddress']?.[0]).toMatch(/all that share an address become one visitor$/);
    const { hit, doubts } = hitOf({ ...address, 'cs(Cookie)': (n) => `sid=a${n % 9};+theme=dark` });
    expect(hit).not.toHaveProperty('visitorID');
    expect(doubts['ipaddress']?.[0]).toContain('{ from: cs(Cookie), then: [ { extract: "NAME=([^;]+)" }, alnum ] }');
    expect(hitOf({ ...base, ...address, visitor: base.visitor }).doubts['ipaddress']).toEqual([]);
  });

  it('makes links of all rows of events that tell of no page', () => {
    const { url: _, ...events } = base;
    const names = ['Signed Up', 'Brochure Download', 'Song Played'];
    const { hit, doubts } = hitOf({ ...events, event_name: (n) => names[n % 3] ?? null });
    expect(hit).toMatchObject({
      linkType: { first: [{ const: 'd', when: { event_name: 'Brochure Download' } }, { const: 'o' }] },
      linkName: 'event_name',
    });
    expect(doubts['linkName']).toEqual([expect.stringMatching(/^no column looks as if it says a page/)]);
  });

  it('says which events have no name, and makes no second link of orders among them', () => {
    const { url: _, ...events } = base;
    const of = {
      event: (n: number) => (n % 6 === 0 ? null : 'Order Completed'),
      order_id: (n: number) => `A-${n % 9}`,
    };
    const { hit, doubts } = hitOf({ ...events, ...of });
    expect(hit).toMatchObject({ linkType: { const: 'o' }, linkName: 'event', purchaseID: { from: 'order_id' } });
    expect(doubts['linkName']?.[1]).toBe('10 of 60 sampled rows lack it, and are rejected');
  });

  it('joins host and path, and leaves a path alone as the name of the page', () => {
    const { url: _, ...rest } = base;
    expect(hitOf({ ...rest, path: () => '/a', host: () => 'www.example.com' }).hit).toMatchObject({
      pageURL: { template: 'https://{host}{path}' },
      server: 'host',
    });
    const alone = hitOf({ ...rest, path: () => '/a' });
    expect(alone.hit).toMatchObject({ pageName: 'path' });
    expect(alone.doubts['pageName']?.[0]).toContain('https://your.host{path}');
  });

  it('writes user agents from parts where there is none, or not always', () => {
    const { agent: _, ...rest } = base;
    const device = { const: 'desktop' };
    expect(hitOf(rest).hit).toMatchObject({ userAgent: { device } });
    expect(hitOf({ ...rest, browser: () => 'Firefox', os: () => 'Linux' }).hit).toMatchObject({
      userAgent: { browser: 'browser', os: 'os', device },
    });
    expect(hitOf({ ...rest, agent: (n) => (n % 2 === 0 ? agent : null), browser: () => 'Firefox' }).hit).toMatchObject({
      userAgent: { real: 'agent', browser: 'browser', device },
    });
    expect(hitOf({ ...rest, agent: (n) => (n % 2 === 0 ? agent : null) }).doubts['userAgent']?.[0]).toContain(
      '30 of 60',
    );
  });

  it('makes purchases of orders', () => {
    const order = (n: number) => (n % 10 === 0 ? `A-${n}` : null);
    const of = {
      ...base,
      order_id: order,
      revenue: (n: number) => (n % 10 === 0 ? '12.50' : null),
      currency: () => 'eur',
    };
    const isOrder = { present: ['order_id'] };
    expect(hitOf(of).hit).toMatchObject({
      purchaseID: { from: 'order_id', overflow: 'hash' },
      events: [{ event: 'purchase', when: isOrder }],
      currencyCode: { from: 'currency', when: isOrder, then: ['upper'] },
      products: {
        name: { const: 'order', when: isOrder },
        quantity: { const: '1' },
        lineTotal: { from: 'revenue', when: isOrder },
      },
    });
  });

  describe('of a column that lists products', () => {
    const item = { item_id: 'SKU-1', item_name: 'Rake', item_category: '(not set)', price: 4.5, quantity: 2 };
    const listed = {
      ...base,
      transaction_id: (n: number) => (n % 6 > 2 ? `A-${n}` : null),
      purchase_revenue: () => '9',
      items: (n: number) => (n % 6 > 2 ? JSON.stringify([{ ...item, item_category: 'tools' }, item]) : '[]'),
    };

    it('makes products of its items', () => {
      const { hit, unmapped } = hitOf(listed);
      expect(hit['products']).toEqual({
        each: 'items',
        name: 'item_id',
        category: { from: 'item_category', then: [{ nullIf: ['(not set)'] }] },
        quantity: 'quantity',
        unitPrice: 'price',
      });
      expect(unmapped.map(({ name }) => name)).toEqual(['purchase_revenue']);
    });

    it('makes no purchase of a checkout or a refund that has the number of an order', () => {
      const kinds = ['page_view', 'view_item', 'add_to_cart', 'begin_checkout', 'purchase', 'refund'];
      const { hit, doubts } = hitOf({ ...listed, event_name: (n) => kinds[n % 6] ?? null });
      const when = (event_name: string) => ({ event_name });
      expect(hit['purchaseID']).toEqual({ from: 'transaction_id', when: when('purchase'), overflow: 'hash' });
      expect(hit['events']).toEqual([
        { event: 'purchase', when: when('purchase') },
        { event: 'prodView', when: when('view_item') },
        { event: 'scAdd', when: when('add_to_cart') },
        { event: 'scCheckout', when: when('begin_checkout') },
      ]);
      expect(doubts['products']).toEqual([expect.stringMatching(/^products of refund, where there are any/)]);
    });

    it('knows events as Segment names them', () => {
      const kinds = [
        'Product Viewed',
        'Product Added',
        'Product Removed',
        'Cart Viewed',
        'Checkout Started',
        'Order Completed',
      ];
      const { hit } = hitOf({ ...listed, event: (n) => kinds[n % 6] ?? null });
      expect(hit['events']).toEqual([
        { event: 'purchase', when: { event: 'Order Completed' } },
        { event: 'prodView', when: { event: 'Product Viewed' } },
        { event: 'scAdd', when: { event: 'Product Added' } },
        { event: 'scRemove', when: { event: 'Product Removed' } },
        { event: 'scView', when: { event: 'Cart Viewed' } },
        { event: 'scCheckout', when: { event: 'Checkout Started' } },
      ]);
    });

    it.each([
      [[{ sku: 'a', line_total: 5 }], { each: 'items', name: 'sku', lineTotal: 'line_total' }],
      [[{ productId: 'a', unitPrice: '5.00', qty: 1 }], { name: 'productId', unitPrice: 'unitPrice', quantity: 'qty' }],
      [[{ title: 'A', quantity: 1 }], { name: 'title', quantity: 'quantity' }],
      [[{ name: 'no product', url: '/a' }], null],
      [
        [
          { item_id: '(not set)', item_name: 'Barrel', price: 5 },
          { item_id: 'b', item_name: 'Can', price: 6 },
        ],
        { name: { first: [{ from: 'item_id', then: [{ nullIf: ['(not set)'] }] }, 'item_name'] }, unitPrice: 'price' },
      ],
      [
        [
          { sku: 'a', title: 'A', price: 5 },
          { title: 'B', price: 6 },
        ],
        { name: { first: ['sku', 'title'] } },
      ],
      [[{ sku: 'a', title: 'A', price: 5 }], { name: 'sku' }],
      [['a', 'b'], null],
      [[{ price: 5 }], null],
    ])('of %j', (items, products) => {
      const { hit } = hitOf({ ...listed, items: () => JSON.stringify(items) });
      expect(hit['products']).toMatchObject(products ?? { lineTotal: { from: 'purchase_revenue' } });
    });
  });

  it('says which events are nothing that a visitor did', () => {
    const kinds = ['page_view', 'session_start', 'sign_up', 'user_engagement'];
    const { doubts, skips } = hitOf({ ...base, event_name: (n) => kinds[n % 4] ?? null });
    expect(doubts['linkName']).toEqual([
      expect.stringMatching(/^some are nothing that a visitor did, .*: skip: stands/),
    ]);
    expect(skips).toEqual({ helpers: { event_name: ['session_start', 'user_engagement'] } });
  });

  it('leaves out what is called a campaign and is none', () => {
    const { hit } = hitOf({ ...base, campaign: (n) => (n % 2 === 0 ? '(organic)' : 'spring (2024)') });
    expect(hit['campaign']).toEqual({ from: 'campaign', then: [{ nullIf: ['(organic)'] }] });
  });

  it('leaves out what says that there was no referrer', () => {
    const { hit } = hitOf({ ...base, $referrer: (n) => (n % 3 === 0 ? 'https://example.org/' : '$direct') });
    expect(hit['referrer']).toEqual({ from: '$referrer', then: [{ nullIf: ['$direct'] }] });
    expect(hitOf({ ...base, referrer: () => 'https://example.org/' }).hit['referrer']).toBe('referrer');
  });

  it('says that each row becomes a page view where codes tell what a row is', () => {
    const { hit, doubts } = hitOf({ ...base, event_type: (n) => ['1', '1', '2', '3'][n % 4] ?? null });
    expect(hit['pageURL']).toBe('url');
    expect(doubts['pageURL']).toEqual([
      expect.stringMatching(/^event_type says what a row is by codes \(1, 2, 3\), and each row becomes a page view/),
    ]);
    expect(hitOf({ ...base, page_event: (n) => ['0', '0', '10'][n % 3] ?? null }).doubts['pageURL']).toHaveLength(1);
    expect(hitOf({ ...base, event_type: () => '1' }).doubts['pageURL']).toEqual([]);
    expect(hitOf({ ...base, duration: (n) => String(n % 4) }).doubts['pageURL']).toEqual([]);
  });

  describe("of a server's log", () => {
    const { url: _, ...rows } = base;
    const log = { ...rows, 'cs-host': () => 'example.com', 'cs-method': () => 'GET', 'sc-status': () => '200' };
    const pages = { ...log, 'cs-uri-stem': (n: number) => `/page/${n % 9}` };

    it('says which lines are no page views, and the rules that leave them out', () => {
      const { doubts, skips } = hitOf({
        ...log,
        'cs-uri-stem': (n) => (n % 3 === 0 ? '/img/a.png' : '/chairs'),
        'cs-method': (n) => (n % 5 === 0 ? 'HEAD' : 'POST'),
        'sc-status': (n) => ['200', '304', '302', '404'][n % 4] ?? null,
      });
      const [doubt] = doubts['pageURL'] ?? [];
      expect(doubt).toMatch(
        /^each row becomes a page view, .*\(cs-uri-stem \/img\/a.png; cs-method HEAD; sc-status 302, 404\)/,
      );
      expect(skips).toEqual({
        'static files': { 'cs-uri-stem': { matches: expect.stringContaining('png') } },
        'other methods': { 'cs-method': { not: ['GET', 'POST'] } },
        'no pages': { 'sc-status': { not: ['200', '304'] } },
      });
    });

    it('says nothing where all lines are pages, or no status is one of a server', () => {
      expect(hitOf(pages).doubts['pageURL']).toEqual([]);
      expect(hitOf({ ...pages, 'sc-status': (n) => ['200', '304'][n % 2] ?? null }).doubts['pageURL']).toEqual([]);
      expect(hitOf({ ...base, status: (n) => ['paid', 'open'][n % 2] ?? null }).doubts['pageURL']).toEqual([]);
    });

    it("knows a query that a tag of Webtrends sent, and says that it is no part of the page's address", () => {
      const { doubts, skips } = hitOf({
        ...pages,
        'cs-uri-query': (n) => `id=${n}&WT.ti=Home&WT.dl=${n % 2 === 0 ? 0 : 24}`,
      });
      const [doubt] = doubts['pageURL'] ?? [];
      expect(doubt).toContain('pageName: { from: cs-uri-query, then: [ { queryParam: WT.ti } ] } is the title');
      const rule = skips['links'] as { 'cs-uri-query': { matches: string } };
      const links = new RegExp(rule['cs-uri-query'].matches);
      expect(['WT.ti=x&WT.dl=0', 'WT.ti=x&WT.dl=24'].map((query) => links.test(query))).toEqual([false, true]);
      expect(hitOf({ ...pages, 'cs-uri-query': () => 'q=tea' }).doubts['pageURL']).toEqual([]);
    });

    it('says that a host has a port, as Apache writes it for several hosts', () => {
      const { doubts } = hitOf({ ...pages, 'cs-host': () => 'example.com:443' });
      expect(doubts['pageURL']).toEqual([expect.stringMatching(/^cs-host says a port too, such as example.com:443/)]);
    });
  });

  it('keeps what became nothing', () => {
    expect(hitOf({ ...base, colour: () => 'red' }).unmapped.map(({ name }) => name)).toEqual(['colour']);
  });
});
