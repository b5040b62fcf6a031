import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bdia, copyExample, emptyFolder, nowhere } from './command-line-runner.ts';

const place = emptyFolder();
const shop = join('legacy-shop', 'legacy.sqlite');
const suite = { ...nowhere, BDIA_REPORT_SUITE: 'exampledev' };
const nothingSet = { BDIA_BASE_URL: '', BDIA_TOKEN_URL: '', BDIA_CLIENT_ID: '', BDIA_CLIENT_SECRET: '' };

beforeAll(() => {
  copyExample('legacy-shop', place.path);
  copyExample('csv-export', place.path);
});
afterAll(() => place.remove());

const init = (words: readonly string[], env: Readonly<Record<string, string>> = nothingSet) =>
  bdia(['init', ...words], place.path, env);

describe('init', () => {
  it('shows what it guessed and what is left, and writes what check and preview take', async () => {
    const { code, out, err } = await init([shop, '--folder', 'mine', '--zone', 'UTC']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n').filter((line) => line.length > 100 && !line.includes('main.js'))).toEqual([]);
    expect(out.replaceAll(/node \S+main\.js/g, 'bdia-migrate')).toMatchInlineSnapshot(`
      "SQLite database legacy.sqlite: no system that is known; drafted from table pageviews and 8 of its
      rows
      Other tables that may hold hits (--table NAME): events, orders

        Adobe       source      why                                   such as
      ✔ timestamp   viewed_at   name; 100 % date and time; an index…  2023-03-01 10:00:00.250
      ~ visitorID   visitor_id  name                                  9007…
      ✔ ipaddress   ip          name; 100 % addresses                 203.0.113.…
      ? userAgent   user_agent  name; 100 % user agents               Mozilla/5.0 (Windows NT 10.0; Win64…
      ✔ pageURL     url         name; 100 % URLs                      https://shop.example.com/garden/cha…
      ✔ pageName    title       name; 100 % texts                     Chairs, &quot;folding&quot; &amp; m…
      ✔ referrer    referrer    name; 100 % URLs                      https://www.example.org/list?…
      ~ campaign    campaign    name                                  spring_2023
      ✔ language    lang        name; 100 % languages                 de-DE
      ✔ resolution  screen      name; 100 % screen sizes              1920x1080
        ✔ name and values agree   ~ one of them says so   ? look at it

      Not mapped, and kept in mapping.yaml behind #: visit_id, position, page_type, site

      Range: from 2023-03-01 to 2025-01-02, UTC; the last day is not part of it.
      pageviews: 7 sampled rows → hits
      pageviews: 1 sampled row → rejected: userAgent missing or unusable

      Look at
        ! userAgent from user_agent: 1 of 8 sampled rows lack one: Adobe would skip them, so they are
          rejected
        ! visit_id names a row of visits: its columns are joined
        ! referrer and campaign of visits stand in each of its hits now: let when: keep the first alone

      Written: mine/migration.yaml, mine/mapping.yaml
      To be set, in the environment or in mine/.env: BDIA_REPORT_SUITE, BDIA_BASE_URL, BDIA_TOKEN_URL,
      BDIA_CLIENT_ID, BDIA_CLIENT_SECRET
      To try it against the sandbox: bdia-migrate sandbox --write-env mine/.env
      Next: bdia-migrate check mine/migration.yaml
      Then: bdia-migrate preview mine/migration.yaml
      "
    `);
    expect(readdirSync(join(place.path, 'mine')).sort()).toEqual(['mapping.yaml', 'migration.yaml']);
    const checked = await bdia(['check', 'mine/migration.yaml'], place.path, suite);
    expect(checked.code).toBe(0);
    const previewed = await bdia(['preview', 'mine/migration.yaml', '-n', '1'], place.path, suite);
    expect(previewed.code).toBe(0);
    expect(previewed.out).toContain('hit in mine_0');
  });

  it('writes over nothing', async () => {
    const folder = join(place.path, 'theirs');
    mkdirSync(folder);
    writeFileSync(join(folder, 'migration.yaml'), 'theirs');
    const { code, out, err } = await init([shop, '--folder', 'theirs', '--zone', 'UTC']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('theirs/migration.yaml: error: is there already and is not written over');
    expect(readdirSync(folder)).toEqual(['migration.yaml']);
    expect(readFileSync(join(folder, 'migration.yaml'), 'utf8')).toBe('theirs');
  });

  it.each([
    ['no source', [], 'no source is named'],
    ['a file that is not there', ['nothing.sqlite'], 'there is no file at nothing.sqlite'],
    ['a zone that is left to say', [shop], 'the times of viewed_at, such as 2023-03-01 10:00:00.250, say no time zone'],
    ['a zone that is none', [shop, '--zone', 'Mars'], '--zone Mars is no time zone'],
    [
      'a table that is not there',
      [shop, '--table', 'hits'],
      'No table is named hits: there are events, orders, pageviews',
    ],
    ['half an option', [shop, '--column', 'visitorID'], '--column visitorID is no name=value'],
    ['a URL', ['postgres://u:pa55word@127.0.0.1/db'], 'a URL on a command line is seen by others'],
  ])('ends with 2 and writes nothing: %s', async (_, words, says) => {
    const { code, out, err } = await init([...words, '--folder', 'never']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(says);
    expect(err).not.toContain('pa55word');
    expect(readdirSync(place.path)).not.toContain('never');
  });

  it('ends with 3 where a server is away, and tells nothing of its password', async () => {
    const url = 'postgres://reader:pa55word@127.0.0.1:1/legacy';
    const { code, out, err } = await init(['--folder', 'never'], { LEGACY_DB_URL: url });
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain('PostgreSQL database legacy at 127.0.0.1:1');
    expect(err).not.toContain('pa55word');
    expect(readdirSync(place.path)).not.toContain('never');
  });

  it('reads LEGACY_DB_URL from .env where the migration will', async () => {
    const folder = join(place.path, 'with-env');
    mkdirSync(folder);
    writeFileSync(join(folder, '.env'), 'LEGACY_DB_URL=mysql://reader:pa55word@127.0.0.1:1/legacy\n');
    const { code, err } = await init(['--folder', 'with-env']);
    expect(code).toBe(3);
    expect(err).toContain('127.0.0.1:1');
    expect(err).not.toContain('pa55word');
  });

  it('gives scripts one document', async () => {
    const { code, out, err } = await init([
      'csv-export/export',
      '--folder',
      'json',
      '--zone',
      'Europe/Berlin',
      '--json',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      engine: 'files',
      recognised: null,
      range: { from: '2023-03-26', to: '2024-01-02', zone: 'Europe/Berlin' },
      written: [join(place.path, 'json', 'migration.yaml'), join(place.path, 'json', 'mapping.yaml')],
      missing: ['BDIA_REPORT_SUITE', 'BDIA_BASE_URL', 'BDIA_TOKEN_URL', 'BDIA_CLIENT_ID', 'BDIA_CLIENT_SECRET'],
    });
    const refused = await init(['csv-export/export', '--folder', 'never', '--json']);
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.out)).toMatchObject({
      stopped: { code: 'input.invalid' },
      problems: [{ code: 'init.choice', severity: 'error' }],
    });
  });

  it('names the folder that it is in when nothing else is named', async () => {
    const folder = join(place.path, 'here');
    mkdirSync(folder);
    const { code } = await bdia(['init', '../csv-export/export/*.csv', '--zone', 'UTC'], folder, nothingSet);
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'migration.yaml'), 'utf8')).toMatch(
      /^migration: here\nmapping: \.\/mapping\.yaml\nsource:\n {2}engine: files\n {2}paths: \{ hits: \[ \.\.\/csv-export\/export\/\*\.csv \] \}$/m,
    );
    rmSync(folder, { recursive: true });
  });
});
