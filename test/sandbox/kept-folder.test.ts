import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { connect, gzipped, header, multipart, multipartType, row, send } from './sandbox-client.ts';

let keep = '';
const open: Sandbox[] = [];
beforeEach(async () => {
  keep = await mkdtemp(join(tmpdir(), 'sandbox-test-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
  await rm(keep, { recursive: true });
});

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ rate: 0, keep, ...options });
  open.push(sandbox);
  return sandbox;
}

/** Stores `a` of two visitors in group g and `b` in group h, ends the sandbox, and gives what it knew. */
async function leaveTwoFiles(options: SandboxOptions = {}) {
  const sandbox = await start(options);
  const client = await connect(sandbox);
  await client.upload('g', 'a', first);
  await client.upload('h', 'b', second);
  const files = (await send('GET', `${sandbox.baseUrl}/sandbox/files`)).text;
  const lookUps = [(await client.lookUp('a')).text, (await client.lookUp('b')).text];
  const { clientId, clientSecret } = sandbox;
  await sandbox.close();
  return { files, lookUps, credentials: [clientId, clientSecret], report: sandbox.report() };
}

const first = gzipped(header, row(1_500_000_000, 'v1'), row(1_500_000_010, 'v2'));
const second = gzipped(header, row(1_500_000_020, 'w'));
const journal = () => join(keep, 'store.jsonl');
const names = async () => (await readdir(keep)).filter((name) => !name.startsWith('.incoming-')).sort();
const bothFiles = ['000001-g.csv.gz', '000002-h.csv.gz', 'store.jsonl'];

describe('a kept folder', () => {
  it('is taken up with files, look-ups, groups and credentials', async () => {
    const before = await leaveTwoFiles();
    const sandbox = await start();
    const client = await connect(sandbox);
    expect((await send('GET', `${sandbox.baseUrl}/sandbox/files`)).text).toBe(before.files);
    expect([(await client.lookUp('a')).text, (await client.lookUp('b')).text]).toEqual(before.lookUps);
    expect((await client.lookUp('c')).status).toBe(404);
    expect([sandbox.clientId, sandbox.clientSecret]).toEqual(before.credentials);
    expect(sandbox.report()).toMatchObject({
      files: 2,
      rows: 3,
      breaches: [],
      groups: {
        g: { files: 1, rows: 2, invalidRows: 0, visitors: 2, firstTime: 1_500_000_000, lastTime: 1_500_000_010 },
        h: { files: 1, rows: 1, invalidRows: 0, visitors: 1, firstTime: 1_500_000_020, lastTime: 1_500_000_020 },
      },
    });
    expect(sandbox.report().requests['POST /events']).toBeUndefined();
  });

  it('goes on with numbers and ids that are new', async () => {
    await leaveTwoFiles();
    // As if the first to be stored had been the second to arrive.
    const swap = (_: string, arrival: string) => `"arrival":${arrival === '1' ? 2 : 1}`;
    await writeFile(journal(), (await readFile(journal(), 'utf8')).replaceAll(/"arrival":(\d)/g, swap));
    const sandbox = await start();
    const client = await connect(sandbox);
    const type = { 'content-type': multipartType, 'x-adobe-vgid': 'g' };
    const third = gzipped(header, row(1_500_000_030, 'v1'));
    await send('POST', client.events, { ...client.headers, ...type }, multipart(third));
    expect(await names()).toEqual(['000001-g.csv.gz', '000002-h.csv.gz', '000003-g.csv.gz', 'store.jsonl']);
    const files = JSON.parse((await send('GET', `${sandbox.baseUrl}/sandbox/files`)).text);
    expect(new Set(files.map((file: { fileId: string }) => file.fileId)).size).toBe(3);
    expect(await readFile(join(keep, '000003-g.csv.gz'))).toEqual(third);
  });

  const breaches: [string, string, string, Buffer, string, string][] = [
    [
      'a visitor that goes back',
      'g',
      'c',
      gzipped(header, row(1_500_000_009, 'v2')),
      'order',
      'group g: visitor visitorID:v2 goes back from 1500000010 in file 1 to 1500000009 at row 1 of file 3',
    ],
    [
      'a visitor in a second group',
      'h',
      'c',
      gzipped(header, row(1_500_000_030, 'v1')),
      'disjointness',
      'visitor visitorID:v1 stands in group g and, from file 3 on, in h',
    ],
    ['the same bytes', 'h', 'c', second, 'duplicate-file', 'files 2 and 3 of group h hold the same bytes'],
    [
      'a key again',
      'g',
      'a',
      gzipped(header, row(1_500_000_030, 'x')),
      'duplicate-key',
      'files 1 and 3 of group g have the key a',
    ],
  ];
  it.each(breaches)('remembers enough to notice %s', async (_, group, key, file, kind, sample) => {
    await leaveTwoFiles();
    const sandbox = await start();
    await (await connect(sandbox)).upload(group, key, file);
    expect(sandbox.report().breaches).toEqual([{ kind, count: 1, samples: [sample] }]);
    await sandbox.close();
    expect((await start()).report().breaches).toEqual([{ kind, count: 1, samples: [sample] }]);
  });

  it('counts equal rows across a restart', async () => {
    await leaveTwoFiles();
    const sandbox = await start();
    const more = gzipped(header, row(1_500_000_020, 'w'), row(1_500_000_021, 'w'));
    await (await connect(sandbox)).upload('h', 'c', more);
    expect(sandbox.report().duplicateRows).toBe(1);
  });

  it('gives the first answer again, to the letter', async () => {
    const settings = { duplicateKey: 'first', logStyle: 'log4j' } as const;
    const early = await start({ settings, faults: [{ at: 1, fault: 'partial' }] });
    const answer = await (await connect(early)).upload('g', 'a', first);
    expect(JSON.parse(answer.text).invalid_rows).toBe(1);
    await early.close();
    const sandbox = await start({ settings });
    expect((await (await connect(sandbox)).upload('g', 'a', second)).text).toBe(answer.text);
    expect(sandbox.report()).toMatchObject({ files: 1, rows: 2, invalidRows: 1 });
  });

  it('stores uploads that come side by side one after another', async () => {
    const sandbox = await start();
    const client = await connect(sandbox);
    const groups = Array.from({ length: 12 }, (_, index) => `g${index}`);
    const file = (visitor: string) => gzipped(header, row(1_500_000_000, visitor));
    await Promise.all(groups.map((group) => client.upload(group, group, file(group))));
    const files = (await send('GET', `${sandbox.baseUrl}/sandbox/files`)).text;
    await sandbox.close();
    const again = await start();
    expect((await send('GET', `${again.baseUrl}/sandbox/files`)).text).toBe(files);
    expect(JSON.parse(files)).toHaveLength(12);
  });
});

describe('a folder of a sandbox that was killed', () => {
  it('loses a torn journal line, and the file of it', async () => {
    await leaveTwoFiles();
    const text = await readFile(journal(), 'utf8');
    // Killed at any byte of the second line, its line end included.
    const from = text.indexOf('\n') + 1;
    const whole = await readFile(join(keep, '000002-h.csv.gz'));
    for (const length of [from, from + 1, text.length - 2, text.length - 1]) {
      await writeFile(journal(), text);
      await truncate(journal(), length);
      await writeFile(join(keep, '000002-h.csv.gz'), whole);
      const sandbox = await start();
      expect(sandbox.report()).toMatchObject({ files: 1, rows: 2, breaches: [] });
      expect(await names()).toEqual(['000001-g.csv.gz', 'store.jsonl']);
      expect(await readFile(journal(), 'utf8')).toBe(text.slice(0, from));
      await sandbox.close();
    }
    const sandbox = await start();
    await (await connect(sandbox)).upload('h', 'b', second);
    await sandbox.close();
    expect((await start()).report()).toMatchObject({ files: 2, rows: 3, breaches: [] });
  });

  it('loses files without a line and what was coming, and nothing of a stranger', async () => {
    await leaveTwoFiles();
    await writeFile(join(keep, '000003-h.csv.gz'), second);
    await writeFile(join(keep, 'notes.txt'), 'mine');
    await mkdir(join(keep, '.incoming-1'));
    await writeFile(join(keep, '.incoming-1', '7.gz'), 'half');
    const sandbox = await start();
    expect(sandbox.report()).toMatchObject({ files: 2, breaches: [] });
    await sandbox.close();
    expect(await readdir(keep).then((found) => found.sort())).toEqual([
      '000001-g.csv.gz',
      '000002-h.csv.gz',
      'notes.txt',
      'store.jsonl',
    ]);
  });

  it('is taken up although it was killed before its first line', async () => {
    await writeFile(journal(), '');
    await writeFile(join(keep, '000001-g.csv.gz'), first);
    expect((await start()).report().files).toBe(0);
    expect(await names()).toEqual(['store.jsonl']);
  });
});

describe('a folder that cannot be taken up', () => {
  const cases: [string, () => Promise<unknown>, RegExp][] = [
    ['has no journal', () => rm(journal()), /holds 000001-g\.csv\.gz but no journal/],
    ['has a line of something else', () => appendFile(journal(), '{"n":1}\n'), /store\.jsonl, line 3, is no line/],
    ['lacks a file', () => rm(join(keep, '000002-h.csv.gz')), /000002-h\.csv\.gz is not as the sandbox stored it/],
    [
      'has another file under a name',
      () => writeFile(join(keep, '000001-g.csv.gz'), second),
      /000001-g\.csv\.gz is not as the sandbox stored it: its contents are others/,
    ],
  ];
  it.each(cases)('is refused with the cure and left as it is: it %s', async (_, spoil, message) => {
    await leaveTwoFiles();
    await spoil();
    const before = await names();
    const refused = await start().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'input.invalid', message: expect.stringMatching(message) });
    expect(refused).toMatchObject({ next: expect.stringContaining('folder') });
    expect(await names()).toEqual(before);
  });

  it('is refused while another sandbox works in it, which goes on', async () => {
    const sandbox = await start();
    const client = await connect(sandbox);
    await expect(start()).rejects.toMatchObject({
      code: 'input.invalid',
      message: `a sandbox on port ${sandbox.port} keeps its files in ${keep} already`,
    });
    await client.upload('g', 'a', first);
    await client.upload('h', 'b', second);
    expect(await names()).toEqual(bothFiles);
  });

  it('is not touched by a sandbox that may not have its port', async () => {
    await leaveTwoFiles();
    await writeFile(join(keep, '000003-h.csv.gz'), second);
    const server = await new Promise<Server>((resolve) => {
      const other = createServer().listen(0, '127.0.0.1', () => resolve(other));
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(start({ port })).rejects.toMatchObject({ code: 'input.invalid' });
    await new Promise((resolve) => server.close(resolve));
    expect(await names()).toContain('000003-h.csv.gz');
  });
});

it.each(['file', 'file/below'])('a folder that cannot be made (%s) is a stop with its cure', async (name) => {
  await writeFile(join(keep, 'file'), '');
  await expect(start({ keep: join(keep, name) })).rejects.toMatchObject({
    code: 'disk.failed',
    message: expect.stringMatching(/^the sandbox cannot keep files in .*file.*: E(EXIST|NOTDIR)/),
    next: 'name a folder that this user may write to, with --keep',
  });
});
