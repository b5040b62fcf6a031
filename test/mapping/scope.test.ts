import { describe, expect, it } from 'vitest';
import { bound, cellOf, errors, mapperOf } from './mapped.ts';

const params = JSON.stringify([
  { key: 'page_location', value: { string_value: 'https://a.b/c', int_value: null, float_value: null } },
  { key: 'ga_session_id', value: { string_value: null, int_value: '1700000000123456789', float_value: null } },
  { key: 'plain', value: 'text' },
  { key: 'empty', value: { string_value: null, int_value: null } },
  { key: 'both', value: { string_value: 'a', int_value: '1' } },
]);
const users = JSON.stringify([
  { key: 'plan', value: { string_value: 'gold', int_value: null, set_timestamp_micros: 1700000000123456 } },
  { key: 'seats', value: { string_value: null, int_value: '5', set_timestamp_micros: '1700000000123456' } },
  { key: 'gone', value: { string_value: null, int_value: null, set_timestamp_micros: 1700000000123456 } },
]);
const json = `{"web_info":{"browser":"Chrome"},"n":12345678901234567890,"d":1.10,"t":true,"f":false,"z":null,"o":{"a":1.0},"l":[1,2],"one":[{"a":1}]}`;
const columns = ['params', 'users', 'json', 'json.n', 'properties', 'dotted.name'];

describe('dotted names', () => {
  it.each([
    ['params.page_location', 'https://a.b/c'],
    ['params.ga_session_id', '1700000000123456789'],
    ['params.ga_session_id.int_value', '1700000000123456789'],
    ['params.plain', 'text'],
    ['params.empty', ''],
    ['params.both', ''],
    ['params.nowhere', ''],
    ['users.plan', 'gold'],
    ['users.seats', '5'],
    ['users.gone', ''],
    ['users.plan.set_timestamp_micros', '1700000000123456'],
    ['json.web_info.browser', 'Chrome'],
    ['json.d', '1.10'],
    ['json.t', 'true'],
    ['json.f', 'false'],
    ['json.z', ''],
    ['json.o', '{"a":1.0}'],
    ['json.l', '[1,2]'],
    ['json.one', '[{"a":1}]'],
    ['json.one.a', ''],
    ['json.web_info.browser.more', ''],
    ['json.constructor', ''],
    ['json.__proto__', ''],
    ['properties."[Amplitude] Page URL"', 'https://x'],
    ['properties."a.b"', 'dot'],
    ['properties."say ""hi"""', 'quoted'],
  ])('%s', (name, expected) => {
    const row = {
      params,
      users,
      json,
      properties: '{"[Amplitude] Page URL":"https://x","a.b":"dot","say \\"hi\\"":"quoted"}',
    };
    expect(cellOf('contextData.k', { columns, hit: { 'contextData.k': name } }, row)).toBe(expected);
  });

  it('an exact column name wins over a path', () => {
    expect(cellOf('eVar1', { columns, hit: { eVar1: 'json.n' } }, { json, 'json.n': 'exact' })).toBe('exact');
  });

  it('a column may itself hold dots and lead on into JSON', () => {
    expect(cellOf('eVar1', { columns, hit: { eVar1: 'dotted.name.k' } }, { 'dotted.name': '{"k":"v"}' })).toBe('v');
  });

  it('keeps 20-digit numbers of JSON exact', () => {
    const said = { columns: ['json'], hit: { eVar1: 'json.n' } };
    expect(cellOf('eVar1', said, { json })).toBe('12345678901234567890');
  });

  it('counts a column that holds no JSON once a row', () => {
    const said = { columns, hit: { eVar1: 'json.a', eVar2: 'json.b' } };
    const { map } = mapperOf(said);
    expect(map({ json: '{oops' }).tallies).toEqual(['emptied  no JSON in json 1']);
    expect(map({ json: '{oops' }).tallies).toEqual(['emptied  no JSON in json 1']);
    expect(map({ json: '' }).tallies).toEqual([]);
  });

  it.each(['a..b', '.a', 'a.', 'a."b', '"a"b'])('%s is no name', (name) => {
    expect(errors({ columns, hit: { eVar1: name } })).toEqual([
      `mapping.source-name: "${name}" is no source column's name`,
    ]);
  });

  it('says which column was meant', () => {
    const { problems } = bound({ columns, hit: { eVar1: 'propertis.x', eVar2: 'paramz' } });
    expect(problems.map(({ message, hint }) => [message, hint])).toEqual([
      ['the source has no column "propertis.x"', 'did you mean "properties"?'],
      ['the source has no column "paramz"', 'did you mean "params"?'],
    ]);
  });

  it('names a constant only where a text will do, else the columns there are', () => {
    const { problems } = bound({
      key: ['nowhere'],
      time: { from: 'whenever', unit: 's' },
      columns,
      hit: { currencyCode: 'EUR', pageName: { from: 'params', when: { kindly: 'yes' } } },
    });
    const known = 'it has id, ts, params, users, json, json.n, properties, dotted.name';
    expect(problems.map(({ message, hint }) => [/"(.*)"/.exec(message)?.[1], hint])).toEqual([
      ['nowhere', known],
      ['whenever', known],
      ['kindly', known],
      ['EUR', 'a text that is the same for all rows is written { const: "EUR" }'],
    ]);
  });

  it.each([
    ['page;who;kind', '";"'],
    ['page\twho\tkind', '"\\t"'],
    ['page|who|kind', '"|"'],
    ['page,who,kind', '","'],
  ])('tells once that %j is several columns', (column, delimiter) => {
    const { problems } = bound({
      rows: 'log',
      key: ['page'],
      columns: [column],
      hit: { eVar1: 'who', eVar2: 'other' },
    });
    expect(problems.map(({ code, message, hint }) => [code, message, hint])).toEqual([
      ['mapping.delimiter', `the files of "log" give "${column}" as one column`, `write delimiter: ${delimiter}`],
    ]);
  });

  it('takes an optional column that is not there as absent', () => {
    const said = { columns, optional: ['later'], hit: { eVar1: { first: ['later', 'later.x', { const: 'c' }] } } };
    expect(cellOf('eVar1', said, {})).toBe('c');
  });

  it('reads an optional member of JSON where it is there', () => {
    const said = { columns, optional: ['json.later'], hit: { eVar1: { first: ['json.later', { const: 'c' }] } } };
    expect(cellOf('eVar1', said, { json: '{"later":"l"}' })).toBe('l');
    expect(cellOf('eVar1', said, { json: '{}' })).toBe('c');
  });

  it('rejects a row whose value is in bytes, and keeps its key', () => {
    const { map, mapper } = mapperOf({ columns, key: ['id', 'json'], hit: { eVar1: 'json' } });
    expect(map({ json: new Uint8Array([0xca, 0xfe]) })).toEqual({
      outcome: 'rejected',
      reason: 'bytes',
      column: null,
      value: 'json: 2 bytes',
      tallies: [],
    });
    expect(mapper.output.key).toEqual(['7', '0xcafe']);
  });

  it.each(['skip', 'reject'])('rejects it too where a rule of %s takes the bytes for absent', (kind) => {
    const rules = { [kind]: { 'no visitor': { absent: ['json'] }, pings: { params: 'ping' } } };
    const { map } = mapperOf({ columns, ...rules });
    const bytes = new Uint8Array([0xca, 0xfe]);
    expect(map({ json: bytes })).toMatchObject({ outcome: 'rejected', reason: 'bytes', value: 'json: 2 bytes' });
    expect(map({ json: null })).toMatchObject({ reason: 'no visitor' });
    expect(map({ json: '{}', params: 'ping' })).toMatchObject({ reason: 'pings' });
  });

  describe('over rows that are JSON', () => {
    const optional = ['later', 'event', 'user.id'];
    const said = { columns: ['#json', '#file', '#line'], optional, key: ['#file', '#line'] };
    const row = {
      '#json': `{"event":"view","n":12345678901234567890,"user":{"id":"u1"},"#file":"x","a.b":1,"#odd":2,"p":[{"key":"k","value":"v"}]}`,
      '#file': 'a.jsonl',
      '#line': '3',
    };
    it.each([
      ['event', 'view'],
      ['n', '12345678901234567890'],
      ['user.id', 'u1'],
      ['user', '{"id":"u1"}'],
      ['"a.b"', '1'],
      ['p.k', 'v'],
      ['nowhere', ''],
      ['later', ''],
      ['#file', 'a.jsonl'],
      ['#json.#odd', '2'],
      ['#json.#file', 'x'],
    ])('%s is a member, columns aside', (name, expected) => {
      expect(cellOf('eVar1', { ...said, hit: { eVar1: name } }, row)).toBe(expected);
    });

    it.each([
      ['a.b', '{"a.b":"exact","a":{"b":"inner"}}', 'exact'],
      ['a.b', '{"a.b":null,"a":{"b":"inner"}}', ''],
      ['a.b', '{"a":{"b":"inner"}}', 'inner'],
      ['a.b.c', '{"a.b":{"c":"deep"},"a":{"b":{"c":"other"}}}', 'deep'],
      ['a.b', String.raw`{"a":"{\"b\":12345678901234567890}"}`, '12345678901234567890'],
      ['a', String.raw`{"a":"{\"b\": 1}"}`, '{"b": 1}'],
      ['a.k', String.raw`{"a":"[{\"key\":\"k\",\"value\":\"v\"}]"}`, 'v'],
      ['a.b', '{"a":"plain"}', ''],
      ['a.b.c', String.raw`{"a":{"b":"{\"c\":1}"}}`, ''],
    ])('%s of %s, whose members are columns', (name, json, expected) => {
      expect(cellOf('eVar1', { ...said, hit: { eVar1: name } }, { ...row, '#json': json })).toBe(expected);
    });

    it('repeats what a member holds as text', () => {
      const items = String.raw`{"event":"view","items":"[{\"sku\":\"s1\"},{\"sku\":\"s2\"}]"}`;
      const hit = { events: [{ const: 'prodView' }], products: { each: 'items', name: 'sku' } };
      expect(cellOf('products', { ...said, hit }, { ...row, '#json': items })).toBe(';s1,;s2');
    });

    it('counts a member that begins as JSON and is none once a row', () => {
      const { map } = mapperOf({ ...said, hit: { eVar1: 'a.b', eVar2: 'a.c', eVar3: 'p.b' } });
      const broken = { ...row, '#json': String.raw`{"a":"{\"b\":","p":"plain"}` };
      expect(map(broken).tallies).toEqual(['emptied  no JSON in a 1']);
      expect(map(broken).tallies).toEqual(['emptied  no JSON in a 1']);
    });

    it('refuses other names with #', () => {
      expect(errors({ ...said, hit: { eVar1: '#lines' } })).toEqual([
        'mapping.unknown-source-column: the source has no column "#lines"',
      ]);
    });

    it('rejects a row with a member twice, whose value nobody can tell', () => {
      const skip = { helpers: { not: { event: 'view' } } };
      expect(mapperOf({ ...said, skip }).map({ ...row, '#json': '{"event":"view","a":1,"a":2}' })).toMatchObject({
        outcome: 'rejected',
        reason: 'no JSON',
      });
      const { map } = mapperOf({ ...said, hit: { eVar1: 'a', eVar2: 'a' } });
      expect(map({ ...row, '#json': '{"a":1,"a":2}' })).toMatchObject({ outcome: 'rejected', reason: 'no JSON' });
      expect(map({ ...row, '#json': '{"a":1}' })).toMatchObject({ outcome: 'hit', cells: { eVar1: '1' } });
    });
  });
});
