import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { connect, gzipped, header, multipart, multipartType, row, send } from './sandbox-client.ts';

const open: Sandbox[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ rate: 0, ...options });
  open.push(sandbox);
  return sandbox;
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-test-'));
  folders.push(folder);
  return folder;
}

const good = gzipped(header, row(1_500_000_000, 'v1'), row(1_500_000_010, 'v2'));

describe('upload', () => {
  it('answers as Adobe does and finds the file by its key', async () => {
    const clock = { now: () => 1_700_000_000_123, monotonic: () => 0, sinceBoot: () => 0, sleep: async () => {} };
    const sandbox = await start({ clock });
    const client = await connect(sandbox);
    const answer = await client.upload('acme_0', 'key-1', good);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({
      file_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
      visitor_group_id: 'acme_0',
      size: good.length,
      received_date: 1_700_000_000,
      rows: 2,
      invalid_rows: 0,
      upload_name: 'part.csv.gz',
      status: 'Ingest completed',
      status_code: 'UPLOADED',
      processing_log: 'Processing complete: 2 rows will be submitted. 0 rows were invalid.',
      idempotency_key: 'key-1',
    });
    const found = await client.lookUp('key-1');
    expect([found.status, JSON.parse(found.text)]).toEqual([
      200,
      {
        file_id: JSON.parse(answer.text).file_id,
        size: good.length,
        received_date: 1_700_000_000,
        rows: 2,
        idempotency_key: 'key-1',
      },
    ]);
    const missing = await client.lookUp('key-2');
    expect([missing.status, missing.text]).toEqual([404, '{"error":"File not found"}']);
  });

  it('takes the file id for the key where none is given', async () => {
    const client = await connect(await start());
    const type = { 'content-type': multipartType, 'x-adobe-vgid': 'g' };
    const answer = await send('POST', client.events, { ...client.headers, ...type }, multipart(good));
    const { file_id, idempotency_key } = JSON.parse(answer.text);
    expect(idempotency_key).toBe(file_id);
    expect((await client.lookUp(file_id)).status).toBe(200);
  });

  const bodies: [string, Buffer, Record<string, unknown>][] = [
    [
      'no gzip',
      Buffer.from(`${header}\r\n`),
      {
        status_code: 'REJECTED',
        processing_log: 'An error occurred: Not in GZIP format',
        error: 'No hits were found in the file.',
        rows: 0,
      },
    ],
    [
      'half a gzip',
      good.subarray(0, good.length - 12),
      { status_code: 'REJECTED', processing_log: 'An error occurred: Not in GZIP format' },
    ],
    [
      'nothing at all',
      Buffer.alloc(0),
      { status_code: 'REJECTED', processing_log: 'An error occurred: Not in GZIP format' },
    ],
    [
      'no visitor column',
      gzipped('timestamp,reportSuiteID,userAgent,pageName', '1500000000,s,ua,p'),
      {
        status_code: 'REJECTED',
        processing_log:
          'No visitor ID found in the file header.  There must be one of VisitorID, MarketingCloudVisitorID, IPAddress, or CustomerID defined...',
        error: 'No valid rows were found in the file.',
        rows: 1,
        invalid_rows: 1,
      },
    ],
    [
      'no timestamp column',
      gzipped('visitorID,reportSuiteID,userAgent,pageName', 'v,s,ua,p', 'v,s,ua,p'),
      {
        status_code: 'REJECTED',
        processing_log:
          'No timestamp field found in the file header. Processing complete: 0 rows will be submitted. 2 rows were invalid.',
        error: 'No valid rows were found in the file.',
        status: 'File Error',
      },
    ],
    ['only a header', gzipped(header), { status_code: 'REJECTED', error: 'No hits were found in the file.', rows: 0 }],
    [
      'only bad rows',
      gzipped(header, '1500000000,,s,ua,p'),
      {
        status_code: 'REJECTED',
        error: 'No valid rows were found in the file.',
        processing_log:
          "On row: 1, missing 'VisitorID'. This row will not be submitted. Processing complete: 0 rows will be submitted. 1 rows were invalid.",
      },
    ],
  ];
  it.each(bodies)('rejects %s', async (_, file, expected) => {
    const sandbox = await start();
    const client = await connect(sandbox);
    const answer = await client.upload('g', 'k', file);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject(expected);
    expect((await client.lookUp('k')).status).toBe(404);
    expect(sandbox.report()).toMatchObject({ files: 0, rows: 0, groups: {}, breaches: [] });
  });

  it('passes over zeros behind the gzip data, however many, as gzip readers do', async () => {
    const client = await connect(await start());
    for (const zeros of [1, 20, 300_000]) {
      const answer = await client.upload('g', `k${zeros}`, Buffer.concat([good, Buffer.alloc(zeros)]));
      expect([answer.status, JSON.parse(answer.text).status_code]).toEqual([200, 'UPLOADED']);
    }
  });

  it('takes good rows of a file with bad ones, and says which were bad', async () => {
    const sandbox = await start();
    const client = await connect(sandbox);
    const file = gzipped(
      header,
      '1500000000,v,s,,p',
      row(1_500_000_001, 'v'),
      '1500000002,v,s,ua',
      '',
      '1500000003,v,,ua,p',
    );
    const answer = JSON.parse((await client.upload('g', 'k', file)).text);
    expect(answer).toMatchObject({ status_code: 'UPLOADED', rows: 4, invalid_rows: 3 });
    expect(answer.processing_log).toBe(
      "On row: 1, missing 'UserAgent'. This row will not be submitted. " +
        'On row: 3, inconsistent column count. Expected 5 columns, but found 4. ' +
        "On row: 4, missing 'ReportSuiteId'. This row will not be submitted. " +
        'Processing complete: 1 rows will be submitted. 3 rows were invalid.',
    );
    expect(sandbox.report().groups).toEqual({
      g: { files: 1, rows: 4, invalidRows: 3, visitors: 1, firstTime: 1_500_000_001, lastTime: 1_500_000_001 },
    });
  });

  it('refuses what is no multipart body with a part named file', async () => {
    const client = await connect(await start());
    const headers = { ...client.headers, 'x-adobe-vgid': 'g' };
    const error = '{"error":"An internal server error occurred: HTTP 400 Bad Request"}';
    const bodies: [string, Buffer][] = [
      [multipartType, multipart(good, 'upload')],
      ['application/gzip', good],
      [multipartType, multipart(good).subarray(0, -20)],
    ];
    for (const [type, body] of bodies) {
      const answer = await send('POST', client.events, { ...headers, 'content-type': type }, body);
      expect([answer.status, answer.text]).toEqual([400, error]);
    }
  });

  it('refuses a file over the limit, at once where its length is announced', async () => {
    const client = await connect(await start({ settings: { maxFileBytes: good.length - 1 } }));
    const slightly = await client.upload('g', 'k', good);
    expect(slightly.status).toBe(413);
    const announced = await client.upload('g', 'k', Buffer.alloc(100_000), true);
    expect([announced.status, announced.continued]).toEqual([413, false]);
    const exact = await connect(await start({ settings: { maxFileBytes: good.length } }));
    expect((await exact.upload('g', 'k', good)).status).toBe(200);
  });

  it('refuses a file that is too large uncompressed', async () => {
    const client = await connect(await start({ settings: { maxRawBytes: 1_000_000 } }));
    const answer = await client.upload('g', 'k', gzipSync(Buffer.alloc(1_000_001, 'x')));
    expect([answer.status, JSON.parse(answer.text).processing_log]).toEqual([
      400,
      'An error occurred: Uncompressed file is too large',
    ]);
  });
});

describe('Expect: 100-continue', () => {
  it('asks for the body only after gateway and group have been checked', async () => {
    const sandbox = await start();
    const client = await connect(sandbox);
    const fine = await client.upload('g', 'k', good, true);
    expect([fine.status, fine.continued]).toEqual([200, true]);
    const noGroup = await send(
      'POST',
      client.events,
      { ...client.headers, 'content-type': multipartType },
      multipart(good),
      true,
    );
    expect([noGroup.status, noGroup.continued, noGroup.text]).toEqual([
      400,
      false,
      `{"error":"Request is missing required header 'x-adobe-vgid'"}`,
    ]);
    const noKey = await send('POST', client.events, {}, multipart(good), true);
    expect([noKey.status, noKey.continued]).toEqual([403, false]);
  });
});

describe('validate', () => {
  const bodies: [string, Buffer, number, string][] = [
    ['a good file', good, 200, '{"success":"File is valid"}'],
    [
      'bad rows',
      gzipped(header, row(1_500_000_000, 'v'), '1500000001,v,s,,p', '1500000002,v,s,ua,'),
      400,
      '{"error":"File has 2 rows that do not conform to the required CSV format! (Ex: row #2)"}',
    ],
    ['no timestamp', gzipped('visitorID', 'v'), 400, '{"error":"CSV file missing required header timestamp."}'],
    ['no gzip', Buffer.from('a'), 400, '{"error":"File not in GZIP format"}'],
    ['no rows', gzipped(header), 400, '{"error":"No hits were found in the file."}'],
  ];
  it.each(bodies)('judges %s and stores nothing', async (_, file, status, text) => {
    const sandbox = await start();
    const answer = await (await connect(sandbox)).validate(file);
    expect([answer.status, answer.text]).toEqual([status, text]);
    expect(sandbox.report().files).toBe(0);
  });

  it('asks for the group unless told otherwise', async () => {
    expect((await (await connect(await start())).validate(good, {})).status).toBe(400);
    const lenient = await connect(await start({ settings: { validateNeedsGroup: false } }));
    expect((await lenient.validate(good, {})).status).toBe(200);
  });
});

describe('switches', () => {
  it('answers REJECTED with 200', async () => {
    const client = await connect(await start({ settings: { rejectedStatus: 200 } }));
    expect((await client.upload('g', 'k', Buffer.from('x'))).status).toBe(200);
  });

  it.each([
    ['store', 200, 2, (first: string, second: string) => first !== second],
    ['first', 200, 1, (first: string, second: string) => first === second],
    ['conflict', 409, 1, (_: string, second: string) => second.startsWith('{"error"')],
  ] as const)('meets a second file under one key: %s', async (duplicateKey, status, files, fits) => {
    const sandbox = await start({ settings: { duplicateKey } });
    const client = await connect(sandbox);
    const first = await client.upload('g', 'k', good);
    const second = await client.upload('g', 'k', gzipped(header, row(1_600_000_000, 'v1')));
    expect(second.status).toBe(status);
    expect(fits(first.text, second.text)).toBe(true);
    expect(sandbox.report().files).toBe(files);
    expect(sandbox.report().breaches.map(({ kind, count }) => [kind, count])).toEqual([['duplicate-key', 1]]);
    expect(JSON.parse((await client.lookUp('k')).text).file_id).toBe(JSON.parse(first.text).file_id);
  });
});

describe('the rest', () => {
  it('keeps accepted files in order of arrival, byte for byte', async () => {
    const keep = await makeFolder();
    const sandbox = await start({ keep });
    const client = await connect(sandbox);
    const second = gzipped(header, row(1_500_000_020, 'v1'));
    await client.upload('a/../b', 'k1', good);
    await client.upload('b', 'k2', Buffer.from('no gzip'));
    await client.upload('b', 'k3', second);
    const names = (await readdir(keep)).filter((name) => name.endsWith('.gz')).sort();
    expect(names).toEqual(['000001-a%2F..%2Fb.csv.gz', '000002-b.csv.gz']);
    expect(await readFile(join(keep, names[1]!))).toEqual(second);
    await sandbox.close();
    expect((await readdir(keep)).sort()).toEqual([...names, 'store.jsonl']);
  });

  it('lists files and requests, and does not know other paths', async () => {
    const clock = { now: () => 1_700_000_000_123, monotonic: () => 0, sinceBoot: () => 0, sleep: async () => {} };
    const sandbox = await start({ clock });
    const client = await connect(sandbox);
    await client.upload('g', 'k', good);
    const files = JSON.parse((await send('GET', `${sandbox.baseUrl}/sandbox/files`)).text);
    expect(files).toEqual([
      {
        number: 1,
        group: 'g',
        key: 'k',
        fileId: expect.any(String),
        uploadName: 'part.csv.gz',
        rows: 2,
        invalidRows: 0,
        size: good.length,
        sha256: '2da1204158ebf23718fbb9dc05274a2f33346391d4e594f4bcaebc9dc0e537ff',
        startedAt: '2023-11-14T22:13:20.123Z',
        storedAt: '2023-11-14T22:13:20.123Z',
      },
    ]);
    expect((await send('GET', `${sandbox.baseUrl}/nowhere`)).status).toBe(404);
    expect((await send('DELETE', client.events, client.headers)).status).toBe(404);
    const report = JSON.parse((await send('GET', `${sandbox.baseUrl}/sandbox/report`)).text);
    expect(report).toMatchObject({ files: 1, rows: 2, invalidRows: 0, duplicateRows: 0, breaches: [], faults: {} });
    expect(report.groups).toEqual({
      g: {
        files: 1,
        rows: 2,
        invalidRows: 0,
        visitors: 2,
        firstTime: '2017-07-14T02:40:00.000Z',
        lastTime: '2017-07-14T02:40:10.000Z',
      },
    });
    expect(report.requests).toEqual({
      'POST /ims/token': { 200: 1 },
      'POST /events': { 200: 1 },
      'GET /sandbox/files': { 200: 1 },
      other: { 404: 2 },
    });
  });

  it('tells of each request at its arrival', async () => {
    const seen: unknown[] = [];
    const sandbox = await start({ onRequest: (request) => seen.push(request) });
    const client = await connect(sandbox);
    await client.upload('g', 'k', good);
    await client.lookUp('k');
    expect(seen).toEqual([
      { number: 1, method: 'POST', path: '/ims/token/v3', group: null, key: null, fault: null },
      { number: 2, method: 'POST', path: '/aa/collect/v1/events', group: 'g', key: 'k', fault: null },
      { number: 3, method: 'GET', path: '/aa/collect/v1/events/key/k', group: null, key: 'k', fault: null },
    ]);
  });

  it('stores nothing of an upload whose client left, and closes with one still open', async () => {
    const keep = await makeFolder();
    const arrivals: (() => void)[] = [];
    const sandbox = await start({ keep, onRequest: () => arrivals.shift()?.() });
    const client = await connect(sandbox);
    const headers = {
      ...client.headers,
      'x-adobe-vgid': 'g',
      'content-type': multipartType,
      'content-length': '100000',
    };
    const begin = async () => {
      const arrived = new Promise<void>((resolve) => arrivals.push(resolve));
      const call = request(client.events, { method: 'POST', headers, agent: false });
      const failed = new Promise((resolve) => call.on('error', resolve));
      call.write(multipart(good).subarray(0, 120));
      await arrived;
      return { call, failed };
    };
    const first = await begin();
    first.call.destroy();
    await expect.poll(() => sandbox.report().requests['POST /events']).toEqual({ aborted: 1 });
    const second = await begin();
    await sandbox.close();
    await second.failed;
    expect(await readdir(keep)).toEqual(['store.jsonl']);
    expect(sandbox.report()).toMatchObject({ files: 0, breaches: [] });
  });

  it('stores what it received whole although the client has left since', async () => {
    let leave = (): void => {};
    const clock = { now: () => 0, monotonic: () => 0, sinceBoot: () => 0, sleep: async () => leave() };
    // The body arrives in one piece, and the client leaves while the server is slow with it.
    const sandbox = await start({ clock, faults: [{ at: 1, fault: 'slow' }] });
    const client = await connect(sandbox);
    const body = multipart(good);
    const headers = { ...client.headers, 'x-adobe-vgid': 'g', 'content-type': multipartType };
    const call = request(client.events, { method: 'POST', headers: { ...headers, 'content-length': body.length } });
    const failed = new Promise((resolve) => call.on('error', resolve));
    leave = () => void call.destroy();
    call.end(body);
    await failed;
    await expect.poll(() => sandbox.report().files).toBe(1);
    await expect.poll(() => sandbox.report().requests['POST /events']).toEqual({ aborted: 1 });
  });

  it('serves one call after another over one connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sandbox = await start();
    const { headers, events } = await connect(sandbox);
    const call = (path: string, method: string, body: Buffer): Promise<[number | undefined, boolean]> =>
      new Promise((resolve, reject) => {
        const type = { 'content-type': multipartType, 'x-adobe-vgid': 'g', 'content-length': body.length };
        const sent = request(`${events}${path}`, { method, agent, headers: { ...headers, ...type } }, (response) => {
          response.resume().on('end', () => resolve([response.statusCode, sent.reusedSocket]));
        });
        sent.on('error', reject).end(body);
      });
    expect(await call('', 'POST', multipart(good))).toEqual([200, false]);
    expect(await call('/validate', 'POST', multipart(good, 'wrong'))).toEqual([400, true]);
    expect(await call('/nowhere', 'POST', multipart(good))).toEqual([404, true]);
    expect(await call('/key/k', 'GET', Buffer.alloc(0))).toEqual([404, true]);
    agent.destroy();
  });

  it('gives the same credentials for the same seed, and names a port that it cannot have', async () => {
    const a = await start({ seed: 7 });
    const b = await start({ seed: 7 });
    const c = await start({ seed: 8 });
    expect([a.clientId, a.clientSecret]).toEqual([b.clientId, b.clientSecret]);
    expect(a.clientId).not.toBe(c.clientId);
    for (const port of [a.port, 99_999, 1.5, Number.NaN]) {
      await expect(startSandbox({ port })).rejects.toMatchObject({
        code: 'input.invalid',
        message: expect.stringContaining(`port ${port} of 127.0.0.1`),
      });
    }
  });
});
