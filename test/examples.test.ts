import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { build, check, verify } from '../src/index.ts';

const root = resolve(import.meta.dirname, '..');
const examples = join(root, 'migrations-examples');
const update = process.env['UPDATE_EXPECTED'] === '1';

/** Nothing is sent while building; the files only have to be complete. */
const env = {
  BDIA_BASE_URL: 'http://127.0.0.1:1',
  BDIA_TOKEN_URL: 'http://127.0.0.1:1/ims/token/v3',
  BDIA_CLIENT_ID: 'example',
  BDIA_CLIENT_SECRET: 'example-secret',
};

function filesBelow(folder: string, prefix = ''): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory()
        ? filesBelow(join(folder, entry.name), `${prefix}${entry.name}/`)
        : [`${prefix}${entry.name}`],
    )
    .sort();
}

/** What the work folder holds for people and for Adobe, unzipped: path to text. */
function producedIn(work: string): Record<string, string> {
  const paths = [...filesBelow(join(work, 'chunks'), 'chunks/'), ...filesBelow(join(work, 'rejects'), 'rejects/')];
  return Object.fromEntries(
    paths.map((path) => [path.replace(/\.gz$/, ''), gunzipSync(readFileSync(join(work, path))).toString('utf8')]),
  );
}

function seed(folder: string): void {
  if (!existsSync(join(folder, 'seed.sql'))) return;
  const database = new Database(join(folder, 'legacy.sqlite'));
  database.exec(readFileSync(join(folder, 'schema.sql'), 'utf8'));
  database.exec(readFileSync(join(folder, 'seed.sql'), 'utf8'));
  database.close();
}

describe.each(readdirSync(examples))('example %s', (name) => {
  let folder = '';
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has a README, no faults, and gives exactly the files of expected/', async () => {
    folder = mkdtempSync(join(tmpdir(), 'example-'));
    const copy = join(folder, 'migrations-examples', name);
    cpSync(join(examples, name), copy, { recursive: true });
    expect(existsSync(join(copy, 'README.md'))).toBe(true);
    seed(copy);
    const file = join(copy, 'migration.yaml');

    expect((await check([file, join(copy, 'mapping.yaml')], { env })).flatMap(({ problems }) => problems)).toEqual([]);
    const report = await build(file, { env });
    expect(report.stopped).toBeUndefined();
    const { promises } = await verify(file, { env, source: true });
    expect(promises.filter(({ holds }) => !holds)).toEqual([]);

    const produced = producedIn(join(copy, 'work'));
    const expectedFolder = join(examples, name, 'expected');
    if (update) {
      rmSync(expectedFolder, { recursive: true, force: true });
      for (const [path, text] of Object.entries(produced)) {
        mkdirSync(join(expectedFolder, path, '..'), { recursive: true });
        writeFileSync(join(expectedFolder, path), text);
      }
    }
    const expected = filesBelow(expectedFolder).map((path) => [path, readFileSync(join(expectedFolder, path), 'utf8')]);
    expect(expected.length).toBeGreaterThan(1);
    expect(produced).toEqual(Object.fromEntries(expected));
  });
});
