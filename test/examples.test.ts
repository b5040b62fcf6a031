import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../src/domain/clock.ts';
import { Database } from '../src/domain/sqlite.ts';
import { build, check, testMappings, verify } from '../src/index.ts';
import { expectAllPromises } from './support/expect-all-promises.ts';
import { sharedServer } from './support/servers/shared-server.ts';

const root = resolve(import.meta.dirname, '..');
const examples = join(root, 'migrations-examples');
const update = process.env['UPDATE_EXPECTED'] === '1';

/** Nothing is sent while building; the files only have to be complete. */
const adobe = {
  BDIA_BASE_URL: 'http://127.0.0.1:1',
  BDIA_TOKEN_URL: 'http://127.0.0.1:1/ims/token/v3',
  BDIA_CLIENT_ID: 'example',
  BDIA_CLIENT_SECRET: 'example-secret',
  USER_ID_PEPPER: 'example-pepper',
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

/** The rejects with JSON in their cells read, whose keys Oracle's MySQL keeps in an order of its own. */
function withJsonRead(files: Readonly<Record<string, string>>): Record<string, unknown> {
  const read = (_: string, value: unknown) =>
    typeof value === 'string' && /^[[{]/.test(value) ? JSON.parse(value) : value;
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      path.startsWith('rejects/')
        ? text
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line, read))
        : text,
    ]),
  );
}

interface Seeded {
  readonly env: Record<string, string>;
  /** Of a server; empty for others. */
  readonly version: string;
  remove(): Promise<void>;
}

/** Makes the legacy database that an example reads, on a real server where it has one. */
async function seed(folder: string): Promise<Seeded> {
  const nothing = { env: {}, version: '', remove: async () => undefined };
  if (!existsSync(join(folder, 'seed.sql'))) return nothing;
  const sql = ['schema.sql', 'seed.sql'].map((name) => readFileSync(join(folder, name), 'utf8'));
  const engine = /engine: (\w+)/.exec(readFileSync(join(folder, 'migration.yaml'), 'utf8'))?.[1];
  if (engine === 'postgres' || engine === 'mysql') {
    const { freshDatabase, version } = await sharedServer(engine);
    const database = await freshDatabase();
    for (const statements of sql) await database.run(statements);
    return { env: { LEGACY_DB_URL: database.url }, version, remove: database.remove };
  }
  const database = new Database(join(folder, 'legacy.sqlite'));
  for (const statements of sql) database.exec(statements);
  database.close();
  return nothing;
}

describe.each(readdirSync(examples))('example %s', (name) => {
  let folder = '';
  let remove = async (): Promise<void> => undefined;
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true });
    await remove();
  });

  it('has a README, no faults, and gives exactly the files of expected/', async () => {
    folder = mkdtempSync(join(tmpdir(), 'example-'));
    const copy = join(folder, 'migrations-examples', name);
    cpSync(join(examples, name), copy, { recursive: true });
    expect(existsSync(join(copy, 'README.md'))).toBe(true);
    const seeded = await seed(copy);
    remove = seeded.remove;
    const env = { ...adobe, ...seeded.env };
    const file = join(copy, 'migration.yaml');

    // Long ago: the rows of the examples are older than what a report suite keeps.
    const clock = { ...systemClock, now: () => 0 };
    const checked = await check([file, join(copy, 'mapping.yaml')], { env, clock });
    expect(checked.flatMap(({ problems }) => problems)).toEqual([]);
    const report = await build(file, { env });
    expect(report.stopped).toBeUndefined();
    const { promises } = await verify(file, { env, source: true });
    expectAllPromises(promises);

    const produced = producedIn(join(copy, 'work'));
    const expectedFolder = join(examples, name, 'expected');
    if (update) {
      rmSync(expectedFolder, { recursive: true, force: true });
      for (const [path, text] of Object.entries(produced)) {
        mkdirSync(join(expectedFolder, path, '..'), { recursive: true });
        writeFileSync(join(expectedFolder, path), text);
      }
    }
    const paths = filesBelow(expectedFolder);
    const expected = Object.fromEntries(paths.map((path) => [path, readFileSync(join(expectedFolder, path), 'utf8')]));
    expect(paths.length).toBeGreaterThan(1);
    const isMysql = readFileSync(file, 'utf8').includes('engine: mysql') && !/mariadb/i.test(seeded.version);
    if (isMysql) expect(withJsonRead(produced)).toEqual(withJsonRead(expected));
    else expect(produced).toEqual(expected);
  });
});

it.each(['open-web-analytics', 'posthog-export'])(
  'takes less than 40 lines to map a system that nobody mapped before: %s',
  (name) => {
    const mapping = readFileSync(join(examples, name, 'mapping.yaml'), 'utf8');
    expect(mapping.trimEnd().split('\n').length).toBeLessThan(40);
  },
);

it.each(readdirSync(examples).filter((name) => existsSync(join(examples, name, 'mapping.test.yaml'))))(
  'the tests beside the mapping of %s pass',
  async (name) => {
    const [report] = await testMappings([join(examples, name, 'mapping.yaml')]);
    expect(report).toMatchObject({ problems: [], failed: 0 });
    expect(report?.passed).toBeGreaterThan(0);
  },
);

it('what docs/your-own-mapping.md shows stands in its example, line by line', () => {
  const page = readFileSync(join(root, 'docs', 'your-own-mapping.md'), 'utf8');
  const shown = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(([, text = '']) => text.trimEnd().split('\n'));
  const folder = join(examples, 'posthog-export');
  const files = filesBelow(folder).filter((name) => /^[\w.]+\.yaml$/.test(name));
  const lines = new Set(files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n')));
  expect(shown.length).toBeGreaterThan(5);
  expect(shown.filter((line) => !lines.has(line))).toEqual([]);
});
