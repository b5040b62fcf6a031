import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadMapping } from '../../src/config/load-mapping.ts';
import { loadMigration, loadYamlKind } from '../../src/config/load-migration.ts';
import { loadTests } from '../../src/config/load-tests.ts';
import { readBytes } from '../../src/config/read-bytes.ts';
import { readEnvFile } from '../../src/config/read-env-file.ts';
import { readLookups } from '../../src/migration/job/lookups.ts';

const folder = mkdtempSync(join(tmpdir(), 'bytes-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file that is there and whose first byte the system does not give (EIO). */
const failing = join(folder, 'failing.yaml');
symlinkSync('/proc/self/mem', failing);

describe('readBytes', () => {
  it.each<[string, string]>([
    ['none.yaml', 'ENOENT'],
    ['.', 'EISDIR'],
    ['loop.yaml', 'ELOOP'],
    ['file/none.yaml', 'ENOTDIR'],
  ])('gives the word of the system for a name that is at fault: %s', async (name, code) => {
    writeFileSync(join(folder, 'file'), '');
    rmSync(join(folder, 'loop.yaml'), { force: true });
    symlinkSync('loop.yaml', join(folder, 'loop.yaml'));
    expect(await readBytes(join(folder, name))).toBe(code);
  });

  const place = { file: 'job.yaml', line: 1, column: 1 };
  it.each<[string, () => Promise<unknown>]>([
    ['a migration', () => loadMigration(failing, { env: {} })],
    ['a file whose kind is asked', () => loadYamlKind(failing)],
    ['a mapping', () => loadMapping(failing, { from: folder, readyMadeFolder: folder })],
    ['tests', () => loadTests(failing)],
    ['an env file', () => readEnvFile(failing)],
    ['a lookup', () => readLookups({ goals: { key: 'id', values: [] } }, { goals: failing }, () => place)],
  ])('stops where the disk is at fault, and not what was written: %s', async (_, read) => {
    await expect(read()).rejects.toMatchObject({
      code: 'disk.failed',
      // Newer releases of Node.js name the file behind it.
      message: expect.stringContaining(`${failing} cannot be read: EIO: i/o error, read`),
    });
  });
});

it('does not take tests that cannot be read for none', async () => {
  const loop = join(folder, 'own.test.yaml');
  symlinkSync('own.test.yaml', loop);
  expect(await loadTests(loop)).toMatchObject({ problems: [{ code: 'file.not-found', file: loop }] });
  expect(await loadTests(join(folder, 'none.test.yaml'))).toBeNull();
});
