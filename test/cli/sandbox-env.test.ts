import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { sandboxPortOf, writeSandboxEnv } from '../../src/cli/sandbox-env.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** The real disk, but that it takes half of what one call writes, and no sync while it is `broken`. */
const disk = vi.hoisted(() => ({ broken: false }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  return {
    ...real,
    writeSync: (file: number, text: string) => real.writeSync(file, text.slice(0, text.length / 2)),
    fsyncSync: (file: number) => {
      if (disk.broken) throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', syscall: 'fsync' });
      real.fsyncSync(file);
    },
  };
});

let folder = '';
beforeEach((context) => {
  folder = scratchFolder(context);
});

const access = {
  baseUrl: 'http://127.0.0.1:8600',
  tokenUrl: 'http://127.0.0.1:8600/ims/token/v3',
  clientId: 'id',
  clientSecret: 's8e-secret',
};
const lines =
  'BDIA_BASE_URL=http://127.0.0.1:8600\nBDIA_TOKEN_URL=http://127.0.0.1:8600/ims/token/v3\n' +
  'BDIA_CLIENT_ID=id\nBDIA_CLIENT_SECRET=s8e-secret\n';
const suite = 'BDIA_REPORT_SUITE=sandbox\n';

const cases: [string, string | null, string][] = [
  ['a new file', null, lines + suite],
  ['its own old file', lines.replaceAll('8600', '1').replace('secret', 'old') + suite, suite + lines],
  ["a person's file", '# mine\nBDIA_BASE_URL=x\n\nPGPASSWORD=a=b\n', `# mine\nPGPASSWORD=a=b\n${lines}${suite}`],
  ['a file that names a suite', ' BDIA_REPORT_SUITE = acmedev\n', ` BDIA_REPORT_SUITE = acmedev\n${lines}`],
  ['a file without a last line end', 'A=1', `A=1\n${lines}${suite}`],
];
it.each(cases)('writes %s', (_, before, after) => {
  const path = join(folder, '.env');
  if (before !== null) writeFileSync(path, before);
  writeSandboxEnv(path, access);
  expect(readFileSync(path, 'utf8')).toBe(after);
  expect(readdirSync(folder)).toEqual(['.env']);
});

it('lets nobody else read it, whoever could before', () => {
  const path = join(folder, '.env');
  for (const old of [path, `${path}.tmp`]) {
    writeFileSync(old, 'A=1\n');
    chmodSync(old, 0o644);
  }
  writeSandboxEnv(path, access);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('says which file cannot be written, without the secret', () => {
  const path = join(folder, 'no', '.env');
  const write = () => writeSandboxEnv(path, access);
  expect(write).toThrow(expect.objectContaining({ code: 'disk.failed', message: expect.stringContaining(path) }));
  expect(write).not.toThrow(/s8e/);
});

it('leaves the file as it was, and no secrets beside it, where the disk fails', () => {
  const path = join(folder, '.env');
  writeFileSync(path, 'A=1\n');
  disk.broken = true;
  try {
    expect(() => writeSandboxEnv(path, access)).toThrow(expect.objectContaining({ code: 'disk.failed' }));
  } finally {
    disk.broken = false;
  }
  expect(readFileSync(path, 'utf8')).toBe('A=1\n');
  expect(readdirSync(folder)).toEqual(['.env']);
});

it('writes where a link leads', () => {
  const path = join(folder, '.env');
  mkdirSync(join(folder, 'of-all'));
  writeFileSync(join(folder, 'of-all', 'env'), 'A=1\n');
  symlinkSync(join('of-all', 'env'), path);
  writeSandboxEnv(path, access);
  expect(lstatSync(path).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, 'of-all', 'env'), 'utf8')).toBe(`A=1\n${lines}${suite}`);
});

it('reads the port back', () => {
  const path = join(folder, '.env');
  expect(sandboxPortOf(path)).toBe(0);
  writeFileSync(path, 'BDIA_BASE_URL=https://analytics-collection.adobe.io\n');
  expect(sandboxPortOf(path)).toBe(0);
  writeSandboxEnv(path, access);
  expect(sandboxPortOf(path)).toBe(8600);
});
