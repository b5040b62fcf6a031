import { copyFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoadedMapping } from '../../src/config/load-mapping.ts';
import type { StreamSpec } from '../../src/config/mapping-schema.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { JobEvent } from '../../src/domain/event.ts';
import { Database } from '../../src/domain/sqlite.ts';
import { rejects } from '../../src/inspection/rejects.ts';
import { report } from '../../src/inspection/report.ts';
import { status } from '../../src/inspection/status.ts';
import { verify } from '../../src/inspection/verify.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { idempotencyKey } from '../../src/migration/build/idempotency-key.ts';
import { type ContextOptions, contextOf } from '../../src/migration/context.ts';
import { changedEntries } from '../../src/migration/job/fingerprint.ts';
import { jobFingerprint } from '../../src/migration/job/job-fingerprint.ts';
import { readJobFiles } from '../../src/migration/job/read-job-files.ts';
import type { JobReport } from '../../src/migration/report.ts';
import { build, type RunOptions, run } from '../../src/migration/run.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { type FixtureFolder, sandboxEnv, sandboxSettings, sqliteFolder } from './job-fixture.ts';

// What delivery promises of a whole job, sentence by sentence, against the sandbox. The sentences about single chunks
// and lanes stand in test/delivery/promises.

const begin = Date.UTC(2021, 0, 1) / 1000;
const rowsFrom = (hour: number) =>
  Array.from({ length: 24 }, (_, id) => {
    const at = begin + (hour + (id >> 1)) * 3600;
    return { id, at, hit: at, visitor: `v${id % 5}` };
  });
/** Stream `late` begins in a later slice than `early`. */
const streams = [
  { name: 'early', window: 'type: s', rows: rowsFrom(0) },
  { name: 'late', window: 'type: s', rows: rowsFrom(6) },
];
const settings = {
  ...sandboxSettings,
  slices: 8,
};

let fixture: FixtureFolder;
let sandboxes: Sandbox[];
let options: ContextOptions;
/** What was asked for of files: `validate`, or `upload` with the key, in order of arrival. */
let asked: string[];
let onUpload: (key: string) => void;

beforeEach(() => {
  fixture = sqliteFolder(streams, settings);
  sandboxes = [];
  asked = [];
  onUpload = () => {};
});
afterEach(async () => {
  for (const sandbox of sandboxes) await sandbox.close();
  fixture.remove();
});

/** Points the job at a new sandbox. */
async function start(more: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({
    rate: 0,
    ...more,
    onRequest: ({ method, path, key }) => {
      if (method !== 'POST' || !path.includes('/events')) return;
      asked.push(path.endsWith('/validate') ? 'validate' : `upload ${key}`);
      if (!path.endsWith('/validate')) onUpload(key ?? '');
    },
  });
  sandboxes.push(sandbox);
  options = { env: sandboxEnv(sandbox) };
  return sandbox;
}

const work = (...path: string[]): string => join(fixture.folder, 'work', ...path);

/** Runs until a chunk gets into this state. */
function runUntil(state: string, more: RunOptions = {}): Promise<JobReport> {
  const person = new AbortController();
  const onEvent = (event: JobEvent): void => {
    if (event.type === 'chunk' && event.state === state) person.abort();
  };
  return run(fixture.file, { ...options, ...more, signal: person.signal, onEvent });
}

async function chunks() {
  const ledger = await openLedger(work(), { readOnly: true });
  try {
    return await ledger.chunks();
  } finally {
    await ledger.close();
  }
}

describe('the idempotency key is a hash of migration id, group, slice, part and raw SHA-256, stored at sealing', () => {
  const chunk = { group: 'acme_0', slice: 3, part: 1, rawSha256: 'ab'.repeat(32) };
  // printf '["acme","acme_0","3","1","abab…"]' | sha256sum
  const key = '04297c03cbdbafdbec6b2cd29b0afa5e91e5a4caa1aba85b11944c05d735c937';

  it('of these five, and of nothing else', () => {
    expect(idempotencyKey('acme', chunk)).toBe(key);
    const others = [
      idempotencyKey('acme-2', chunk),
      ...[{ group: 'acme_1' }, { slice: 4 }, { part: 2 }, { rawSha256: 'cd'.repeat(32) }].map((over) =>
        idempotencyKey('acme', { ...chunk, ...over }),
      ),
    ];
    expect(new Set([key, ...others]).size).toBe(6);
  });

  it('stands in the ledger before anything is sent, and is the one that is sent', async () => {
    await start();
    await build(fixture.file, options);
    const keys = (await chunks()).map((one) => one.key);
    expect(keys).toEqual((await chunks()).map((one) => idempotencyKey('fixture', one)));
    expect(asked).toEqual([]);
    await run(fixture.file, options);
    expect(asked.filter((call) => call !== 'validate').sort()).toEqual(keys.map((one) => `upload ${one}`).sort());
  });
});

describe('the attempt is durable before the first byte, the outcome before the next step', () => {
  it('at every upload the ledger on disk knows of it, and of the end of all before it', async () => {
    const sandbox = await start();
    const host = new URL(sandbox.baseUrl).host;
    const from = systemClock.now();
    const seen: unknown[] = [];
    onUpload = (key) => {
      const db = new Database(work('ledger.sqlite'), { readonly: true });
      const open = db
        .prepare(
          `SELECT a.host, a.client_id AS clientId, a.started_at AS startedAt, c.state,
             (SELECT count(*) FROM chunks AS e WHERE e.lane = c.lane AND (e.slice, e.part) < (c.slice, c.part)
               AND (e.state <> 'uploaded' OR NOT EXISTS (SELECT 1 FROM receipts AS r WHERE r.lane = e.lane AND r.slice = e.slice AND r.part = e.part))) AS openBefore
           FROM chunks AS c JOIN attempts AS a ON a.lane = c.lane AND a.slice = c.slice AND a.part = c.part
           WHERE c.idempotency_key = ? AND a.ended_at IS NULL`,
        )
        .all(key) as { startedAt: number }[];
      db.close();
      seen.push(
        ...open.map(({ startedAt, ...rest }) => ({
          ...rest,
          inTime: startedAt >= from && startedAt <= systemClock.now(),
        })),
      );
    };
    expect((await run(fixture.file, options)).state).toBe('finished');
    expect(seen.length).toBeGreaterThan(10);
    expect(seen).toEqual(
      seen.map(() => ({ host, clientId: sandbox.clientId, state: 'sending', openBefore: 0, inTime: true })),
    );
  });
});

describe('each chunk passes the linter as it lies on disk', () => {
  const damages: [string, (own: string, other: string) => void][] = [
    ['deleted', (own) => rmSync(own)],
    ['cut', (own) => writeFileSync(own, readFileSync(own).subarray(0, 100))],
    [
      'altered',
      (own) => writeFileSync(own, gzipSync(gunzipSync(readFileSync(own)).toString().replace('home', 'away'))),
    ],
    ['compressed anew', (own) => writeFileSync(own, gzipSync(gunzipSync(readFileSync(own)), { level: 1 }))],
    ['swapped with another', (own, other) => copyFileSync(other, own)],
  ];
  it.each(damages)('one that was %s is not sent; its lane stops, the other goes on', async (_, damage) => {
    const sandbox = await start();
    await build(fixture.file, options);
    const [first, second] = (await chunks()).filter(({ group }) => group === 'acme_1');
    const bytes = readFileSync(work(second!.path));
    damage(work(second!.path), work(first!.path));
    const stopped = await run(fixture.file, options);
    expect(stopped.stopped?.code).toBe('chunk.damaged');
    expect(stopped.stopped?.message).toContain(second!.path);
    const sent = sandbox.report().groups;
    expect(sent['acme_1']?.files).toBe(1);
    expect(sent['acme_0']?.files).toBe((await chunks()).filter(({ group }) => group === 'acme_0').length);
    writeFileSync(work(second!.path), bytes);
    expect((await run(fixture.file, options)).state).toBe('finished');
    expect(sandbox.report()).toMatchObject({ rows: 48, duplicateRows: 0, breaches: [] });
  });
});

describe('the validate endpoint passes the first file, and a sample of every stream when it first appears', () => {
  /** Per request for a file: `validate`, or the streams of the chunk that is uploaded. */
  const order = async (): Promise<string[]> => {
    const streamsOf = new Map((await chunks()).map(({ key, streams: held }) => [key, Object.keys(held).sort().join()]));
    return asked.map((call) => (call === 'validate' ? call : (streamsOf.get(call.slice(7)) ?? '?')));
  };

  it('before the first upload of each, and not again', async () => {
    await start();
    expect((await run(fixture.file, options)).state).toBe('finished');
    const seen = await order();
    expect(seen.filter((call) => call === 'validate')).toHaveLength(2);
    expect(seen[0]).toBe('validate');
    const second = seen.lastIndexOf('validate');
    expect(seen.slice(1, second).filter((call) => call.includes('late'))).toEqual([]);
    expect(seen.slice(second).some((call) => call.includes('late'))).toBe(true);
    expect(seen.slice(1, second).length).toBeGreaterThan(1);
  });

  it('one that first appears after a restart is asked about before its first upload too', async () => {
    await start();
    await runUntil('uploaded');
    // The other lane may have been a step behind.
    expect(new Set(await order())).toEqual(new Set(['validate', 'early']));
    expect((await run(fixture.file, options)).state).toBe('finished');
    const seen = await order();
    expect(seen.filter((call) => call === 'validate')).toHaveLength(2);
    expect(seen.findIndex((call) => call.includes('late'))).toBeGreaterThan(seen.lastIndexOf('validate'));
  });

  it('a stream that the endpoint refuses stops the run before its first upload', async () => {
    // The second validation is the one for the stream that comes late.
    await start({ faults: [{ at: 2, path: 'validate', fault: 'rejected' }] });
    const { stopped } = await run(fixture.file, options);
    expect(stopped?.code).toBe('gate.rejected');
    const seen = await order();
    expect(seen.filter((call) => call.includes('late'))).toEqual([]);
    expect(seen.filter((call) => call === 'early').length).toBeGreaterThan(0);
  });

  it('a change that is accepted reaches what the endpoint refused, though lanes have sent of its slice', async () => {
    const sandbox = await start({ faults: [{ at: 2, path: 'validate', fault: 'rejected' }] });
    expect((await run(fixture.file, options)).stopped?.code).toBe('gate.rejected');
    const database = new Database(work('ledger.sqlite'));
    const refused = database
      .prepare("SELECT c.* FROM chunks AS c JOIN notes AS n ON n.text = c.idempotency_key WHERE n.kind LIKE 'refused%'")
      .get() as { lane: string; slice: number; part: number };
    // The other lane was a step ahead.
    database
      .prepare(
        "INSERT OR IGNORE INTO attempts (lane, slice, part, number, host, client_id, started_at, ended_at, outcome) SELECT lane, slice, part, 1, 'h', 'c', 1, 2, 'nothing sent: no way' FROM chunks WHERE slice = ? AND lane <> ?",
      )
      .run(refused.slice, refused.lane);
    database.close();
    fixture.edit('mapping.yaml', 'pageName: page', 'pageName: { const: mended }');
    const done = await run(fixture.file, { ...options, acceptChange: true });
    expect(done.stopped).toBeUndefined();
    const ledger = await openLedger(work(), { readOnly: true });
    expect(await ledger.contentOf({ group: refused.lane, slice: refused.slice, part: refused.part })).toBe(2);
    await ledger.close();
    expect(sandbox.report()).toMatchObject({ rows: 48, duplicateRows: 0, breaches: [] });
  });
});

describe('a pass is kept for fingerprint, host, client and suites, and void when one of them changes', () => {
  const changes: [string, () => Promise<unknown>, RunOptions, boolean][] = [
    ['nothing', async () => {}, {}, false],
    ['the host', () => start(), {}, true],
    [
      'the client',
      async () => {
        const { port } = sandboxes[0]!;
        await sandboxes[0]!.close();
        await start({ port, seed: 7 });
      },
      {},
      true,
    ],
    ['the suites', async () => fixture.edit('migration.yaml', 'acmedev', 'acmeprod'), { acceptChange: true }, true],
    [
      'what hits say',
      async () => fixture.edit('mapping.yaml', 'pageName: page', 'pageName: visitor'),
      { acceptChange: true },
      true,
    ],
  ];
  it.each(changes)('changed: %s', async (_, change, more, again) => {
    await start();
    // The first chunk has passed, and is not attempted.
    expect((await runUntil('linted')).stopped?.code).toBe('interrupted');
    expect(asked).toEqual(['validate']);
    await change();
    asked = [];
    expect((await runUntil('uploaded', more)).stopped?.code).toBe('interrupted');
    expect(asked[0]).toMatch(again ? /^validate$/ : /^upload /);
    expect(asked.filter((call) => call === 'validate')).toHaveLength(again ? 1 : 0);
    expect(asked.filter((call) => call !== 'validate').length).toBeGreaterThan(0);
  });
});

describe('a validate without an answer is no pass', () => {
  const faults: FaultRule['fault'][] = [
    'e500',
    'e503',
    'drop-before',
    'drop-mid',
    'drop-after',
    'truncated',
    'badjson',
  ];
  it.each(faults)('%s', async (fault) => {
    await start({ faults: [{ at: 1, path: 'validate', fault, times: 4 }] });
    // The pauses between tries cost no time.
    const clock = {
      ...systemClock,
      sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 5), signal),
    };
    expect((await run(fixture.file, { ...options, clock })).state).toBe('finished');
    expect(asked.slice(0, 5)).toEqual(Array(5).fill('validate'));
    expect(asked[5]).toMatch(/^upload /);
  });
});

describe('a chunk that was found by look-up is uploaded, and marked: its invalid rows are unknown unless validate confirms', () => {
  const lost: FaultRule = { at: 1, fault: 'drop-after' };
  it.each<[string, FaultRule[], number | null, string]>([
    ['confirmed', [lost], 0, '0 filtered'],
    // The first validation is the gate's.
    [
      'not confirmed',
      [lost, { at: 2, path: 'validate', fault: 'badjson' }],
      null,
      '0 filtered; 1 uploaded chunk is known by look-up or a person’s word alone: whether Adobe skipped rows there is unknown',
    ],
  ])('%s', async (_, faults, invalidRows, told) => {
    const sandbox = await start({ faults });
    fixture.remove();
    fixture = sqliteFolder(streams.slice(0, 1), { ...settings, groups: 1, slices: 100 });
    expect((await run(fixture.file, options)).state).toBe('finished');
    const ledger = await openLedger(work(), { readOnly: true });
    const receipts = await Promise.all((await ledger.chunks()).map((chunk) => ledger.receipts(chunk)));
    expect(receipts.flat()).toMatchObject([{ source: 'lookup', rows: 24, invalidRows }]);
    await ledger.close();
    const [conservation] = (await verify(fixture.file, options)).promises;
    expect(conservation).toMatchObject({ id: 'P1', holds: true });
    expect(conservation?.detail.endsWith(told)).toBe(true);
    expect(sandbox.report()).toMatchObject({ files: 1, rows: 24 });
  });
});

describe('one sender: an exclusive lock beside the ledger, which read-only commands do not need', () => {
  it('is empty, and goes with the one who holds it', async () => {
    await start();
    await build(fixture.file, options);
    const writer = await openLedger(work());
    const calls = [() => run(fixture.file, options), () => build(fixture.file, options), () => openLedger(work())];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'ledger.locked' });
    // No pid that could go stale: nothing stands in it.
    expect(statSync(work('lock.sqlite')).size).toBe(0);
    expect(readdirSync(work()).filter((name) => /pid|lock/.test(name))).toEqual(['lock.sqlite']);
    expect((await status(fixture.file, options)).state).toBe('building');
    expect((await verify(fixture.file, options)).promises.map(({ holds }) => holds)).toEqual(Array(5).fill(true));
    expect((await report(fixture.file, options)).job.rows.hits).toBe(48);
    expect((await rejects(fixture.file, options)).reasons).toEqual([]);
    await writer.close();
    expect((await run(fixture.file, options)).state).toBe('finished');
  });
});

describe('the identity of a job never changes after the first attempt', () => {
  const identity: [string, string, string, string][] = [
    ['migration.yaml', './legacy.sqlite', './other.sqlite', 'source'],
    ['migration.yaml', 'to: 2021-02-01', 'to: 2021-02-02', 'range'],
    ['migration.yaml', 'count: 2', 'count: 3', 'visitor groups'],
    ['migration.yaml', 'prefix: acme', 'prefix: other', 'visitor groups'],
    ['migration.yaml', 'slices: { rows: 8 }', 'slices: { rows: 9 }', 'slices'],
    ['mapping.yaml', 'key: [id]', 'key: [hit, id]', 'rows of early'],
    ['mapping.yaml', 'time: { from: hit, unit: s }', 'time: { from: hit, unit: ms }', 'time of early'],
    ['mapping.yaml', 'visitorID: visitor', 'visitorID: page', 'visitors of early'],
    ['mapping.yaml', 'robots: { page: robot }', 'robots: { page: bot }', 'rows of early'],
  ];
  it('with a person’s leave or without, and nothing is asked of Adobe', async () => {
    await start();
    await runUntil('uploaded');
    copyFileSync(join(fixture.folder, 'legacy.sqlite'), join(fixture.folder, 'other.sqlite'));
    const sent = asked.length;
    for (const [file, from, to, name] of identity) {
      fixture.edit(file, from, to);
      // The way out must not lead to sending what was sent.
      const next =
        name === 'source'
          ? /^undo the change \(a database is known by its host name, port and name.* sent again, .* twice/
          : file === 'mapping.yaml'
            ? /^undo the change \(where an update of the program .* by its path\): .* sent again, .* twice/
            : /^undo the change: .* sent again, .* twice/;
      for (const acceptChange of [false, true])
        await expect(run(fixture.file, { ...options, acceptChange })).rejects.toMatchObject({
          code: 'ledger.changed-job',
          message: expect.stringContaining(name),
          next: expect.stringMatching(next),
        });
      fixture.edit(file, to, from);
    }
    expect(asked).toHaveLength(sent);
    expect((await run(fixture.file, options)).state).toBe('finished');
  });

  it('salts of visitors and variables of queries are part of it; lookup files, suites and versions are content', async () => {
    await start();
    const { migration, mapping } = await readJobFiles(fixture.file, contextOf(options));
    const variables = { parameters: { site: 1n }, identifiers: { prefix: 'm_' }, secrets: { salt: 's3cret-salt' } };
    const print = (over: { lookups?: string; runtime?: string; variables?: Partial<typeof variables> } = {}) =>
      jobFingerprint(
        {
          migration,
          mapping,
          variables: { ...variables, ...over.variables },
          lookups: { digests: { goals: over.lookups ?? 'd1' } },
        },
        { source: { path: 'legacy.sqlite' }, runtime: { ICU: over.runtime ?? '75', tz: '2024a' } },
      );
    const changed = (other: ReturnType<typeof print>) => [
      changedEntries(print().identity, other.identity),
      changedEntries(print().content, other.content),
    ];
    expect(changed(print())).toEqual([[], []]);
    expect(changed(print({ variables: { secrets: { salt: 'another' } } }))).toEqual([['salts'], []]);
    expect(changed(print({ variables: { parameters: { site: 2n } } }))).toEqual([['variables of queries'], []]);
    expect(changed(print({ lookups: 'd2' }))).toEqual([[], ['lookup files']]);
    expect(changed(print({ runtime: '76' }))).toEqual([[], ['version of ICU']]);
    expect(JSON.stringify(print())).not.toContain('s3cret-salt');
  });

  it('lookups that times and visitors are made with are part of it: another file moves rows across what was sent', async () => {
    await start();
    const { migration, mapping } = await readJobFiles(fixture.file, contextOf(options));
    const variables = { parameters: {}, identifiers: {}, secrets: {} };
    const print = (stream: Partial<StreamSpec>, people: string) => {
      const [[name, spec] = ['', {}]] = mapping.streams;
      const lookups = { people: { key: 'id', values: ['zone', 'ecid'] }, pages: { key: 'page', values: ['title'] } };
      const asking = { ...mapping, streams: [[name, { ...spec, ...stream }]], lookups } as LoadedMapping;
      const files = { migration, mapping: asking, variables, lookups: { digests: { people, pages: 'p1' } } };
      return jobFingerprint(files, { source: {}, runtime: {} }).identity;
    };
    const asks = (from: string, lookup: string) => ({ from, then: [{ lookup }] });
    const specs: [Partial<StreamSpec>, string[]][] = [
      [{ time: { from: 'at', zone: asks('page', 'people.zone') } }, ['lookups of times and visitors of early']],
      [{ hit: { visitorID: asks('visitor', 'people.ecid') } }, ['lookups of times and visitors of early']],
      [{ hit: { visitorID: 'visitor', pageName: asks('page', 'people.ecid') } }, []],
      [{ hit: { visitorID: asks('visitor', 'pages.title') } }, []],
    ];
    for (const [stream, changed] of specs)
      expect(changedEntries(print(stream, 'd1'), print(stream, 'd2'))).toEqual(changed);
  });
});

describe('the content of a job may change with a person’s leave, from the next slice that was never attempted', () => {
  it.each([
    ['migration.yaml', 'acme{page}', 'shop{page}', 'report suite'],
    ['mapping.yaml', 'pageName: page', 'pageName: { const: other }', 'columns of early'],
  ])('%s: %s', async (file, from, to, name) => {
    const sandbox = await start();
    // Suites by row: one for all rows stays.
    fixture.edit('migration.yaml', 'reportSuiteID: acmedev', 'reportSuiteID: { template: "acme{page}" }');
    await build(fixture.file, options);
    const before = await chunks();
    await runUntil('uploaded');
    fixture.edit(file, from, to);
    await expect(run(fixture.file, options)).rejects.toMatchObject({
      code: 'ledger.changed-job',
      message: expect.stringContaining(name),
      next: expect.stringContaining('--accept-change'),
    });
    const isSent = ({ state }: { state: string }) => state === 'uploaded';
    const attempted = Math.max(...(await chunks()).filter(isSent).map(({ slice }) => slice));
    asked = [];
    const told: string[] = [];
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'message' && event.level === 'warn') told.push(event.text);
    };
    const done = await run(fixture.file, { ...options, acceptChange: true, onEvent });
    expect(done.stopped).toBeUndefined();
    expect(told).toEqual([]);
    expect(done.changes.map(({ text }) => text)).toEqual([expect.stringContaining(name)]);
    const after = await chunks();
    const kept = new Set(before.map(({ key }) => key));
    const early = after.filter((chunk) => 'early' in chunk.streams);
    for (const { slice, key } of early) expect([slice, kept.has(key)]).toEqual([slice, slice <= attempted]);
    expect(sandbox.report()).toMatchObject({ rows: 48, duplicateRows: 0, breaches: [] });
    // What was built before the change passes as what it is; what was built after it is shown to the endpoint first.
    const firstNew = asked.findIndex((call) => after.some(({ key }) => call === `upload ${key}` && !kept.has(key)));
    expect(asked.slice(0, firstNew)).toContain('validate');
  });

  it('and a person is told where there is none, so that nothing of it comes to Adobe', async () => {
    const sandbox = await start();
    await run(fixture.file, options);
    fixture.edit('mapping.yaml', 'pageName: page', 'pageName: { const: other }');
    const { files } = sandbox.report();
    const told: string[] = [];
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'message' && event.level === 'warn') told.push(event.text);
    };
    expect((await run(fixture.file, { ...options, acceptChange: true, onEvent })).state).toBe('finished');
    expect(told).toEqual([
      'Nothing changes at Adobe by what was changed (columns of early): every slice was attempted before, and none is built again.',
    ]);
    expect(sandbox.report().files).toBe(files);
  });

  it('but for one report suite of all rows, as what was sent stands in it', async () => {
    const sandbox = await start();
    await build(fixture.file, options);
    fixture.edit('migration.yaml', 'acmedev', 'acmestage');
    expect((await build(fixture.file, { ...options, acceptChange: true })).stopped).toBeUndefined();
    await runUntil('uploaded');
    fixture.edit('migration.yaml', 'acmestage', 'acmeprod');
    const sent = asked.length;
    for (const acceptChange of [false, true])
      await expect(run(fixture.file, { ...options, acceptChange })).rejects.toMatchObject({
        code: 'ledger.changed-job',
        message: expect.stringMatching(/^the report suite has changed .* hits cannot be moved$/),
        next: expect.stringMatching(/^give target\.reportSuiteID back; .* another id and folder, .* all its rows/),
      });
    expect(asked).toHaveLength(sent);
    fixture.edit('migration.yaml', 'acmeprod', 'acmestage');
    expect((await run(fixture.file, options)).state).toBe('finished');
    fixture.edit('migration.yaml', 'acmestage', 'acmeprod');
    await expect(run(fixture.file, { ...options, acceptChange: true })).rejects.toMatchObject({
      message: expect.stringContaining('hits cannot be moved'),
    });
    expect(sandbox.report()).toMatchObject({ rows: 48, duplicateRows: 0, breaches: [] });
  });

  it('chunks of lower limits are cut from there on; what was larger before goes as it is', async () => {
    fixture.remove();
    const rows = Array.from({ length: 120 }, (_, id) => {
      const at = begin + id * 600;
      return { id, at, hit: at, visitor: `v${id % 9}`, page: 'p'.repeat(90) };
    });
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { ...settings, slices: 40 });
    const sandbox = await start();
    await build(fixture.file, options);
    await runUntil('uploaded');
    fixture.edit('migration.yaml', 'folder:', 'chunks: { maxRawBytes: 1KB }\nfolder:');
    const done = await run(fixture.file, { ...options, acceptChange: true });
    expect(done.stopped).toBeUndefined();
    const largest = async (isMeant: (slice: number) => boolean) =>
      Math.max(...(await chunks()).filter(({ slice }) => isMeant(slice)).map(({ rawBytes }) => rawBytes));
    expect(await largest((slice) => slice === 0)).toBeGreaterThan(1000);
    expect(await largest((slice) => slice > 1)).toBeLessThanOrEqual(1000);
    const proven = async () => (await verify(fixture.file, options)).promises.filter(({ holds }) => !holds);
    expect(await proven()).toEqual([]);
    // Their limit is held against those that were built under it.
    const database = new Database(work('ledger.sqlite'));
    database.exec('UPDATE chunks SET raw_bytes = 1001 WHERE slice = (SELECT max(slice) FROM chunks)');
    database.close();
    expect(await proven()).toMatchObject([
      { id: 'P4', detail: expect.stringContaining('sealed as 1001') },
      { id: 'P5', detail: expect.stringContaining('1001 raw bytes, over 1000') },
    ]);
    expect(sandbox.report()).toMatchObject({ rows: 120, duplicateRows: 0, breaches: [] });
  });
});
