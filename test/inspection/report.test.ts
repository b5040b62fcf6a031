import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { qualityRemarks } from '../../src/inspection/remarks.ts';
import { report } from '../../src/inspection/report.ts';
import { status } from '../../src/inspection/status.ts';
import { createStreamQuality } from '../../src/inspection/stream-quality.ts';
import { verify } from '../../src/inspection/verify.ts';
import { createVisitTracker } from '../../src/inspection/visits.ts';
import { build } from '../../src/migration/run.ts';
import { csvFolder, type FixtureFolder, offline, sqliteFolder } from '../migration/job-fixture.ts';
import { expectAllPromises } from '../support/expect-all-promises.ts';

describe('visits', () => {
  const counted = (hits: readonly (readonly [visitor: string, seconds: number])[]) => {
    const tracker = createVisitTracker();
    for (const [visitor, seconds] of hits) tracker.hit(visitor, seconds);
    return tracker.counts();
  };
  const none = { visits: 1, ties: 0, bursts: 0, tooManyHits: 0, tooLong: 0 };
  const every = (seconds: number, hits: number) => Array.from({ length: hits }, (_, n) => ['a', n * seconds] as const);
  it.each([
    ['one', every(60, 5), none],
    [
      '30 minutes are no pause',
      [
        ['a', 0],
        ['a', 1_800],
      ],
      none,
    ],
    [
      'a second more is one',
      [
        ['a', 0],
        ['a', 1_801],
      ],
      { ...none, visits: 2 },
    ],
    [
      'two visitors',
      [
        ['a', 0],
        ['b', 0],
      ],
      { ...none, visits: 2 },
    ],
    [
      'ties',
      [
        ['a', 5],
        ['a', 5],
        ['a', 5],
        ['a', 6],
      ],
      { ...none, ties: 2 },
    ],
    ['100 hits in 100 seconds', every(1, 100), none],
    ['101 hits in 100 seconds', every(0.9, 101), { ...none, visits: 2, bursts: 1 }],
    ['a whole day at one instant', every(0, 250), { ...none, visits: 3, bursts: 2, ties: 249 }],
    ['2,501 hits', every(10, 2_501), { ...none, visits: 2, tooManyHits: 1 }],
    ['12 hours', every(1_000, 45), { ...none, visits: 2, tooLong: 1 }],
  ] as const)('%s', (_name, hits, expected) => {
    expect(counted(hits)).toEqual(expected);
  });

  it('begin anew with a lane, and are forgotten when they are over', () => {
    const tracker = createVisitTracker();
    for (let n = 0; n < 300_000; n++) tracker.hit(`v${n}`, n);
    tracker.nextLane();
    tracker.hit('v299999', 299_999);
    expect(tracker.counts().visits).toBe(300_001);
  });
});

describe("a stream's hits", () => {
  const names = ['timestamp', 'events', 'products', 'eVar1'];
  const places = new Map(names.map((name, place) => [name, place]));
  const of = (rows: readonly (readonly string[])[]) => {
    const found = createStreamQuality('s');
    for (const [row, cells] of rows.entries()) found.hit(names, cells, places, () => `row ${row + 1}`);
    return found.result(['eVar1', 'eVar2', 'products']);
  };

  it('are told by column', () => {
    expect(
      of([
        ['900', '', '', 'x'],
        ['901', '', '', 'x'],
        ['1000', '', '', ''],
      ]),
    ).toEqual({
      stream: 's',
      hits: 3,
      firstTime: 900,
      lastTime: 1000,
      onTheQuarter: 1,
      orders: 0,
      ordersWithoutRevenue: 0,
      withoutRevenueAt: [],
      columns: [
        { column: 'timestamp', filled: 3, distinct: 3, example: '900' },
        { column: 'eVar1', filled: 2, distinct: 1, example: 'x' },
        { column: 'eVar2', filled: 0, distinct: 0, example: null },
        { column: 'products', filled: 0, distinct: 0, example: null },
      ],
    });
  });

  it.each([
    ['purchase', ';a;1;9.99', 0],
    ['event1,purchase', ';a;1;0.00,;b;1;0.01', 0],
    ['purchase', '', 1],
    ['purchase', ';a;1;0.00', 1],
    ['purchase,event1', ';a;2', 1],
  ])('orders of %s with "%s" lack revenue: %i', (events, products, lack) => {
    const { orders, ordersWithoutRevenue, withoutRevenueAt } = of([['1', events, products, '']]);
    expect([orders, ordersWithoutRevenue, withoutRevenueAt]).toEqual([1, lack, lack === 1 ? ['row 1'] : []]);
  });

  it('that only look like orders are none', () => {
    expect(
      of([
        ['1', 'purchase2', '', ''],
        ['2', 'prodView', ';a', ''],
      ]).orders,
    ).toBe(0);
  });
});

describe('remarks', () => {
  const stream = {
    stream: 's',
    hits: 2_000,
    firstTime: 0,
    lastTime: 9,
    columns: [],
    onTheQuarter: 2,
    orders: 0,
    ordersWithoutRevenue: 0,
    withoutRevenueAt: [],
  };
  const quiet = {
    job: {
      rows: { read: 2_000, hits: 2_000, rejected: 0, filtered: 0 },
      chunks: { built: 40 },
      tallies: [],
      duplicateKeys: 0,
      lostRows: 0,
    },
    removed: { chunks: 0, streams: {} },
    streams: [stream],
    visitors: { distinct: 900, top: [] },
    visits: { visits: 900, ties: 0, bursts: 0, tooManyHits: 0, tooLong: 0 },
  };
  const column = (name: string, filled: number, distinct: number) => ({ column: name, filled, distinct, example: 'x' });
  const agents = (reason: string, count: number) =>
    ({ stream: 's', outcome: 'filled', column: 'userAgent', reason, count, rule: null }) as const;
  it.each<[string, Partial<typeof quiet> | object, string[]]>([
    ['nothing', {}, []],
    [
      'times of days',
      { streams: [{ ...stream, onTheQuarter: 2_000 }] },
      ['bad: 2,000 of 2,000 (100 %) hits of s stand'],
    ],
    ['orders', { streams: [{ ...stream, orders: 10, ordersWithoutRevenue: 9 }] }, ['bad: 9 of 10 (90 %) orders of s']],
    [
      'a free order',
      { streams: [{ ...stream, orders: 99, ordersWithoutRevenue: 1 }] },
      ['odd: 1 of 99 (1.0 %) orders'],
    ],
    [
      'an empty column',
      { streams: [{ ...stream, columns: [column('eVar1', 0, 0)] }] },
      ['odd: s: eVar1 is never filled'],
    ],
    ['a constant', { streams: [{ ...stream, columns: [column('eVar1', 2_000, 1)] }] }, ['odd: s: eVar1 has one value']],
    [
      'one user agent',
      { streams: [{ ...stream, columns: [column('userAgent', 2_000, 1)] }] },
      ['bad: s: all hits have one'],
    ],
    [
      'a robot',
      { visitors: { distinct: 900, top: [{ text: 'v', count: 800, over: 10 }] } },
      ['bad: The visitor v has 790 of'],
    ],
    [
      'user agents that were put together',
      { job: { ...quiet.job, tallies: [agents('synthetic', 1_500), agents('real', 500)] } },
      ['odd: 1,500 of 2,000 (75 %) hits of s have a user agent that was put together'],
    ],
    [
      'user agents that are a constant',
      { job: { ...quiet.job, tallies: [agents('constant', 1_000), agents('real', 1_000)] } },
      ['bad: 1,000 of 2,000 (50 %) hits of s have a constant for a user agent'],
    ],
    ['a few that are', { job: { ...quiet.job, tallies: [agents('constant', 100), agents('real', 1_900)] } }, []],
    [
      'many rejects, and cuts',
      {
        job: {
          ...quiet.job,
          rows: { read: 2_100, hits: 2_000, rejected: 100, filtered: 0 },
          tallies: [
            { stream: 's', outcome: 'cut', column: 'eVar1', reason: 'over 255 bytes', count: 3, rule: 'byte-limit' },
          ],
        },
      },
      ['bad: 100 of 2,100 (4.8 %) rows were rejected.', "odd: 3 values were cut to Adobe's limits."],
    ],
    ['ids of rows', { visitors: { distinct: 1_990, top: [] } }, ['bad: Nearly each hit']],
    [
      'chunks that were removed: shares are of what was read, counts of the ledger of all that was built',
      {
        job: {
          rows: { read: 12_000, hits: 12_000, rejected: 0, filtered: 0 },
          chunks: { built: 40 },
          duplicateKeys: 0,
          lostRows: 0,
          tallies: [agents('synthetic', 6_000)],
        },
        removed: { chunks: 30, streams: { s: 10_000 } },
        visitors: { distinct: 900, top: [{ text: 'v', count: 800, over: 0 }] },
        visits: { ...quiet.visits, ties: 300 },
      },
      [
        'bad: The visitor v has 800 of 2,000 (40 %) hits',
        'odd: 30 of 40 (75 %) chunks were removed after delivery (disk.keep: undelivered)',
        'odd: 6,000 of 12,000 (50 %) hits of s have a user agent',
        'odd: 300 of 2,000 (15 %) hits follow',
      ],
    ],
    ['hits that are lost', { job: { ...quiet.job, lostRows: 4 } }, ['bad: 4 of 2,000 (0.2 %) hits were not taken by']],
    [
      'rows that are there twice',
      { job: { ...quiet.job, duplicateKeys: 3 } },
      ['bad: 3 hits have the time, stream and key of another one: a row that the source holds twice'],
    ],
    [
      'a stream of which nothing is left',
      { streams: [stream, { ...stream, stream: 't', hits: 0 }] },
      ['bad: No row of t'],
    ],
    ['bursts', { visits: { ...quiet.visits, bursts: 3 } }, ['odd: 3 visits are broken off']],
    ['ties', { visits: { ...quiet.visits, ties: 300 } }, ['odd: 300 of 2,000 (15 %) hits follow']],
  ])('%s', (_name, over, expected) => {
    const found = qualityRemarks({ ...quiet, ...over });
    expect(found.map(({ level, text }, place) => `${level}: ${text}`.slice(0, expected[place]?.length))).toEqual(
      expected,
    );
  });
});

describe('report', () => {
  let fixture: FixtureFolder;
  afterEach(() => fixture.remove());

  it('reads what was built', async () => {
    const begin = Date.UTC(2021, 0, 1) / 1000;
    const rows = [
      { id: 1, at: begin, hit: begin, visitor: 'a', page: 'x'.repeat(150) },
      { id: 2, at: begin + 1, hit: begin + 1, visitor: 'a' },
      { id: 3, at: begin + 1, hit: begin + 1, visitor: 'a' },
      { id: 4, at: begin + 2, hit: null },
      { id: 5, at: begin + 3, hit: begin + 3, visitor: 'b', page: 'robot' },
      { id: 6, at: begin + 4, hit: begin + 4, visitor: 'b' },
    ];
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], {
      range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }',
      hit: ['eVar1: { const: x, when: { id: 99 } }'],
    });
    await expect(report(fixture.file, offline)).rejects.toMatchObject({ code: 'input.not-found' });
    await build(fixture.file, offline);
    const found = await report(fixture.file, offline);
    expect(found).toMatchObject({
      job: { rows: { read: 6, hits: 4, rejected: 1, filtered: 1 } },
      streams: [{ stream: 'views', hits: 4, firstTime: begin, lastTime: begin + 4, onTheQuarter: 1 }],
      rejects: [{ reason: 'time', count: 1 }],
      visitors: {
        distinct: 2,
        top: [
          { text: 'a', count: 3, over: 0 },
          { text: 'b', count: 1, over: 0 },
        ],
      },
      visits: { visits: 2, ties: 1 },
    });
    const columns = new Map(found.streams[0]?.columns.map((one) => [one.column, one]));
    expect(columns.get('visitorID')).toMatchObject({ filled: 4, distinct: 2 });
    expect(columns.get('pageName')).toMatchObject({ filled: 4, distinct: 2 });
    expect(columns.get('eVar1')).toEqual({ column: 'eVar1', filled: 0, distinct: 0, example: null });
  });

  it('tells of a row that the source holds twice, as status and verify do; no promise is broken by it', async () => {
    const begin = Date.UTC(2021, 0, 1) / 1000;
    const lines = ['id,hit,page,visitor', `1,${begin},home,a`, `2,${begin},home,a`, `1,${begin},home,a`];
    fixture = csvFolder(`${lines.join('\n')}\n`, { range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }' });
    expect(await status(fixture.file, offline)).toMatchObject({ duplicateKeys: 0 });
    expect(await build(fixture.file, offline)).toMatchObject({ rows: { read: 3, hits: 3 }, duplicateKeys: 1 });
    expect(await status(fixture.file, offline)).toMatchObject({ duplicateKeys: 1 });
    const { duplicateKeys, promises } = await verify(fixture.file, offline);
    expect(duplicateKeys).toBe(1);
    expectAllPromises(promises);
    const { remarks } = await report(fixture.file, offline);
    expect(remarks).toContainEqual({
      level: 'bad',
      text: expect.stringMatching(/^1 hit has the time, stream and key/),
    });
  });

  it('tells where user agents come from, what was done to values by which rule, and rejects with their rows', async () => {
    const begin = Date.UTC(2021, 0, 1) / 1000;
    const rows = [
      { id: 1, at: begin, hit: begin, page: 'Mozilla/5.0 (X11)' },
      { id: 2, at: begin + 1, hit: begin + 1, page: 'Firefox' },
      { id: 3, at: begin + 2, hit: begin + 2, page: 'unheard of' },
      { id: 4, at: begin + 3, hit: begin + 3, page: 'D=v1' },
      { id: 5, at: begin + 4, hit: begin + 4, page: 'Opera', visitor: 'unknown' },
    ];
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], {
      range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }',
      hit: ['eVar1: page', 'currencyCode: page'],
    });
    const mapping = join(fixture.folder, 'mapping.yaml');
    const agent =
      "userAgent: { real: { from: page, when: { page: { matches: '^Mozilla' } } }, browser: page, os: { const: Windows }, osVersion: { const: '10' }, device: { const: desktop } }";
    writeFileSync(mapping, readFileSync(mapping, 'utf8').replace(/userAgent: .*/, agent));
    await build(fixture.file, offline);
    const { job, rejects } = await report(fixture.file, offline);
    const counted = job.tallies.map(({ outcome, column, reason, rule, count }) =>
      [outcome, column, reason, rule, count].join(' | '),
    );
    expect(counted.filter((text) => text.startsWith('filled'))).toEqual(
      expect.arrayContaining(['filled | userAgent | real |  | 1']),
    );
    const made = job.tallies.filter(({ outcome, reason }) => outcome === 'filled' && reason !== 'real');
    expect(made.map(({ reason }) => reason).sort()).toEqual(['synthetic']);
    expect(made.reduce((sum, { count }) => sum + count, 0)).toBe(3);
    expect(counted).toContain('mended | eVar1 | dynamic variable | dynamic-variable | 1');
    expect(counted).toContain('emptied | currencyCode | unusable | currency | 4');
    expect(rejects).toMatchObject([
      { reason: 'visitor', rule: 'required-value', count: 1, samples: [{ key: ['5'], row: { page: 'Opera' } }] },
    ]);
  });
});
