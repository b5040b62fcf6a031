import { describe, expect, it } from 'vitest';
import { FILTERED, OUTSIDE, REJECTED } from '../../src/mapping/mapper.ts';
import { errors, mapperOf } from './mapped.ts';

const columns = ['url', 'title', 'type', 'link', 'target', 'visitor', 'ua', 'kind', 'suite', 'zone'];
const hit = {
  visitorID: 'visitor',
  userAgent: 'ua',
  pageURL: 'url',
  pageName: 'title',
  linkType: 'type',
  linkName: 'link',
  linkURL: 'target',
};
const row = { visitor: 'V1', ua: 'UA', url: 'https://a', title: 'A' };

describe('a row', () => {
  it('becomes a line in the order of the header, quoted as RFC 4180 has it', () => {
    const { map, header, mapper } = mapperOf({ columns, key: ['id', 'title'], hit });
    expect(header).toBe('timestamp,reportSuiteID,visitorID,userAgent,pageName,pageURL,linkType,linkName,linkURL');
    expect(map({ ...row, title: 'say "a, b"' }).line).toBe('1425204000,rs,V1,UA,"say ""a, b""",https://a,,,');
    expect(mapper.output).toMatchObject({
      seconds: 1425204000,
      nanos: 0,
      timed: true,
      visitor: 'vid:v1',
      key: ['7', 'say "a, b"'],
    });
  });

  it('keeps nanoseconds for the order and writes whole seconds, rounded down', () => {
    const { map, mapper } = mapperOf({ columns, hit, time: { from: 'ts', unit: 'ms' } });
    expect(map({ ...row, ts: '1425204000999' }).cells?.['timestamp']).toBe('1425204000');
    expect(mapper.output.nanos).toBe(999_000_000);
    expect(map({ ...row, ts: '-1' }).cells?.['timestamp']).toBe('-1');
    expect(mapper.output.nanos).toBe(999_000_000);
  });

  it('names the visitor as Adobe will store it', () => {
    const { map, mapper } = mapperOf({ columns, hit: { ...hit, ipaddress: 'target', linkURL: undefined } });
    map({ ...row, visitor: ' AbC ' });
    expect(mapper.output.visitor).toBe('vid:abc');
    map({ ...row, visitor: 'a-b', target: '::FFFF:10.0.0.1' });
    expect(mapper.output.visitor).toBe('ip:10.0.0.1');
  });

  it('is filed under a seeded customer id first', () => {
    const seeded = {
      ...hit,
      'customerID.crm.id': 'title',
      'customerID.crm.isMCSeed': { const: '1', when: { kind: 's' } },
    };
    const { map, mapper } = mapperOf({ columns, suite: { seed: 'crm' }, hit: seeded });
    map({ ...row, title: 'Crm-9', kind: 's' });
    expect(mapper.output.visitor).toBe('seed:crm-9');
    map({ ...row, title: 'Crm-9' });
    expect(mapper.output.visitor).toBe('vid:v1');
  });
});

describe('link hits', () => {
  it.each([
    ['a name without a type', { link: 'L' }, { linkType: 'o', linkName: 'L' }],
    ['a URL without a type', { target: 'https://t' }, { linkType: 'o', linkURL: 'https://t' }],
    ['a type with a URL', { type: 'd', target: 'https://t' }, { linkType: 'd', linkURL: 'https://t' }],
  ])('%s leaves the page out and counts it', (_name, cells, expected) => {
    const mapped = mapperOf({ columns, hit }).map({ ...row, ...cells });
    expect(mapped.cells).toEqual({
      timestamp: '1425204000',
      reportSuiteID: 'rs',
      visitorID: 'V1',
      userAgent: 'UA',
      ...expected,
    });
    expect(mapped.tallies).toEqual(['left out pageName link hit 1', 'left out pageURL link hit 1']);
  });

  it('needs no page, though the page columns reject rows without one', () => {
    const strict = { ...hit, pageURL: { from: 'url', else: 'reject' }, pageName: { first: ['title'], else: 'reject' } };
    const { map } = mapperOf({ columns, hit: strict });
    const link = map({ visitor: 'V1', ua: 'UA', link: 'L' });
    expect(link).toMatchObject({ outcome: 'hit', cells: { linkType: 'o', linkName: 'L' }, tallies: [] });
    expect(map({ ...row, url: null })).toMatchObject({ outcome: 'rejected', reason: 'no pageURL' });
    expect(map({ ...row, link: 'L' }).tallies).toEqual(['left out pageName link hit 1', 'left out pageURL link hit 1']);
  });

  it('is rejected where what would be its page is not to be read at all', () => {
    const said = { columns: ['#json'], hit: { linkName: { const: 'L' }, pageURL: 'url', pageName: undefined } };
    expect(mapperOf(said).map({ '#json': '{oops' })).toMatchObject({ outcome: 'rejected', reason: 'no JSON' });
  });

  it('a type alone says nothing about the hit', () => {
    expect(mapperOf({ columns, hit }).map({ ...row, type: 'o' })).toMatchObject({
      outcome: 'rejected',
      reason: 'page or link',
    });
  });

  it('a type that is none makes no link', () => {
    const mapped = mapperOf({ columns, hit }).map({ ...row, type: 'click' });
    expect(mapped.cells?.['pageName']).toBe('A');
    expect(mapped.tallies).toEqual(['emptied linkType unusable 1']);
  });
});

describe('what becomes no hit', () => {
  const said = {
    columns,
    hit,
    skip: { pings: { kind: 'ping' }, bots: { kind: ['bot', 'crawler'] } },
    reject: { broken: { kind: 'broken' } },
    reportSuiteID: { from: 'suite', else: { const: 'rs', when: { absent: ['zone'] } } },
  };

  it.each([
    ['a skip rule', { kind: 'ping' }, 'filtered', 'pings', null, false],
    ['the second skip rule', { kind: 'crawler' }, 'filtered', 'bots', null, false],
    ['a reject rule', { kind: 'broken' }, 'rejected', 'broken', null, true],
    ['a reject rule, without a time', { kind: 'broken', ts: 'soon' }, 'rejected', 'broken', null, false],
    ['a skip rule before the time', { kind: 'ping', ts: 'x' }, 'filtered', 'pings', null, false],
    ['no time', { ts: null }, 'rejected', 'time', 'timestamp', false],
    ['a time that is none', { ts: 'soon' }, 'rejected', 'time', 'timestamp', false],
    ['nobody', { visitor: null }, 'rejected', 'visitor', null, true],
    ['no browser', { ua: '-' }, 'rejected', 'userAgent', 'userAgent', true],
    ['no suite', { zone: 'x' }, 'rejected', 'reportSuiteID', 'reportSuiteID', true],
    ['no page', { url: null, title: null }, 'rejected', 'page or link', null, true],
  ])('%s', (_name, cells, outcome, reason, column, timed) => {
    const { map, mapper } = mapperOf(said as never);
    expect(map({ ...row, ...cells })).toMatchObject({ outcome, reason, column });
    expect(mapper.output.timed).toBe(timed);
    expect(mapper.output.key).toEqual(['7']);
  });

  it.each([
    ['whatever else is wrong with it', { visitor: null, ua: '-', url: null, title: null }, OUTSIDE],
    ['but for a skip rule', { kind: 'ping' }, FILTERED],
    ['but for a reject rule', { kind: 'broken' }, REJECTED],
    ['but for a time that is none', { ts: 'soon' }, REJECTED],
  ])('a row is outside by its time, %s', (_name, cells, outcome) => {
    const { mapper } = mapperOf(said as never);
    const all: Record<string, string | null> = { id: '7', ts: '1425204000', ...row, ...cells };
    const cellsOf = ['id', 'ts', ...columns].map((name) => all[name] ?? null);
    const asked: number[] = [];
    const isOutside = (seconds: number): boolean => asked.push(seconds) > 0;
    expect(mapper.map(cellsOf, isOutside)).toBe(outcome);
    expect(asked).toEqual(outcome === OUTSIDE ? [1425204000] : []);
    expect(mapper.output.key).toEqual(['7']);
    expect(mapper.takeTallies()).toEqual([]);
  });

  it('tells the value that was no time', () => {
    expect(mapperOf(said as never).map({ ...row, ts: 'soon' }).value).toBe('soon');
  });

  it.each([
    ['2024-10-27 02:30:00', 1729989000, ['mended timestamp time that a clock showed twice 1']],
    ['2024-03-31 02:30:00', 1711848600, ['mended timestamp time that no clock showed 1']],
    ['2024-10-27 03:30:00', 1729996200, []],
    ['2024-10-27T02:30:00+01:00', 1729992600, []],
  ])('counts a time whose instant is a choice, at a change of the clock: %s', (ts, seconds, tallies) => {
    const { map, mapper } = mapperOf({ time: { from: 'ts', zone: 'Europe/Berlin' } });
    expect(map({ ts }).tallies).toEqual(tallies);
    expect(mapper.output.seconds).toBe(seconds);
  });

  it('counts no choice of time of a row that is no hit', () => {
    const { map } = mapperOf({
      time: { from: 'ts', zone: 'Europe/Berlin' },
      hit: { visitorID: 'ts2' },
      columns: ['ts2'],
    });
    expect(map({ ts: '2024-10-27 02:30:00', ts2: null }).tallies).toEqual([]);
  });

  it('counts nothing for rows that are no hits, and sums up what hits had', () => {
    const { mapper } = mapperOf({ columns, hit });
    const cells = (title: string | null, visitor: string | null) => [
      '7',
      '1425204000',
      null,
      title,
      null,
      null,
      null,
      visitor,
      'UA',
      null,
      null,
      null,
    ];
    mapper.map(cells('x'.repeat(101), null));
    expect(mapper.takeTallies()).toEqual([]);
    mapper.map(cells('x'.repeat(101), 'v'));
    mapper.map(cells('y'.repeat(200), 'v'));
    expect(mapper.takeTallies()).toEqual([
      { stream: 'hits', outcome: 'cut', column: 'pageName', reason: 'over 100 bytes', count: 2 },
    ]);
    expect(mapper.takeTallies()).toEqual([]);
  });

  it('carries nothing from one row to the next', () => {
    const { map } = mapperOf({ columns, hit });
    map({ ...row, link: 'L', target: 'https://t' });
    expect(map(row).line).toBe('1425204000,rs,V1,UA,A,https://a,,,');
    map({ ...row, visitor: null });
    expect(map({ ...row, title: null }).line).toBe('1425204000,rs,V1,UA,,https://a,,,');
  });
});

describe('time', () => {
  it.each([
    ['ISO with its own offset', { from: 'ts' }, { ts: '2015-03-01T10:00:00.5Z' }, 1425204000],
    ['SQL in a zone', { from: 'ts', zone: 'Europe/Berlin' }, { ts: '2015-03-01 11:00:00' }, 1425204000],
    ['a format', { from: 'ts', format: 'DD.MM.YYYY HH:mm', zone: 'UTC' }, { ts: '01.03.2015 10:00' }, 1425204000],
    [
      'the zone of each row',
      { from: 'ts', zone: { from: 'zone', else: { const: 'UTC' } } },
      { ts: '2015-03-01 11:00:00', zone: 'Europe/Berlin' },
      1425204000,
    ],
    [
      'the zone of a row without one',
      { from: 'ts', zone: { from: 'zone', else: { const: 'UTC' } } },
      { ts: '2015-03-01 10:00:00' },
      1425204000,
    ],
    [
      'the zone of each row, blanks around it',
      { from: 'ts', zone: { from: 'zone' } },
      { ts: '2015-03-01 11:00:00', zone: 'Europe/Berlin   ' },
      1425204000,
    ],
    ['the first time there is', { first: ['kind', 'ts'], unit: 's' }, { ts: '1425204000' }, 1425204000],
  ])('%s', (_name, time, cells, expected) => {
    const { map, mapper } = mapperOf({ columns, hit, time: time as never });
    expect(map({ ...row, ...cells }).outcome).toBe('hit');
    expect(mapper.output.seconds).toBe(expected);
  });

  it.each([
    [{ from: 'ts', zone: 'Europe/Berln' }, 'mapping.zone: "Europe/Berln" is no time zone'],
    [
      { from: 'ts', format: 'YYYY-MM-DD HH:mm' },
      'mapping.zone-missing: the format "YYYY-MM-DD HH:mm" has no offset, so a zone is required',
    ],
    [{ from: 'tss', unit: 's' }, 'mapping.unknown-source-column: the source has no column "tss"'],
  ])('%o is refused', (time, expected) => {
    expect(errors({ columns, hit, time: time as never })).toEqual([expected]);
  });
});
