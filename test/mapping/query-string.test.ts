import { describe, expect, it } from 'vitest';
import { queryParameter, queryParameterNames } from '../../src/adobe/query-parameters.ts';
import type { Cell } from '../../src/domain/row.ts';
import { ruleOfTally } from '../../src/mapping/tally-rule.ts';
import { bound, errors, mapperOf } from './mapped.ts';

const columns = ['a', 'b'];

function query(spec: unknown, row: Record<string, Cell>): [string, ...string[]] {
  const mapped = mapperOf({ columns, hit: { queryString: spec } }).map(row);
  return [mapped.cells?.['queryString'] ?? '', ...mapped.tallies];
}

describe('queryString of parameters', () => {
  it.each<[string, unknown, Record<string, Cell>, string, ...string[]]>([
    ['in the order of the mapping', { state: 'a', hp: 'b' }, { a: 'TX', b: 'Y' }, 'state=TX&hp=Y'],
    ['an absent value leaves its parameter out', { state: 'a', hp: 'b' }, { b: 'Y' }, 'hp=Y'],
    ['nothing', { state: 'a' }, {}, ''],
    ['is fully encoded', { state: 'a' }, { a: "a&b=c #+%/?'(!)*" }, 'state=a%26b%3Dc%20%23%2B%25%2F%3F%27%28%21%29%2A'],
    ['in UTF-8', { state: 'a' }, { a: 'zoë 🎉' }, 'state=zo%C3%AB%20%F0%9F%8E%89'],
    [
      'half a character is none',
      { state: 'a' },
      { a: 'x\ud83c' },
      'state=x%EF%BF%BD',
      'mended queryString.state half a character 1',
    ],
    ['context data', { 'c.search.term': 'a' }, { a: 'x y' }, 'c.search.term=x%20y'],
    ['client hints', { 'h.mobile': 'a' }, { a: '1' }, 'h.mobile=true', 'mended queryString.h.mobile rewritten 1'],
    [
      'tidied as its column',
      { v1: 'a', bw: 'b' },
      { a: 'x'.repeat(256), b: 'wide' },
      `v1=${'x'.repeat(255)}`,
      'cut queryString.v1 over 255 bytes 1',
      'emptied queryString.bw unusable 1',
    ],
    [
      'state of 50 bytes',
      { state: 'a' },
      { a: 'x'.repeat(51) },
      `state=${'x'.repeat(50)}`,
      'cut queryString.state over 50 bytes 1',
    ],
    ['no code', { v1: 'a' }, { a: 'D=v2' }, 'v1=d%3Dv2', 'mended queryString.v1 dynamic variable 1'],
    ['values with tails', { lat: { from: 'a', then: [{ round: '2' }] } }, { a: '52.5166' }, 'lat=52.52'],
  ])('%s', (_name, spec, row, expected, ...tallies) => {
    expect(query(spec, row)).toEqual([expected, ...tallies]);
  });
});

it('a list that the report suite divides is tidied member by member in queryString too', () => {
  const suite = { delimiters: { list1: ';', prop3: '|' } };
  const spec = { l1: 'a', l2: 'a', c3: 'b', xact: 'b' };
  const { map } = mapperOf({ columns, suite, hit: { queryString: spec } });
  const long = 'x'.repeat(256);
  const mapped = map({ a: `b; ${long} ;b`, b: 'null,T1 , T2|T3' });
  expect(mapped.cells?.['queryString']?.split('&')).toEqual([
    `l1=b%3B${'x'.repeat(255)}`,
    `l2=b%3B%20${long}%20%3Bb`,
    'c3=null%2CT1%20%2C%20T2%7CT3',
    'xact=T1%2CT2%7CT3',
  ]);
  expect(mapped.tallies).toEqual([
    'cut queryString.l1 over 255 bytes 1',
    'left out queryString.l1 in the list already 1',
    'emptied queryString.xact placeholder 1',
  ]);
  const rules = ['cut', 'left out'].map((outcome, index) =>
    ruleOfTally({
      outcome: outcome as 'cut' | 'left out',
      column: 'queryString.l1',
      reason: ['over 255 bytes', 'in the list already'][index] ?? '',
    }),
  );
  expect(rules).toEqual(['list-value-limit', 'list-repeat']);
});

it('an eVar that counts is held to its form in queryString too', () => {
  const suite = { counterEVars: ['eVar5'] };
  const { map } = mapperOf({ columns, suite, hit: { queryString: { v5: 'a', v6: 'a' } } });
  expect(map({ a: '+1' })).toMatchObject({ cells: { queryString: 'v5=%2B1&v6=%2B1' }, tallies: [] });
  expect(map({ a: '1' })).toMatchObject({
    cells: { queryString: 'v6=1' },
    tallies: ['emptied queryString.v5 no step of a counter 1'],
  });
});

it('a whole query is held to what the report suite says of its lists and counters', () => {
  const suite = { counterEVars: ['eVar5'], delimiters: { list1: ';' } };
  const { map } = mapperOf({ columns, suite, hit: { queryString: 'a' } });
  expect(map({ a: 'l1=b%3B%20a%3Bb&l2=b%3Bb&v5=1&v6=1' })).toMatchObject({
    cells: { queryString: 'l1=b%3Ba&l2=b%3Bb&v6=1' },
    tallies: ['emptied queryString.v5 no step of a counter 1', 'left out queryString.l1 in the list already 1'],
  });
  expect(map({ a: 'l1=b%3Ba&v5=%2B1' })).toMatchObject({ cells: { queryString: 'l1=b%3Ba&v5=%2B1' }, tallies: [] });
});

it.each([
  ['ce=ISO-8859-1&v1=%80%93', 'v1=%E2%82%AC%E2%80%9C', 1],
  ['ce=ISO-8859-1&v1=caf%E9+cr%e8me&v2=a%26b', 'v1=caf%C3%A9%20cr%C3%A8me&v2=a%26b', 1],
  ['v1=%83A%20x&c.t=%83%65&ce=Shift_JIS', 'v1=%E3%82%A2%20x&c.t=%E3%83%86', 2],
  ['ce=UTF-8&v1=caf%C3%A9', 'v1=caf%C3%A9', 0],
  ['ce=x-none&v1=caf%E9', 'v1=caf%E9', 0],
  ['ce=ISO-8859-1&v1=café%E9', 'v1=caf%C3%A9%E9', 1],
  ['ce=ISO-8859-1&pev1=caf%E9&v1=x', 'v1=x', 0],
  ['ce=UTF-16&v1=caf%C3%A9', 'v1=caf%C3%A9', 0],
  ['ce=&v1=caf%C3%A9', 'v1=caf%C3%A9', 0],
])('a whole query that names its character set becomes UTF-8: %s', (text, expected, times) => {
  const [sent, ...tallies] = query('a', { a: text });
  expect(sent).toBe(expected);
  expect(tallies.filter((tally) => tally.includes('rewritten'))).toEqual(
    times === 0 ? [] : [`mended queryString rewritten ${times}`],
  );
});

describe('a link of a whole query', () => {
  const page = 'g=https%3A%2F%2Fa%2F&pageName=Home';
  const hit = { pageName: undefined, queryString: 'a' };

  it.each(['pe=lnk_o&pev2=Click', 'pev2=Click', '%70e=lnk_d', 'pe=tnt'])(
    'that no column says is no page view: %s',
    (link) => {
      const mapped = mapperOf({ columns, hit }).map({ a: `${link}&${page}` });
      const value = link.replace('%70', 'p').split('&')[0];
      expect(mapped).toMatchObject({ outcome: 'rejected', reason: 'page or link', column: 'queryString', value });
    },
  );

  it('that columns take out of it is a link', () => {
    const of = (name: string) => ({ from: 'a', then: [{ queryParam: name }] });
    const links = { ...hit, linkType: of('pe'), linkName: of('pev2') };
    expect(mapperOf({ columns, hit: links }).map({ a: `pe=lnk_d&pev2=Click&${page}&v1=x` }).cells).toMatchObject({
      linkType: 'd',
      linkName: 'Click',
      queryString: 'v1=x',
    });
  });

  it.each(['', '&pe=&pev2=', '&pev1=https%3A%2F%2Fb', '&v1=pe%3Dlnk_o', '&c.pe=1'])('is not in %j', (more) => {
    expect(mapperOf({ columns, hit }).map({ a: page + more }).outcome).toBe('hit');
  });
});

it('context data of queryString has what columns leave of the bytes that a hit may have', () => {
  const hit = {
    'contextData.key': 'a',
    queryString: { v1: { const: 'x' }, 'c.one': 'b', 'c.two': 'b', v2: { const: 'y' } },
  };
  const { map } = mapperOf({ columns, hit });
  const of = (first: number, second: string) => map({ a: 'x'.repeat(first), b: second });
  const encoded = '%C3%A4'.repeat(100);
  expect(of(31_997 - 406, 'ä'.repeat(100))).toMatchObject({
    cells: { queryString: `v1=x&c.one=${encoded}&c.two=${encoded}&v2=y` },
    tallies: [],
  });
  const left = of(31_997 - 405, 'ä'.repeat(100));
  expect(left).toMatchObject({
    cells: { queryString: `v1=x&c.one=${encoded}&v2=y` },
    tallies: ['left out queryString too much context data 1'],
  });
  expect(left.cells?.['contextData.key']?.length).toBe(31_592);
  expect(of(31_997, 'z')).toMatchObject({
    cells: { queryString: 'v1=x&v2=y' },
    tallies: ['left out queryString too much context data 2'],
  });
  const whole = mapperOf({ columns, hit: { queryString: 'a' } });
  expect(whole.map({ a: `c.&k=${'x'.repeat(31_998)}&l=1&.c&v1=x` })).toMatchObject({
    cells: { queryString: `c.k=${'x'.repeat(31_998)}&v1=x` },
    tallies: ['left out queryString too much context data 1'],
  });
});

it('a parameter that only a column may say goes, however its name is written', () => {
  expect(query('a', { a: '%76id=7&v%31=x&%44=g' })).toEqual([
    'v1=x',
    'left out queryString.vid parameter not allowed 1',
    'left out queryString.D parameter not allowed 1',
  ]);
});

it('events that go with a whole query are told apart from what libraries write into each', () => {
  const [kept, ...tallies] = query('a', { a: 'AQB=1&g=https%3A%2F%2Fa&events=event1&cid.crm.id=1&c.a-b=1&AQE=1' });
  expect(kept).toBe('g=https%3A%2F%2Fa');
  expect(tallies.sort()).toEqual([
    'left out queryString parameter not allowed 2',
    'left out queryString.AQB parameter not allowed 1',
    'left out queryString.AQE parameter not allowed 1',
    'left out queryString.events parameter not allowed 1',
  ]);
});

describe('faults of parameters', () => {
  const refused = (name: string, why: string) => `mapping.parameter: "${name}" cannot stand in queryString: ${why}`;
  const visitor = 'it says who the visitor is, which only columns may: visitor groups are told by them';
  it.each([
    [{ vid: 'a' }, refused('vid', visitor)],
    [{ mid: 'a' }, refused('mid', visitor)],
    [{ aid: 'a' }, refused('aid', visitor)],
    [{ 'cid.crm.id': 'a' }, refused('cid.crm.id', visitor)],
    [{ ts: 'a' }, refused('ts', 'the time is written as a column')],
    [{ D: 'a' }, refused('D', 'it would make code of other values')],
    [{ AQB: 'a' }, refused('AQB', 'Adobe and its libraries set it themselves')],
    [{ pe: 'a' }, refused('pe', 'links are told from pages by their columns')],
    [{ ev: 'a' }, refused('ev', 'the column checks its grammar')],
    [{ 'c.a-b': 'a' }, refused('c.a-b', 'a contextData key holds letters, digits, underscores and periods only')],
    [
      { pageURL: 'a' },
      'mapping.unknown-parameter: Adobe knows no query parameter "pageURL": it would ignore it and the data would be lost',
    ],
    [
      { V1: 'a' },
      'mapping.unknown-parameter: Adobe knows no query parameter "V1": it would ignore it and the data would be lost',
    ],
    [
      { pageName: 'a' },
      'mapping.parameter: the column pageName wins over its parameter "pageName", which would be lost',
    ],
    [{ gn: 'a' }, 'mapping.parameter: the column pageName wins over its parameter "gn", which would be lost'],
    [
      { g: 'a', ch: 'a', 'c.Plan': 'a', 'c.plan': 'b' },
      'mapping.parameter: "c.plan" is given twice (also as "c.Plan"): Adobe would take one of them',
    ],
    [
      { sv: 'a', server: 'b' },
      'mapping.parameter: "server" is given twice (also as "sv"): Adobe would take one of them',
    ],
  ])('%o', (queryString, expected) => {
    expect(errors({ columns, hit: { queryString } })).toEqual([expected]);
  });

  it('a key of context data is that of a column whatever its case', () => {
    const hit = { 'contextData.Search.Term': 'b', queryString: { 'c.search.term': 'a' } };
    expect(errors({ columns, hit })).toEqual([
      'mapping.parameter: the column contextData.search.term wins over its parameter "c.search.term", which would be lost',
    ]);
  });

  it('says how queryString calls a column', () => {
    const hints = (queryString: unknown) => bound({ columns, hit: { queryString } }).problems.map(({ hint }) => hint);
    expect(hints({ pageURL: 'a' })).toEqual(['queryString calls the column pageURL "g"']);
    expect(hints({ staet: 'a' })).toEqual(['did you mean "state"?']);
  });
});

it('knows the parameters of columns and those without', () => {
  expect(queryParameter('g')?.column?.name).toBe('pageURL');
  expect(queryParameter('gn')?.column?.name).toBe('pageName');
  expect(queryParameter('v250')?.column?.name).toBe('eVar250');
  expect(queryParameter('h.platformVersion')?.column?.name).toBe('hints.platformversion');
  expect(queryParameter('pev3')).toEqual({ column: null });
  expect(queryParameter('nope')).toBe(null);
  expect(queryParameterNames()).toContain('sdid');
  expect(queryParameterNames()).not.toContain('vid');
});
