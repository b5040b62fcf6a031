import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/domain/sqlite.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { bdia, copyExample, emptyFolder, nowhere } from './command-line-runner.ts';

const place = emptyFolder();
let sandbox: Sandbox;
let env: Record<string, string>;
const shop = 'legacy-shop/migration.yaml';
const csv = 'csv-export/migration.yaml';

beforeAll(async () => {
  copyExample('csv-export', place.path);
  copyExample('legacy-shop', place.path);
  for (const name of [shop, csv]) {
    const file = join(place.path, name);
    writeFileSync(file, `${readFileSync(file, 'utf8')}\ndisk: { ahead: 1MB, spool: 1MB }\n`);
  }
  const db = new Database(join(place.path, 'legacy-shop', 'legacy.sqlite'));
  db.exec('DROP INDEX events_happened_at');
  db.close();
  sandbox = await startSandbox();
  env = {
    BDIA_BASE_URL: sandbox.baseUrl,
    BDIA_TOKEN_URL: sandbox.tokenUrl,
    BDIA_CLIENT_ID: sandbox.clientId,
    BDIA_CLIENT_SECRET: sandbox.clientSecret,
    COLUMNS: '80',
  };
});
afterAll(async () => {
  await sandbox.close();
  place.remove();
});

/** What differs from machine to machine and run to run: ports, sizes, times. */
const steady = (text: string): string =>
  text
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(/ \(\d+(?:\.\d)? m?s\)/g, '')
    .replaceAll(/\d+(?:\.\d)? [MG]B free/g, 'N GB free')
    .replaceAll(/valid until \S+/g, 'valid until TIME')
    .replaceAll(/node \S+main\.js/g, 'bdia-migrate')
    .replaceAll(/\n {12}(?=\S)/g, ' ');

describe('doctor', () => {
  it('says what it found, line by line, within the terminal', async () => {
    const { code, out, err } = await bdia(['doctor', shop], place.path, env);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n').filter((line) => line.length > 80 && !line.includes('CREATE INDEX'))).toEqual([]);
    expect(steady(out)).toMatchInlineSnapshot(`
      "  ✔ files   migration and mapping are without faults
        ✔ source  opened: engine sqlite, file legacy.sqlite
        ✔ source  pageviews: 12 columns; 6 rows read, 2023-01-01T00:00Z to 2025-01-01T00:00Z
        ✔ index   pageviews: SEARCH p USING INDEX pageviews_viewed_at (viewed_at>? AND viewed_at<?); SEARCH v USING INTEGER PRIMARY KEY (rowid=?)
        ✔ twice   pageviews: 6 rows alike in two snapshots
        ✔ source  events: 11 columns; 3 rows read, 2023-01-01T00:00Z to 2025-01-01T00:00Z
        ! index   events: each slice reads the whole table: SCAN e; SEARCH v USING INTEGER PRIMARY KEY (rowid=?) → CREATE INDEX "events_happened_at" ON "events" ("happened_at");
        ✔ twice   events: 3 rows alike in two snapshots
        ✔ source  orders: 10 columns; 2 rows read, 2023-01-01T00:00Z to 2025-01-01T00:00Z
        ✔ index   orders: SEARCH o USING INDEX orders_ordered_ms (ordered_ms>? AND ordered_ms<?); SEARCH v USING INTEGER PRIMARY KEY (rowid=?)
        ✔ twice   orders: 2 rows alike in two snapshots
        ✔ disk    N GB free for the work folder
        ✔ token   127.0.0.1:PORT gives one, valid until TIME
        ✔ host    127.0.0.1:PORT answers
        ✔ access  Adobe takes client id and token
        ✔ clock   agrees with Adobe’s within 30 s

      legacy-shop-2023-2024  no fault, 1 warning
      Next: bdia-migrate plan legacy-shop/migration.yaml
      "
    `);
  });

  it('ends with 2 where there is a fault, and says what to mend', async () => {
    const broken = { ...env, BDIA_CLIENT_SECRET: 'not-the-one', BDIA_BASE_URL: nowhere.BDIA_BASE_URL };
    const { code, out } = await bdia(['doctor', csv], place.path, broken);
    expect(code).toBe(2);
    expect(out).not.toContain('not-the-one');
    expect(steady(out.slice(out.indexOf('  ✘ token')))).toMatchInlineSnapshot(`
      "  ✘ token   Adobe IMS refuses a token: invalid_client (HTTP 400) → check clientId and clientSecret, and that the credential belongs
                    to this IMS host
        ✘ host    127.0.0.1:PORT refuses the connection (ECONNREFUSED) → Check host and port in target.baseUrl; is it running?
        – access  not looked at, as the host did not answer
        ✔ clock   agrees with Adobe’s within 30 s

      csv-export-2023  2 faults, 1 warning, 1 not looked at
      Next: bdia-migrate doctor csv-export/migration.yaml
      "
    `);
  });

  it('says once what was not looked at', async () => {
    const { code, out } = await bdia(['doctor', 'nowhere.yaml'], place.path, env);
    expect(code).toBe(2);
    expect(steady(out)).toMatchInlineSnapshot(`
      "  ✘ files   migration and mapping have 1 fault nowhere.yaml: error: the migration file cannot be read (name a file that is there and that you may read) [file.not-found]
        –         not looked at, as the files have faults: source, index, twice
        –         not looked at, as the migration file has faults: disk, token, host, access, clock

      nowhere.yaml  1 fault, 8 not looked at
      Next: bdia-migrate doctor nowhere.yaml
      "
    `);
  });

  it('is one document with --json', async () => {
    const { code, out, err } = await bdia(['doctor', shop, '--json'], place.path, env);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const report = JSON.parse(out);
    expect(report).toMatchObject({ migration: 'legacy-shop-2023-2024', healthy: true, problems: [] });
    expect(report.checks).toContainEqual({
      check: 'index',
      of: 'events',
      result: 'warning',
      found: expect.stringContaining('SCAN'),
      cure: 'CREATE INDEX "events_happened_at" ON "events" ("happened_at");',
      seconds: null,
    });
    expect(out).not.toContain(sandbox.clientSecret);
  });
});
