import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nameSource } from '../../../src/inspection/init/name-source.ts';
import { scratch } from './init-checked.ts';

const { root } = scratch();
const folder = join(root, 'migration');
const name = (sources: string[], url?: string) => nameSource(sources, folder, { LEGACY_DB_URL: url });

describe('nameSource', () => {
  it('takes files, folders and globs, written from the folder of the migration', async () => {
    mkdirSync(join(root, 'export'));
    for (const file of ['a.csv', 'b.csv']) writeFileSync(join(root, 'export', file), 'a\n1\n');
    expect(await name([join(root, 'export', '*.csv')])).toMatchObject({
      spec: { engine: 'files', paths: { hits: [join(root, 'export', '*.csv')] } },
      path: ['../export/*.csv'],
    });
    expect(await name([join(root, 'export')])).toMatchObject({ path: ['../export'] });
  });

  it.each([
    ['postgres://reader:pa55@db.example:5433/legacy', 'postgres', 'PostgreSQL database legacy'],
    ['postgresql://reader:pa55@db.example/legacy', 'postgres', 'PostgreSQL database legacy'],
    ['mysql://reader:pa55@db.example/legacy', 'mysql', 'MySQL or MariaDB database legacy'],
    ['mariadb://reader:pa55@db.example/legacy', 'mysql', 'MySQL or MariaDB database legacy'],
  ])('takes the server of LEGACY_DB_URL: %s', async (url, engine, says) => {
    expect(await name([], url)).toMatchObject({
      spec: { engine, host: 'db.example', user: 'reader', password: 'pa55', database: 'legacy' },
      path: null,
      says,
    });
  });

  it.each([
    ['nothing', [], undefined, /^no source is named$/],
    ['no file', [join(root, 'none.csv')], undefined, /^there is no file at .*none\.csv$/],
    ['a glob without files', [join(root, '*.none')], undefined, /^there is no file at/],
    ['a URL among the words', ['postgres://u:pa55@h/db'], undefined, /^a URL on a command line is seen/],
    ['another server', [], 'mongodb://u:pa55@h/db', /^LEGACY_DB_URL is no URL of PostgreSQL, MySQL or MariaDB$/],
    ['a password that ends the URL', [], 'postgres://u:pa55/x@h/db', /^LEGACY_DB_URL cannot be used/],
  ])('refuses %s', async (_, sources, url, message) => {
    const fault = await name(sources, url);
    expect(fault).toMatchObject({ severity: 'error', message: expect.stringMatching(message) });
    expect(JSON.stringify(fault)).not.toContain('pa55');
  });

  // Reading at its beginning is an I/O error, for everybody (proc(5)).
  it.runIf(process.platform === 'linux')('tells why a file cannot be read', async () => {
    await expect(name(['/proc/self/mem'])).rejects.toMatchObject({
      code: 'source.unreachable',
      message: expect.stringContaining('EIO'),
    });
  });
});
