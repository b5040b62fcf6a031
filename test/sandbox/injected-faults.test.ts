import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { connect, gzipped, header, row, send, tokenForm } from './sandbox-client.ts';

const open: Sandbox[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
});

async function start(
  fault: Omit<FaultRule, 'at'> & { at?: FaultRule['at'] },
  options: SandboxOptions = {},
): Promise<Sandbox> {
  const sandbox = await startSandbox({ rate: 0, faults: [{ at: 1, ...fault }], ...options });
  open.push(sandbox);
  return sandbox;
}

const rows = Array.from({ length: 3000 }, (_, index) =>
  row(1_500_000_000 + index, `v${(index * 7919) % 1000}`, `p${index * 31}`),
);
const file = gzipped(header, ...rows);

interface Expected {
  status: number | null;
  text?: string | RegExp;
  retryAfter?: string;
  stored: boolean;
  continued: boolean;
  outcome: string;
}

describe('what the client sees, and what is stored', () => {
  const table: [FaultRule['fault'], Expected][] = [
    ['drop-before', { status: null, stored: false, continued: false, outcome: 'cut' }],
    ['drop-mid', { status: null, stored: false, continued: true, outcome: 'cut' }],
    ['drop-after', { status: null, stored: true, continued: true, outcome: 'cut' }],
    [
      'e500',
      { status: 500, text: '{"error":"Internal server error"}', stored: false, continued: true, outcome: '500' },
    ],
    [
      'e503',
      {
        status: 503,
        text: '{"error_code":"503000","message":"Could not validate Api Key"}',
        stored: false,
        continued: false,
        outcome: '503',
      },
    ],
    [
      'e500-after',
      { status: 500, text: '{"error":"Internal server error"}', stored: true, continued: true, outcome: '500' },
    ],
    [
      'e429',
      {
        status: 429,
        text: '{"error_code":"429050","message":"Too many requests"}',
        retryAfter: '7',
        stored: false,
        continued: false,
        outcome: '429',
      },
    ],
    [
      'e401',
      {
        status: 401,
        text: '{"error_code":"401013","message":"Oauth token is not valid"}',
        stored: false,
        continued: false,
        outcome: '401',
      },
    ],
    ['badjson', { status: 200, text: /^<html>/, stored: true, continued: true, outcome: '200' }],
    ['rejected', { status: 400, text: /"status_code":"REJECTED"/, stored: false, continued: true, outcome: '400' }],
    ['partial', { status: 200, text: /"invalid_rows":2,/, stored: true, continued: true, outcome: '200' }],
  ];
  it.each(table)('%s', async (fault, expected) => {
    const sandbox = await start({ fault, seconds: 7, rows: 2 });
    const client = await connect(sandbox);
    const seen = await client.upload('g', 'k', file, true);
    expect(seen.status).toBe(expected.status);
    if (expected.status === null) expect(seen.error).toMatch(/ECONNRESET|EPIPE/);
    if (expected.text !== undefined) expect(seen.text).toEqual(expect.stringMatching(expected.text));
    expect(seen.headers['retry-after']).toBe(expected.retryAfter);
    expect(seen.continued).toBe(expected.continued);
    const report = sandbox.report();
    expect([report.files, report.rows]).toEqual(expected.stored ? [1, 3000] : [0, 0]);
    expect(report.requests['POST /events']).toEqual({ [expected.outcome]: 1 });
    expect(report.faults).toEqual({ [fault]: 1 });
    expect((await client.lookUp('k')).status).toBe(expected.stored ? 200 : 404);
    expect(report.breaches).toEqual([]);
  });

  it('partial names the rows, as if they lacked a value', async () => {
    const sandbox = await start({ fault: 'partial', rows: 2 });
    const answer = JSON.parse((await (await connect(sandbox)).upload('g', 'k', file)).text);
    expect(answer).toMatchObject({ status_code: 'UPLOADED', rows: 3000, invalid_rows: 2 });
    expect(answer.processing_log).toBe(
      "On row: 1, missing 'UserAgent'. This row will not be submitted. On row: 2, missing 'UserAgent'. This row will not be submitted. Processing complete: 2998 rows will be submitted. 2 rows were invalid.",
    );
    expect(sandbox.report()).toMatchObject({ rows: 3000, invalidRows: 2 });
  });

  it('truncated stores the file and cuts the answer', async () => {
    const sandbox = await start({ fault: 'truncated' });
    const seen = await (await connect(sandbox)).upload('g', 'k', file);
    expect(seen).toMatchObject({ status: 200, error: 'ECONNRESET' });
    expect(() => JSON.parse(seen.text)).toThrow();
    expect(sandbox.report().files).toBe(1);
  });

  it('late-after cuts first and stores later', async () => {
    let release = (): void => {};
    const waits: number[] = [];
    const clock = {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      sinceBoot: () => performance.now(),
      sleep: (ms: number) => {
        waits.push(ms);
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      },
    };
    const sandbox = await start({ fault: 'late-after', seconds: 3 }, { clock });
    const client = await connect(sandbox);
    const seen = await client.upload('g', 'k', file, true);
    expect([seen.status, seen.error, seen.continued]).toEqual([null, 'ECONNRESET', true]);
    expect(waits).toEqual([3000]);
    expect((await client.lookUp('k')).status).toBe(404);
    release();
    await expect.poll(async () => (await client.lookUp('k')).status).toBe(200);
    expect(sandbox.report().breaches).toEqual([]);
  });

  it('forgets a late file when it is closed', async () => {
    const sandbox = await start({ fault: 'late-after', seconds: 60 });
    await (await connect(sandbox)).upload('g', 'k', file);
    await sandbox.close();
    expect(sandbox.report().files).toBe(0);
  });

  it('slow reads the body over the seconds asked for', async () => {
    const waits: number[] = [];
    const clock = {
      now: () => 0,
      monotonic: () => 0,
      sinceBoot: () => 0,
      sleep: async (ms: number) => void waits.push(ms),
    };
    const sandbox = await start({ fault: 'slow', seconds: 5 }, { clock });
    const seen = await (await connect(sandbox)).upload('g', 'k', file);
    expect(seen.status).toBe(200);
    expect(Math.round(waits.reduce((sum, wait) => sum + wait, 0))).toBe(5000);
  });

  it('strikes look-ups, validation and log-in too', async () => {
    const sandbox = await startSandbox({
      rate: 0,
      faults: [
        { at: '/key/', fault: 'drop-after', times: 1 },
        { at: '/key/', fault: 'badjson', times: 1 },
        { at: 'validate', fault: 'rejected', times: 1 },
        { at: 2, path: '/ims/', fault: 'e500' },
      ],
    });
    open.push(sandbox);
    const client = await connect(sandbox);
    expect((await client.lookUp('k')).error).toBe('ECONNRESET');
    expect((await client.lookUp('k')).text).toBe('<html><body>It works!</body></html>');
    expect((await client.lookUp('k')).text).toBe('{"error":"File not found"}');
    expect((await client.validate(file)).text).toMatch('File has 3000 rows that do not conform');
    expect((await client.validate(file)).status).toBe(200);
    expect((await send('POST', sandbox.tokenUrl, {}, tokenForm(sandbox))).status).toBe(500);
    expect((await send('POST', sandbox.tokenUrl, {}, tokenForm(sandbox))).status).toBe(200);
    // Its own pages are spared, so that a test can always look.
    expect((await send('GET', `${sandbox.baseUrl}/sandbox/report`)).status).toBe(200);
  });
});

// Guards the helper: without it a hang of the client would look like a fault that cuts.
it('the client tells a refused connection', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect((await send('GET', `http://127.0.0.1:${port}/`)).error).toBe('ECONNREFUSED');
});
