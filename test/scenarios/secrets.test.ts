import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { startForwardProxy } from '../support/forward-proxy.ts';
import { legacyRows } from '../support/legacy-hits.ts';
import { writeDatabaseJob } from '../support/migration-job.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { type ProgramEnd, runProgram } from '../support/start-program.ts';

const rows = legacyRows(5, 1500);
/** Looks different in a URL and in JSON than by itself. */
const proxyPassword = 'pr0xy p@ss:w%rd/"';
const wrongSecret = 'p8e-w rong/+&"secret%=ü';

it('keeps secret and tokens out of everything that it writes, whether it finishes, stops or fails', async (context) => {
  const home = scratchFolder(context);
  const sandbox = await startSandbox({
    rate: 0,
    faults: [
      { at: 2, fault: 'e500-after' },
      { at: 4, fault: 'e401' },
      { at: 6, fault: 'drop-after' },
    ],
  });
  context.onTestFinished(sandbox.close);
  const proxy = await startForwardProxy({ user: 'ann', password: proxyPassword });
  context.onTestFinished(proxy.close);
  const job = await writeDatabaseJob(join(home, 'job'), rows, sandbox, {
    target:
      '{ reportSuiteID: scenariodev, baseUrl: "${env:BDIA_BASE_URL}", proxy: "${env:BDIA_PROXY}", auth: { kind: oauth, ' +
      'tokenUrl: "${env:BDIA_TOKEN_URL}", clientId: "${env:BDIA_CLIENT_ID}", clientSecret: "${env:BDIA_CLIENT_SECRET}" } }',
    notify: `{ command: '"${process.execPath}" tell.mjs' }`,
  });
  // What a run tells others is looked at as well, with the environment that it hands on.
  await writeFile(
    join(home, 'job', 'tell.mjs'),
    `import { appendFileSync, readFileSync } from 'node:fs';
     appendFileSync('told.txt', readFileSync(0, 'utf8') + JSON.stringify(process.env));`,
  );
  const withLog = ['--log-file', join(home, 'job', 'log.jsonl'), '--log-level', 'debug'];
  const ends: ProgramEnd[] = [];
  const start = async (words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ProgramEnd> => {
    const end = await runProgram([...words, ...withLog], { ...job.env, BDIA_PROXY: proxy.url, ...env });
    ends.push(end);
    return end;
  };

  const failed = await start(['run', job.file, '--json'], { BDIA_CLIENT_SECRET: wrongSecret });
  expect({ exitCode: failed.exitCode, stopped: JSON.parse(failed.stdout).stopped }).toMatchObject({
    exitCode: 3,
    stopped: { code: 'auth.failed' },
  });
  await start(['run', job.file], { BDIA_CLIENT_SECRET: wrongSecret });
  const noProxy = await start(['run', job.file, '--json'], { BDIA_PROXY: 'http://ann:wrong-one@127.0.0.1:1' });
  expect(JSON.parse(noProxy.stdout).stopped).toMatchObject({ code: 'delivery.unreachable' });
  const straight = { BDIA_PROXY: 'none', http_proxy: proxy.url.replace('ann', 'bob') };
  expect(await start(['run', job.file])).toMatchObject({ exitCode: 0 });
  for (const command of ['status', 'settle', 'verify', 'plan', 'check', 'doctor', 'preview'])
    await start([command, job.file, '--json']);

  // Straight, whatever the environment says.
  await start(['settle', job.file, '--json'], straight);
  expect(proxy.requests.length).toBeGreaterThan(10);

  const written = await readTree(join(home, 'job'));
  expect([...written.keys()]).toContain('told.txt');
  expect([...written.keys()]).toContain('log.jsonl');
  expect([...written.keys()]).toContain(join('work', 'ledger.sqlite'));
  ends.forEach(({ stdout, stderr }, place) => {
    written.set(`output of command ${place + 1}`, Buffer.from(stdout + stderr));
  });
  const found = [...written].flatMap(([name, content]) =>
    [...secretForms(sandbox.clientSecret), 'Bearer ', 'access_token', tokenStart]
      .filter((secret) => content.includes(secret))
      .map((secret) => `${name} holds ${secret}`),
  );
  expect(found).toEqual([]);
});

function secretForms(clientSecret: string): string[] {
  const pairs = [`ann:${proxyPassword}`, `bob:${proxyPassword}`, 'ann:wrong-one'];
  return [clientSecret, wrongSecret, proxyPassword, 'wrong-one', ...pairs].flatMap(formsOf);
}

/** How every token of the sandbox begins: the head of a JWT. */
const tokenStart = Buffer.from('{"alg":"RS256"').toString('base64url').slice(0, 18);

/** A secret as it may stand in a text: by itself, in a URL, a form or JSON, in base64 alone. */
function formsOf(secret: string): string[] {
  const form = new URLSearchParams({ secret }).toString().slice('secret='.length);
  const base64 = Buffer.from(secret).toString('base64');
  const base64url = Buffer.from(secret).toString('base64url');
  return [secret, encodeURIComponent(secret), form, JSON.stringify(secret).slice(1, -1), base64, base64url];
}

async function readTree(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Buffer>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), await readFile(path));
  }
  return files;
}
