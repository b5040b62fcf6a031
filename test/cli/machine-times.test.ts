import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/index.ts';
import { type FixtureFolder, sandboxEnv, sandboxSettings, sqliteFolder } from '../migration/job-fixture.ts';
import { bdia } from './command-line-runner.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
/** A row each ten minutes; the last one has no time of its hit. */
const rows = Array.from({ length: 20 }, (_, id) => ({
  id,
  at: begin + id * 600,
  hit: id === 19 ? null : begin + id * 600,
}));

/** One of the mapping: a row and its hit. */
const mappingTest = `
- stream: views
  row: { id: 1, at: ${begin}, hit: ${begin}, page: home, visitor: v1 }
  hit: { timestamp: ${begin}, visitorID: v1, userAgent: Mozilla/5.0, pageName: home }
`;

let sandbox: Sandbox;
let fixture: FixtureFolder;
let env: Record<string, string>;
beforeAll(async () => {
  sandbox = await startSandbox({ rate: 0 });
  fixture = sqliteFolder([{ name: 'views', window: 'type: s, zone: Europe/Berlin', rows }], {
    ...sandboxSettings,
    groups: 1,
    slices: 10,
  });
  writeFileSync(join(fixture.folder, 'mapping.test.yaml'), mappingTest);
  env = sandboxEnv(sandbox);
  expect(await bdia(['run', 'migration.yaml', '--log-file', 'log.jsonl'], fixture.folder, env)).toMatchObject({
    code: 0,
  });
});
afterAll(async () => {
  await sandbox.close();
  fixture.remove();
});

async function documentOf(...words: readonly string[]): Promise<unknown> {
  const { code, out } = await bdia([...words, '--json'], fixture.folder, env);
  // What found a fault, or stopped, would have little to walk over.
  expect([code, out]).toEqual([0, out]);
  return JSON.parse(out);
}

const chunks = (): string[] => {
  const folder = join('work', 'chunks', 'acme_0');
  const names = readdirSync(join(fixture.folder, folder)).filter((name) => name.endsWith('.csv.gz'));
  return names.sort().map((name) => join(folder, name));
};

describe('a time in a JSON document is ISO 8601 in UTC', () => {
  it('plan: the ends of slices, and no cut point of a wall clock', async () => {
    const { estimate } = (await documentOf('plan', 'migration.yaml')) as { estimate: { slices: unknown } };
    expect(estimate.slices).toEqual([
      { index: 0, from: '2021-01-01T00:00:00.000Z', to: '2021-01-01T01:00:00.000Z', plannedRows: 6 },
      { index: 1, from: '2021-01-01T01:00:00.000Z', to: '2021-01-01T02:00:00.000Z', plannedRows: 6 },
      { index: 2, from: '2021-01-01T02:00:00.000Z', to: '2021-02-01T00:00:00.000Z', plannedRows: 8 },
    ]);
  });

  it('preview: the time of a hit', async () => {
    const { rows: shown } = (await documentOf('preview', 'migration.yaml')) as { rows: { time: string | null }[] };
    expect(shown.map(({ time }) => time).slice(0, 2)).toEqual(['2021-01-01T00:00:00.000Z', '2021-01-01T00:10:00.000Z']);
    expect(shown.at(-1)?.time).toBeNull();
  });

  it('lint: the first and the last time of a file', async () => {
    const { files } = (await documentOf('lint', ...chunks())) as { files: unknown };
    expect(files).toMatchObject([
      { firstTime: '2021-01-01T00:00:00.000Z', lastTime: '2021-01-01T00:50:00.000Z' },
      { firstTime: '2021-01-01T01:00:00.000Z', lastTime: '2021-01-01T01:50:00.000Z' },
      { firstTime: '2021-01-01T02:00:00.000Z', lastTime: '2021-01-01T03:00:00.000Z' },
    ]);
  });

  it('report: the first and the last time of a stream', async () => {
    const { streams } = (await documentOf('report', 'migration.yaml')) as { streams: unknown };
    expect(streams).toMatchObject([{ firstTime: '2021-01-01T00:00:00.000Z', lastTime: '2021-01-01T03:00:00.000Z' }]);
  });
});

/** Where numbers stand that could be Unix seconds, or ms, from 2001 to 2100; nothing that is counted here comes near. */
function epochs(value: unknown, path = ''): string[] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, member]) => epochs(member, `${path}/${name}`));
  if (typeof value !== 'number') return [];
  return [1, 1000].some((unit) => value >= 1e9 * unit && value < 4.2e9 * unit) ? [`${path}: ${value}`] : [];
}

describe('no document has a bare epoch', () => {
  it('would be found', () => {
    expect(epochs({ slices: [{ from: begin, rows: 10 }], until: begin * 1000, at: '2021' })).toEqual([
      '/slices/0/from: 1609459200',
      '/until: 1609459200000',
    ]);
  });

  it.each([
    ['init legacy.sqlite --folder drafted --table views --column timestamp=hit'],
    ['check migration.yaml'],
    ['test mapping.yaml'],
    ['doctor migration.yaml'],
    ['preview migration.yaml'],
    ['diff mapping.yaml migration.yaml'],
    ['plan migration.yaml'],
    ['build migration.yaml'],
    ['validate migration.yaml'],
    ['run migration.yaml'],
    ['status migration.yaml'],
    ['settle migration.yaml'],
    ['verify migration.yaml --source'],
    ['report migration.yaml'],
    ['rejects migration.yaml'],
    ['explain migration.yaml --key 3'],
  ])('%s', async (line) => {
    expect(epochs(await documentOf(...line.split(' ')))).toEqual([]);
  });

  it('lint', async () => {
    expect(epochs(await documentOf('lint', ...chunks()))).toEqual([]);
  });

  it.each(['report', 'files'])('GET /sandbox/%s', async (path) => {
    expect(epochs(await (await fetch(`${sandbox.baseUrl}/sandbox/${path}`)).json())).toEqual([]);
  });

  it('the log file', () => {
    const lines = readFileSync(join(fixture.folder, 'log.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(2);
    expect(epochs(lines.map((line) => JSON.parse(line)))).toEqual([]);
  });
});
