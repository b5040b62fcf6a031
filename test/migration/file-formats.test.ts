import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeEach, expect, it } from 'vitest';
import type { FileSetSpec, StreamSpec } from '../../src/config/mapping-schema.ts';
import { bindMapping } from '../../src/mapping/bind-mapping.ts';
import { HIT } from '../../src/mapping/mapper.ts';
import { openFiles } from '../../src/source/files/open-files.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

let folder: string;
beforeEach((context) => {
  folder = scratchFolder(context);
});

/** Reads one file and maps it: each hit as its second, visitor, page and key; each reject as its reason. */
async function hits(file: string, set: FileSetSpec, spec: Partial<StreamSpec>) {
  const source = await openFiles({ paths: { hits: [join(folder, file)] }, files: { hits: set } });
  const stream = { stream: 'hits', rows: 'hits' };
  const { mapping, problems } = bindMapping({
    mapping: { streams: [['hits', { rows: 'hits', ...spec }]], lookups: {}, variables: {}, locate: () => null },
    columnsOf: { hits: await source.columns(stream) },
    target: { reportSuiteID: { const: 'rs' } },
    suite: { seed: null, currency: null, delimiters: {} },
    lookups: {},
    variables: {},
  });
  if (mapping === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  const [mapper] = mapping.streams;
  const page = mapping.columns.indexOf('pageURL');
  const found: unknown[] = [];
  await source.snapshot(async (reader) => {
    for await (const { rows } of reader.read(stream, { from: null, to: null })) {
      for (const row of rows) {
        const outcome = mapper!.map(row);
        const { seconds, visitor, key, cells, reason } = mapper!.output;
        found.push(outcome === HIT ? [seconds, visitor, cells[page], key.join(':')] : reason);
      }
    }
  });
  return found;
}

const day = 1425204000; // 2015-03-01 10:00:00 UTC

it('maps an access log', async () => {
  writeFileSync(
    join(folder, 'access.log'),
    `10.0.0.1 - u1 [01/Mar/2015:11:00:00 +0100] "GET /a?b=1 HTTP/1.1" 200 1 "-" "Mozilla/5.0"
10.0.0.2 - u2 [01/Mar/2015:05:00:01 -0500] "GET /c HTTP/1.1" 200 1 "-" "Mozilla/5.0"
10.0.0.2 - u2 [01/Mar/2015:05:00:02 -0500] "GET /d HTTP/1.1" 200 1 "-" "-"
10.0.0.3 - u3 [01/Foo/2015:10:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "Mozilla/5.0"
10.0.0.3 - - [01/Mar/2015:10:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "Mozilla/5.0"
`,
  );
  const found = await hits(
    'access.log',
    { format: 'lines', pattern: 'combined' },
    {
      time: { from: 'time', format: 'DD/MMM/YYYY:HH:mm:ss ZZ' },
      hit: { visitorID: 'user', ipaddress: 'host', pageURL: { template: 'https://x.y{path}' }, userAgent: 'agent' },
    },
  );
  expect(found).toEqual([
    [day, 'vid:u1', 'https://x.y/a?b=1', 'access.log:1'],
    [day + 1, 'vid:u2', 'https://x.y/c', 'access.log:2'],
    'userAgent',
    'time',
    [day, 'ip:10.0.0.3', 'https://x.y/', 'access.log:5'],
  ]);
});

it('maps JSON lines', async () => {
  writeFileSync(
    join(folder, 'events.jsonl'),
    `{"event_timestamp":1425204000123456,"user":{"id":12345678901234567890},"params":[{"key":"page_location","value":{"string_value":"https://x.y/a","int_value":null}}],"ua":"Mozilla/5.0"}
{"event_timestamp":1425204000123456,"user":{"id":null},"params":[{"key":"page_location","value":{"string_value":"https://x.y/a"}}],"ua":"Mozilla/5.0"}
`,
  );
  const found = await hits(
    'events.jsonl',
    { format: 'jsonl' },
    {
      time: { from: 'event_timestamp', unit: 'us' },
      hit: { visitorID: 'user.id', pageURL: 'params.page_location', userAgent: 'ua' },
    },
  );
  expect(found).toEqual([[day, 'vid:12345678901234567890', 'https://x.y/a', 'events.jsonl:1'], 'visitor']);
});

it('maps a W3C log', async () => {
  writeFileSync(
    join(folder, 'ex.log'),
    '#Fields: date time cs-username cs-uri-stem cs(User-Agent)\r\n2015-03-01 10:00:00 u1 /a Mozilla/5.0+(X)\r\n',
  );
  const found = await hits(
    'ex.log',
    { format: 'w3c' },
    {
      time: { template: '{date} {time}', zone: 'UTC' },
      hit: { visitorID: 'cs-username', pageURL: { template: 'https://x.y{cs-uri-stem}' }, userAgent: 'cs(User-Agent)' },
    },
  );
  expect(found).toEqual([[day, 'vid:u1', 'https://x.y/a', 'ex.log:2']]);
});

it('maps Parquet, instants and wall clocks', async () => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(`COPY (SELECT TIMESTAMPTZ '2015-03-01 11:00:00.5+01' AS "at", TIMESTAMP '2015-03-01 10:00:00.5' AS wall,
    9007199254740993 AS id, {'url': 'https://x.y/a'} AS page) TO '${join(folder, 'a.parquet')}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  const hit = { visitorID: 'id', pageURL: 'page.url', userAgent: { const: 'UA' } };
  const expected = [[day, 'vid:9007199254740993', 'https://x.y/a', 'a.parquet:1']];
  expect(await hits('a.parquet', { format: 'parquet' }, { time: { from: 'at' }, hit })).toEqual(expected);
  expect(await hits('a.parquet', { format: 'parquet' }, { time: { from: 'wall', zone: 'UTC' }, hit })).toEqual(
    expected,
  );
});
