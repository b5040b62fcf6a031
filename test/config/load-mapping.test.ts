import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoadedMapping, loadMapping } from '../../src/config/load-mapping.ts';
import { windowOf } from '../../src/config/window.ts';
import type { Problem } from '../../src/domain/problem.ts';

let folder: string;
let readyMadeFolder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
  readyMadeFolder = join(folder, 'ready');
  mkdirSync(readyMadeFolder);
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return `./${name}`;
}
function load(ref: string) {
  return loadMapping(ref, { from: folder, readyMadeFolder });
}
async function mappingOf(ref: string): Promise<LoadedMapping> {
  const result = await load(ref);
  if (result.problems !== undefined) throw new Error(JSON.stringify(result.problems));
  return result.mapping;
}
function show({ file, line, column, code, message, hint }: Problem): string {
  const place = file === null ? '-' : `${file.slice(folder.length + 1)}:${line}:${column}`;
  return `${place} ${code} ${message}${hint === null ? '' : ` | ${hint}`}`;
}

const base = `mapping: legacy
title: A legacy database
engine: sqlite
variables:
  prefix: { type: identifier, default: old_, describe: table prefix }
  site: { type: integer }
  pepper: { type: secret }
lookups:
  goals: { key: id, values: [event] }
defaults:
  time: { from: ts, unit: s }
  window: { column: ts, type: s, lateness: 2h }
  hit:
    visitorID: { from: visitor, then: [ { hash: { salt: pepper } } ] }
    userAgent: ua
  skip:
    bots: { bot: 1 }
streams:
  visits:
    query: |
      SELECT * FROM \${prefix}visits
      WHERE site = :site AND ts >= :from AND ts < :to
    key: [id]
    hit:
      pageName: page
      userAgent: { real: agent }
  orders:
    query: |
      SELECT * FROM orders WHERE ts >= :from AND ts < :to
    key: [id]
    time: { from: ordered_at }
    window: { lateness: { before: 1h } }
    skip:
      bots: { bot: [1, 2] }
      tests: { test: 1 }
    hit:
      events: [purchase, { event: event1, value: total }, { from: goals }]
      products: { each: items, name: sku, eVar5: colour, quantity: n }
`;
const own = `mapping: acme
extends: ./base.yaml
variables: { site: { type: integer, default: 7 } }
defaults:
  hit: { userAgent: { const: none }, eVar9: nine }
streams:
  visits:
    hit: { eVar1: one, pageName: { from: title, then: [lower] } }
    skip: { pings: { type: ping } }
  orders:
    time: ordered
`;

describe('loadMapping', () => {
  it('merges defaults into streams: maps by key, values whole, a stream wins', async () => {
    const mapping = await mappingOf(write('base.yaml', base));
    expect(mapping).toEqual({
      name: 'legacy',
      title: 'A legacy database',
      engine: 'sqlite',
      file: join(folder, 'base.yaml'),
      variables: {
        prefix: { type: 'identifier', default: 'old_', describe: 'table prefix' },
        site: { type: 'integer' },
        pepper: { type: 'secret' },
      },
      lookups: { goals: { key: 'id', values: ['event'] } },
      files: {},
      streams: [
        [
          'visits',
          {
            time: { from: 'ts', unit: 's' },
            window: { column: 'ts', type: 's', lateness: '2h' },
            hit: {
              visitorID: { from: 'visitor', then: [{ hash: { salt: 'pepper' } }] },
              userAgent: { real: 'agent' },
              pageName: 'page',
            },
            skip: { bots: { bot: '1' } },
            query: 'SELECT * FROM ${prefix}visits\nWHERE site = :site AND ts >= :from AND ts < :to\n',
            key: ['id'],
          },
        ],
        [
          'orders',
          {
            time: { from: 'ordered_at' },
            window: { column: 'ts', type: 's', lateness: { before: '1h' } },
            hit: {
              visitorID: { from: 'visitor', then: [{ hash: { salt: 'pepper' } }] },
              userAgent: 'ua',
              events: ['purchase', { event: 'event1', value: 'total' }, { from: 'goals' }],
              products: { each: 'items', name: 'sku', eVar5: 'colour', quantity: 'n' },
            },
            skip: { bots: { bot: ['1', '2'] }, tests: { test: '1' } },
            query: 'SELECT * FROM orders WHERE ts >= :from AND ts < :to\n',
            key: ['id'],
          },
        ],
      ],
      locate: expect.any(Function),
    });
    expect(mapping.streams.map(([, stream]) => windowOf(stream))).toEqual([
      { column: 'ts', type: 's', zone: 'UTC', lateness: { beforeMs: 7_200_000, afterMs: 7_200_000 } },
      { column: 'ts', type: 's', zone: 'UTC', lateness: { beforeMs: 3_600_000, afterMs: 0 } },
    ]);
  });

  it('lets an own mapping add to the one it extends, and finds each text where it stands', async () => {
    write('base.yaml', base);
    const mapping = await mappingOf(write('own.yaml', own));
    const streams = Object.fromEntries(mapping.streams);
    expect([mapping.name, mapping.title, mapping.file]).toEqual([
      'acme',
      'A legacy database',
      join(folder, 'own.yaml'),
    ]);
    expect(mapping.variables['site']).toEqual({ type: 'integer', default: '7' });
    expect(mapping.streams.map(([name]) => name)).toEqual(['visits', 'orders']);
    expect(streams['visits']?.hit).toEqual({
      visitorID: { from: 'visitor', then: [{ hash: { salt: 'pepper' } }] },
      userAgent: { real: 'agent' },
      eVar9: 'nine',
      pageName: { from: 'title', then: ['lower'] },
      eVar1: 'one',
    });
    expect(streams['visits']?.skip).toEqual({ bots: { bot: '1' }, pings: { type: 'ping' } });
    expect(streams['orders']?.time).toBe('ordered');
    expect(streams['orders']?.hit).toMatchObject({ userAgent: { const: 'none' } });
    const place = (path: string[], what?: 'key') => {
      const { file, line, column } = mapping.locate(['streams', ...path], what);
      return `${file.slice(folder.length + 1)}:${line}:${column}`;
    };
    expect([
      place(['visits', 'hit', 'pageName']),
      place(['visits', 'hit', 'pageName'], 'key'),
      place(['visits', 'hit', 'userAgent', 'real']),
      place(['visits', 'hit', 'visitorID'], 'key'),
      place(['orders', 'hit', 'userAgent']),
      place(['orders', 'time']),
      place(['orders', 'window', 'column']),
      place(['orders', 'query']),
    ]).toEqual([
      'own.yaml:8:34',
      'own.yaml:8:24',
      'base.yaml:26:26',
      'base.yaml:14:5',
      'own.yaml:5:21',
      'own.yaml:11:11',
      'base.yaml:12:21',
      'base.yaml:28:12',
    ]);
  });

  it('takes away what a key inherits where it says null', async () => {
    write('base.yaml', base);
    write(
      'middle.yaml',
      `mapping: middle
extends: ./base.yaml
lookups: null
defaults: { skip: { bots: null } }
streams:
  orders: { hit: { events: null, userAgent: null }, window: { lateness: null } }
`,
    );
    const text = `mapping: acme
extends: ./middle.yaml
variables: { prefix: null, site: null }
defaults: { hit: { userAgent: null, eVar1: one } }
streams:
  visits: null
  orders: { hit: { events: purchase, eVar1: null, eVar2: 'null', eVar3: { from: null } } }
`;
    const mapping = await mappingOf(write('less.yaml', text));
    expect([mapping.lookups, mapping.streams.map(([name]) => name)]).toEqual([{}, ['orders']]);
    expect(mapping.streams[0]?.[1]).toEqual({
      time: { from: 'ordered_at' },
      window: { column: 'ts', type: 's' },
      query: 'SELECT * FROM orders WHERE ts >= :from AND ts < :to\n',
      key: ['id'],
      skip: { bots: { bot: ['1', '2'] }, tests: { test: '1' } },
      hit: {
        visitorID: { from: 'visitor', then: [{ hash: { salt: 'pepper' } }] },
        products: { each: 'items', name: 'sku', eVar5: 'colour', quantity: 'n' },
        events: 'purchase',
        eVar2: 'null',
        eVar3: { from: 'null' },
      },
    });
  });

  it('takes a ready-made mapping by name, for a migration and for extends', async () => {
    writeFileSync(join(readyMadeFolder, 'legacy.yaml'), base);
    expect((await mappingOf('legacy')).file).toBe(join(readyMadeFolder, 'legacy.yaml'));
    const mapping = await mappingOf(write('own.yaml', own.replace('./base.yaml', 'legacy')));
    expect(mapping.locate(['streams', 'orders', 'key']).file).toBe(join(readyMadeFolder, 'legacy.yaml'));
    rmSync(join(readyMadeFolder, 'legacy.yaml'));
  });

  it('reads files', async () => {
    const text = `mapping: export
engine: files
files:
  hits: { format: csv, delimiter: "\\t", quote: none, header: [a, b] }
streams:
  hits: { rows: hits, time: a, hit: { visitorID: b, queryString: b, userAgent: { from: b } } }
`;
    const mapping = await mappingOf(write('files.yaml', text));
    expect([mapping.engine, mapping.files, mapping.streams]).toEqual([
      'files',
      { hits: { format: 'csv', delimiter: '\t', quote: 'none', header: ['a', 'b'] } },
      [['hits', { rows: 'hits', time: 'a', hit: { visitorID: 'b', queryString: 'b', userAgent: { from: 'b' } } }]],
    ]);
  });

  it('warns of what begins anew at each slice', async () => {
    const text = base.replace('SELECT * FROM orders', "SELECT 'OVER (', row_number() over (ORDER BY id) FROM orders");
    const result = await load(write('over.yaml', text));
    expect(result.problems ?? result.warnings).toEqual([
      {
        code: 'query.over',
        message: 'OVER ( begins anew at each slice, because the query is run for a range of the window at a time',
        file: join(folder, 'over.yaml'),
        line: 29,
        column: 37,
        hint: 'see that no window of rows reaches over the end of a slice, or read the stream whole, without window:',
        severity: 'warning',
      },
    ]);
  });

  it.each([
    ['iso, zone: Europe/Berlin', ['warning: a window of type iso is compared in UTC, and its zone not read']],
    ['iso, zone: UTC', []],
    ['iso', []],
    ['datetime, zone: Europe/Berlin', []],
  ])('says where a zone beside a window would not be read: %s', async (type, expected) => {
    const query = 'SELECT * FROM t WHERE a >= :from AND a < :to';
    const text = `mapping: m
engine: sqlite
streams: { s: { query: "${query}", key: [id], time: a, hit: {}, window: { column: a, type: ${type} } } }
`;
    const result = await load(write('zone.yaml', text));
    const found = result.problems ?? result.warnings;
    expect(found.map(({ severity, message }) => `${severity}: ${message}`)).toEqual(expected);
  });
});

/** What a small mapping says when its stream's body (line 5 on) is this; `key` and a query without window are given. */
const stream = (body: string) => `mapping: m
engine: sqlite
streams:
  s:
    query: SELECT 1
    key: [id]
${body.replace(/^/gm, '    ')}
`;
const hit = (body: string) => stream(`time: t\nhit: ${body}`);

const faulty: [name: string, text: string, expected: string[]][] = [
  [
    'an empty mapping',
    'mapping: x\n',
    [
      'f.yaml:1:1 mapping.engine the mapping names no engine | add engine: postgres, mysql, sqlite or files',
      'f.yaml:1:1 mapping.streams the mapping has no stream | add streams: { <name>: … }',
    ],
  ],
  [
    'a stream without anything',
    'mapping: x\nengine: sqlite\nstreams:\n  s: {}\n',
    [
      'f.yaml:4:3 mapping.stream the stream "s" has no time | add time:',
      'f.yaml:4:3 mapping.stream the stream "s" has no hit | add hit:',
      'f.yaml:4:3 mapping.stream the stream "s" has no query | add query: |',
      'f.yaml:4:3 mapping.stream the stream "s" has no key, so that rows of one second have no order | add key: [columns that are unique together]',
    ],
  ],
  [
    'keys that nobody knows',
    'mapping: x\nengin: sqlite\nstreams:\n  s: { tme: t, hit: { a: { form: b } } }\n',
    [
      'f.yaml:2:1 config.unknown-key "engin" is no key that is known here | did you mean "engine"?',
      'f.yaml:4:8 config.unknown-key "tme" is no key that is known here | did you mean "time"?',
      'f.yaml:4:28 config.unknown-key "form" is no key that is known here | did you mean "from"?',
    ],
  ],
  [
    'values without exactly one source',
    hit('{ a: { then: [lower] }, b: { from: x, const: y }, c: [x], d: , e: { first: [x, { when: { y: 1 } }] } }'),
    [
      'f.yaml:8:15 config.value a value needs exactly one of from, const, template, first; none stands here | such as { from: column }',
      'f.yaml:8:37 config.value a value needs exactly one of from, const, template, first; here stand from and const | keep one; first: [ … ] tries several in turn',
      'f.yaml:8:63 config.type a list is not allowed here | write a column name, or a map with exactly one of from, const, template, first',
      'f.yaml:8:71 config.value "d" is empty | write a name, or leave the key out',
      'f.yaml:8:89 config.value a value needs exactly one of from, const, template, first; none stands here | such as { from: column }',
    ],
  ],
  [
    'transforms',
    hit(
      '{ a: { from: x, then: [lowr, nullIf, { nulIf: x }, { lower: x }, { replace: { match: a } }, { hash: { algorithm: md4 } }, [x]] } }',
    ),
    [
      'f.yaml:8:33 config.value "lowr" is not allowed here | did you mean "lower"?',
      'f.yaml:8:39 config.value nullIf needs arguments | write { nullIf: … }',
      'f.yaml:8:49 config.unknown-key "nulIf" is no key that is known here | did you mean "nullIf"?',
      'f.yaml:8:63 config.value "lower" takes no arguments | write lower alone',
      'f.yaml:8:77 config.missing "with" is missing in "replace" | add with: …',
      'f.yaml:8:123 config.value "md4" is not allowed here | did you mean "md5"?',
      "f.yaml:8:132 config.type a list is not allowed here | write a transform's name, or a map of its name and its arguments",
    ],
  ],
  [
    'arguments of transforms',
    hit(
      '{ a: { from: x, then: [stripTags, { maskIp: 1 }, { redact: mail }, { redact: [] }, feedEvents, { feedEvents: x }, keepParams] } }',
    ),
    [
      'f.yaml:8:69 config.value "mail" is not allowed here | did you mean "email"?',
      'f.yaml:8:87 config.value "redact" is empty | name what is redacted, or write redact alone',
      'f.yaml:8:107 config.value "feedEvents" takes no arguments | write feedEvents alone',
      'f.yaml:8:124 config.value keepParams needs arguments | write { keepParams: … }',
    ],
  ],
  [
    'what is no transform, since the language has it elsewhere',
    hit('{ a: { from: x, then: [urlEncode, trim, concat, coalesce, default, Truncate] } }'),
    [
      'f.yaml:8:33 config.value "urlEncode" is no transform | columns that hold a URL, and queryString, encode what they get',
      'f.yaml:8:44 config.value "trim" is no transform | every column trims what it gets',
      'f.yaml:8:50 config.value "concat" is no transform | write template: "{a}{b}"',
      'f.yaml:8:58 config.value "coalesce" is no transform | write first: [a, b]',
      'f.yaml:8:68 config.value "default" is no transform | write else: { const: text }',
      'f.yaml:8:77 config.value "Truncate" is no transform | every column cuts what it gets to its limit; overflow: says otherwise',
    ],
  ],
  [
    'the same as keys',
    hit('{ a: { from: x, then: [{ truncate: 20 }], default: y } }'),
    [
      'f.yaml:8:35 config.unknown-key "truncate" is no key that is known here | every column cuts what it gets to its limit; overflow: says otherwise',
      'f.yaml:8:52 config.unknown-key "default" is no key that is known here | write else: { const: text }',
    ],
  ],
  [
    'sources of values beside keys of a builder: what is read as a value would lose them',
    hit(
      '{ products: { from: x, name: y }, queryString: { const: x, state: y }, userAgent: { first: [x], browser: y } }',
    ),
    [
      'f.yaml:8:33 config.unknown-key "name" is no key that is known here | one of from, const, template, first, when, then, else, overflow',
      'f.yaml:8:69 config.unknown-key "state" is no key that is known here | one of from, const, template, first, when, then, else, overflow',
      'f.yaml:8:106 config.unknown-key "browser" is no key that is known here | one of from, const, template, first, when, then, else, overflow, real, browserVersion, os, osVersion, device, codes',
    ],
  ],
  [
    'a builder with a key that is a source of values',
    hit('{ products: { each: x, name: y, first: z }, queryString: { first: x, state: y } }'),
    [
      'f.yaml:8:42 config.unknown-key "first" is no key that is known here | leave it out',
      'f.yaml:8:69 config.unknown-key "first" is no key that is known here | one of from, const, template, when, then, else, overflow',
    ],
  ],
  [
    'keys that people write for ours',
    hit(
      '{ a: { column: x }, b: { constant: y }, c: { from: x, if: { y: 1 }, transform: [lower] }, events: { event: event1 } }',
    ),
    [
      'f.yaml:8:17 config.unknown-key "column" is no key that is known here | write from: column',
      'f.yaml:8:35 config.unknown-key "constant" is no key that is known here | write const: text',
      'f.yaml:8:64 config.unknown-key "if" is no key that is known here | write when: { column: text }',
      'f.yaml:8:78 config.unknown-key "transform" is no key that is known here | write then: [ … ]',
      'f.yaml:8:110 config.unknown-key "event" is no key that is known here | events are a list: events: [ { event: event1 } ]',
    ],
  ],
  [
    'conditions',
    hit('{ a: { from: x, when: { y: { gte: 1 }, present: {}, any: x } } }'),
    [
      'f.yaml:8:39 config.unknown-key "gte" is no key that is known here | did you mean "ge"?',
      'f.yaml:8:58 config.type a map is not allowed here | write a column name or a list of them',
      'f.yaml:8:67 config.type a text stands here, where a list belongs | write [a, b]',
    ],
  ],
  [
    'builders',
    hit(
      '{ events: { event: x }, products: { name: [x] }, userAgent: { real: u, osVersoin: o, codes: matom }, queryString: { a: [b] } }',
    ),
    [
      'f.yaml:8:22 config.unknown-key "event" is no key that is known here | events are a list: events: [ { event: event1 } ]',
      'f.yaml:8:52 config.type a list is not allowed here | write a column name, or a map with exactly one of from, const, template, first',
      'f.yaml:8:81 config.unknown-key "osVersoin" is no key that is known here | did you mean "osVersion"?',
      'f.yaml:8:102 config.value "matom" is not allowed here | did you mean "matomo"?',
      'f.yaml:8:129 config.type a list is not allowed here | write a column name, or a map with exactly one of from, const, template, first',
    ],
  ],
  [
    'families of columns written as a map',
    hit('{ contextData: { search: x }, customerID: { crm: { id: y } }, hints: b }'),
    [
      'f.yaml:8:12 config.value "contextData" is written out, column by column | write contextData.KEY: …',
      'f.yaml:8:40 config.value "customerID" is written out, column by column | write customerID.TYPE.id: …',
      'f.yaml:8:72 config.value "hints" is written out, column by column | write hints.brands: …',
    ],
  ],
  [
    'events',
    hit('{ events: [purchase, { event: e, vale: x }, { value: x }] }'),
    [
      'f.yaml:8:43 config.unknown-key "vale" is no key that is known here | did you mean "value"?',
      'f.yaml:8:54 config.missing "event" is missing | add event: …',
    ],
  ],
  [
    'time',
    stream('time: { from: t, unit: sec, format: x }\nhit: {}'),
    ['f.yaml:7:28 config.value "sec" is not allowed here | one of s, ms, us, ns'],
  ],
  [
    'time with two ways to read it',
    stream('time: { from: t, unit: s, format: x }\nhit: {}'),
    ['f.yaml:7:31 config.value unit and format exclude each other: an integer has no format | keep one of them'],
  ],
  [
    'a window whose zone is a time, which names one to Temporal',
    stream('time: t\nhit: {}\nwindow: { column: t, zone: "2000-01-01T00:00Z" }'),
    [
      'f.yaml:5:12 query.window a query with a window must use :from and :to | such as WHERE time >= :from AND time < :to',
      'f.yaml:9:32 mapping.window "2000-01-01T00:00Z" is no time zone | such as UTC or Europe/Berlin',
    ],
  ],
  [
    'windows',
    stream('time: t\nhit: {}\nwindow: { zone: Mars, lateness: { before: 5, after: 1x } }'),
    [
      'f.yaml:5:12 query.window a query with a window must use :from and :to | such as WHERE time >= :from AND time < :to',
      'f.yaml:9:5 mapping.window the window names no column | add column:',
      'f.yaml:9:21 mapping.window "Mars" is no time zone | such as UTC or Europe/Berlin',
      'f.yaml:9:47 mapping.window "5" is no duration | such as 0s, 90s, 2h',
      'f.yaml:9:57 mapping.window "1x" is no duration | such as 0s, 90s, 2h',
    ],
  ],
  [
    'window types of other engines',
    stream('time: t\nhit: {}\nwindow: { column: a, type: timestamptz }'),
    [
      'f.yaml:5:12 query.window a query with a window must use :from and :to | such as WHERE time >= :from AND time < :to',
      'f.yaml:9:32 mapping.window timestamptz is a type of PostgreSQL | write datetime',
    ],
  ],
  [
    'an instant with a zone',
    stream('time: t\nhit: {}\nwindow: { column: a, type: timestamptz, zone: Europe/Berlin }').replace(
      'sqlite',
      'postgres',
    ),
    [
      'f.yaml:5:12 query.window a query with a window must use :from and :to | such as WHERE time >= :from AND time < :to',
      'f.yaml:9:45 mapping.window a timestamptz is an instant and has no zone of its own | leave it out',
    ],
  ],
  [
    'what PostgreSQL would take for something else',
    `mapping: x
engine: postgres
defaults: { time: t, hit: {}, key: [id] }
streams:
  a: { query: "SELECT tags[:n], $1 FROM t WHERE a ? 'b'" }
  b: { query: "SELECT $$\${p}$$ -- :no" }
variables: { p: { type: identifier } }
`,
    [
      'f.yaml:5:28 query.parameter ":n" in brackets may be a value or the end of a slice | write (:n) for the value, or a blank after the colon of the slice',
      'f.yaml:5:33 query.parameter "$1" would be a parameter without a value | write :name',
      'f.yaml:6:25 query.paste nothing is pasted into a string: ${p} | bind a variable of type text, and join texts in SQL',
    ],
  ],
  [
    'what MySQL would take for something else',
    `mapping: x
engine: mysql
defaults: { time: t, hit: {}, key: [id] }
streams:
  a: { query: "SELECT @n := ?, /*! 1, */ 2 # :no" }
  b: { query: 'SELECT "\${p}" -- :no' }
  c: { window: { column: t }, query: 'SELECT "OVER (", 1 FROM t WHERE t >= :from AND t < :to' }
  d: { window: { column: t }, query: 'SELECT id FROM t WHERE t >= "x\\":from" AND t < :to # :from' }
variables: { p: { type: identifier } }
`,
    [
      'f.yaml:5:23 query.parameter "@n" would be a variable of a session, and each slice may have another one | write :name',
      'f.yaml:5:29 query.parameter "?" would be a parameter without a value | write :name',
      'f.yaml:5:32 query.parameter this comment would run as SQL | write its content, or a comment without "!"',
      'f.yaml:6:24 query.paste nothing is pasted into a string: ${p} | bind a variable of type text, and join texts in SQL',
      'f.yaml:8:38 query.window a query with a window must use :from | such as WHERE time >= :from AND time < :to',
    ],
  ],
  [
    'names that are bare numbers',
    'mapping: x\nengine: sqlite\nstreams:\n  12: {}\n  s: { skip: { 404: { a: b } } }\n',
    [
      'f.yaml:4:3 config.value "12" is no name: it needs a character that is not a digit, and no blanks around it | write a letter before it',
      'f.yaml:5:16 config.value "404" is no name: it needs a character that is not a digit, and no blanks around it | write a letter before it',
    ],
  ],
  [
    'variables',
    `mapping: x
engine: sqlite
variables:
  prefix: { type: identifier, default: a-b }
  site: { type: integer, default: x }
  unused: { type: text }
  salt: { type: secret, default: s }
  from: { type: text }
streams:
  s:
    query: |
      -- :no \${no}
      SELECT :sit, \${site}, ?, \${prefx}, '\${prefix}', :prefix::text, :salt
        WHERE a >= :from
    key: [a]
    time: t
    hit: { a: { from: b, then: [ { hash: { salt: salt } } ] } }
`,
    [
      'f.yaml:4:40 mapping.variable "a-b" is no identifier | letters, digits and _, not beginning with a digit',
      'f.yaml:5:35 mapping.variable "x" is no integer | write digits, or declare it as text',
      'f.yaml:6:3 mapping.variable the variable "unused" is used nowhere | use it in a query or as the salt of a hash, or leave it out',
      'f.yaml:7:25 mapping.variable a secret cannot have a default | leave it to the migration',
      'f.yaml:8:3 mapping.variable :from is the range of a slice and cannot be declared | take another name',
      'f.yaml:13:14 query.undeclared :sit is no variable of this mapping | did you mean "site"?',
      'f.yaml:13:20 query.paste only identifiers are pasted; "site" is of type integer | write :site',
      'f.yaml:13:29 query.parameter "?" would be a parameter without a value | write :name',
      'f.yaml:13:32 query.undeclared ${prefx} is no variable of this mapping | did you mean "prefix"?',
      'f.yaml:13:43 query.paste nothing is pasted into a string: ${prefix} | bind a variable of type text, and join texts in SQL',
      'f.yaml:13:55 query.bind "prefix" is an identifier, which is pasted, not bound | write ${prefix}, or declare it as text',
      'f.yaml:13:70 query.bind "salt" is a secret, which is only the salt of a hash | declare it as text, if it is none',
      'f.yaml:14:20 query.window :from has no value in a stream without window | add window: { column: … }; files have none',
    ],
  ],
  [
    'files',
    `mapping: x
engine: files
files:
  hits: { format: xml }
  more: { format: csv, header: maybe }
  last: { format: csv, charset: ebcdic }
`,
    [
      'f.yaml:4:19 config.value "xml" is not allowed here | one of csv, jsonl, parquet, lines, w3c',
      'f.yaml:5:32 config.value "maybe" is not allowed here | one of true, false',
      'f.yaml:6:33 config.value "ebcdic" is not allowed here | one of utf-8, utf-16, utf-16le, utf-16be, latin1, windows-1252',
    ],
  ],
  [
    'formats of files',
    `mapping: x
engine: files
files:
  a: { format: csv, delimiter: ";", quote: "'", escape: "\\\\", header: true, comment: "#", charset: latin1 }
  b: { format: jsonl, charset: utf-16 }
  c: { format: lines, pattern: combined, comment: "#" }
  d: { format: lines, pattern: '(?<ip>\\S+) .*' }
  e: { format: parquet }
  f: { format: w3c, pattern: common }
  g: { format: lines }
  h: { format: lines, pattern: '(\\S+) .*' }
  i: { format: lines, pattern: '(?<a>(x+)+)' }
  j: { format: lines, pattern: '(?<a>x' }
  k: { format: parquet, charset: utf-8 }
streams:
  s: { rows: a, time: t, hit: {} }
`,
    [
      'f.yaml:9:21 mapping.file-set pattern means nothing to the format w3c | it has charset',
      'f.yaml:10:3 mapping.file-set the format lines needs a pattern | add pattern: combined or common',
      'f.yaml:11:32 mapping.pattern "(\\S+) .*" names no column | name groups, such as (?<path>\\S+), or write combined or common',
      'f.yaml:12:32 mapping.pattern "(?<a>(x+)+)" repeats a repetition, at position 10 | it can take for ever: repeat once',
      'f.yaml:13:32 mapping.pattern "(?<a>x" is no regular expression: Unterminated group | JavaScript syntax with the flag u',
      'f.yaml:14:25 mapping.file-set charset means nothing to the format parquet | leave it out',
    ],
  ],
  [
    'streams of files',
    `mapping: x
engine: files
files:
  hits: { format: csv }
streams:
  a: { rows: hit, time: t, hit: {}, window: { column: t } }
  b: { query: SELECT 1, time: t, hit: {} }
  c: { time: t, hit: {} }
`,
    [
      'f.yaml:6:14 mapping.stream "hit" is no file set of this mapping | did you mean "hits"?',
      'f.yaml:6:37 mapping.window files are read once, whole, and have no window | leave it out',
      'f.yaml:7:3 mapping.stream the stream "b" has no key: what a query returns has no file and line | add key: [columns that are unique together]',
      'f.yaml:8:3 mapping.stream the stream "c" names no rows | add rows: <file set>, or a query',
    ],
  ],
  [
    'queries over files',
    `mapping: x
engine: files
variables: { site: { type: text }, table: { type: identifier }, spare: { type: text } }
files:
  hits: { format: csv }
streams:
  good: { query: 'SELECT id FROM \${table} WHERE site = :site', key: [id], time: t, hit: {} }
  both: { query: SELECT id FROM hits, rows: hits, key: [id], time: t, hit: {} }
  windowed: { query: 'SELECT id FROM hits WHERE t >= :from AND t < :to', key: [id], time: t, hit: {}, window: { column: t } }
  places: { query: 'SELECT id FROM hits WHERE a = :b AND c = $d', key: [id], time: t, hit: {} }
`,
    [
      'f.yaml:3:65 mapping.variable the variable "spare" is used nowhere | use it in a query or as the salt of a hash, or leave it out',
      'f.yaml:8:39 mapping.stream a stream has rows or a query, not both | leave one of them out: the query names its file sets itself',
      'f.yaml:9:54 query.window :from has no value in a stream without window | add window: { column: … }; files have none',
      'f.yaml:9:68 query.window :to has no value in a stream without window | add window: { column: … }; files have none',
      'f.yaml:9:103 mapping.window files are read once, whole, and have no window | leave it out',
      'f.yaml:10:51 query.undeclared :b is no variable of this mapping | one of site, table, spare',
      'f.yaml:10:62 query.parameter "$d" would be a parameter without a value | write :name',
    ],
  ],
  [
    'a query without file sets',
    'mapping: x\nengine: files\nstreams:\n  s: { query: SELECT 1, key: [a], time: t, hit: {} }\n',
    ['f.yaml:4:8 mapping.stream the mapping has no file sets to be asked | add files: { <name>: … }'],
  ],
  [
    'rows in a database',
    'mapping: x\nengine: sqlite\nstreams:\n  s: { rows: hits, key: [a], time: t, hit: {} }\n',
    ['f.yaml:4:8 mapping.stream rows names files; a database stream has a query | write query: |'],
  ],
  [
    'a folded query and a fault beside it',
    'mapping: x\nengine: sqlite\nengine: files\nstreams:\n  s:\n    query: >\n      SELECT 1\n',
    [
      'f.yaml:3:1 yaml.duplicate-key "engine" stands here twice; the first is in line 2 | keep one of them',
      'f.yaml:6:12 yaml.folded-query a folded text (>) joins the lines of a query, so that a comment would swallow the rest | write "query: |"',
    ],
  ],
  [
    'the environment in a mapping',
    hit('{ a: { const: "${env:X}" } }'),
    [
      'f.yaml:8:25 mapping.env ${env:NAME} belongs into the migration, not into a mapping | declare a variable, and fill it in the migration',
    ],
  ],
  [
    'what extends itself',
    'mapping: x\nextends: ./f.yaml\n',
    [
      'f.yaml:2:10 mapping.extends "./f.yaml" leads back to a mapping that extends this one | take one of the two extends out',
    ],
  ],
  [
    'null where nothing is inherited',
    `mapping: x
engine: sqlite
files: null
defaults: { hit: { pageName: a }, time: t, key: [id] }
streams:
  a: { query: SELECT 1, hit: { pageNmae: null, eVar1: null } }
  b: { query: SELECT 1, hit: { pageName: null } }
`,
    [
      'f.yaml:3:8 mapping.removal null takes away what "files" inherits, and it inherits nothing | leave it out; a column of that name is written "null"',
      'f.yaml:6:42 mapping.removal null takes away what "pageNmae" inherits, and it inherits nothing | did you mean "pageName"?',
      'f.yaml:6:55 mapping.removal null takes away what "eVar1" inherits, and it inherits nothing | leave it out; a column of that name is written "null"',
    ],
  ],
  [
    'what is taken away and needed',
    'mapping: x\nengine: sqlite\ndefaults: { time: t }\nstreams:\n  s: { query: SELECT 1, key: [a], time: null, hit: {} }\n',
    ['f.yaml:5:3 mapping.stream the stream "s" has no time | add time:'],
  ],
  [
    'what extends nothing',
    'mapping: x\nextends: ./none.yaml\n',
    ['f.yaml:2:10 file.not-found the mapping "./none.yaml" cannot be read | paths begin at the file that names them'],
  ],
  [
    'what extends a folder',
    'mapping: x\nextends: ./\n',
    ['f.yaml:2:10 file.not-found the mapping "./" cannot be read (EISDIR) | name a file; this is a folder'],
  ],
  [
    'a ready-made name that is nearly one',
    'mapping: x\nextends: matomoo\n',
    ['f.yaml:2:10 file.not-found "matomoo" is no ready-made mapping | did you mean "matomo"?'],
  ],
];

describe('problems of a mapping file', () => {
  it.each(faulty)('%s', async (_name, text, expected) => {
    writeFileSync(join(readyMadeFolder, 'matomo.yaml'), 'mapping: matomo\n');
    const result = await load(write('f.yaml', text));
    expect(result.problems?.map(show) ?? []).toEqual(expected);
  });

  it('names no place for a mapping that nobody wrote down', async () => {
    const result = await loadMapping('pages', { from: folder, readyMadeFolder: join(folder, 'nowhere') });
    expect(result.problems?.map(show)).toEqual([
      '- file.not-found "pages" is no ready-made mapping | a path must hold a /',
    ]);
  });

  it('tells a fault of an extended file there, and once', async () => {
    write('base.yaml', base.replace('ua\n', '{ form: ua }\n').replace('unit: s', 'unit: x'));
    const result = await load(write('own.yaml', own));
    expect(result.problems?.map(show)).toEqual([
      'base.yaml:11:27 config.value "x" is not allowed here | did you mean "s"?',
      'base.yaml:15:18 config.unknown-key "form" is no key that is known here | did you mean "from"?',
    ]);
  });

  it('tells a fault of defaults once, however many streams have them', async () => {
    write(
      'base.yaml',
      base.replace('lateness: 2h', 'lateness: 2x').replace('window: { lateness: { before: 1h } }', 'window: {}'),
    );
    expect((await load('./base.yaml')).problems?.map(show)).toEqual([
      'base.yaml:12:44 mapping.window "2x" is no duration | such as 0s, 90s, 2h',
    ]);
  });

  it('refuses a cycle of two', async () => {
    write('a.yaml', 'mapping: a\nextends: ./b.yaml\n');
    write('b.yaml', 'mapping: b\nextends: ./a.yaml\n');
    expect((await load('./a.yaml')).problems?.map(show)).toEqual([
      'b.yaml:2:10 mapping.extends "./a.yaml" leads back to a mapping that extends this one | take one of the two extends out',
    ]);
  });
});
