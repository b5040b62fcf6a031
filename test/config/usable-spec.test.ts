import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryReadJobFiles } from '../../src/migration/job/read-job-files.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'usable-'));
  writeFileSync(join(folder, 'own.yaml'), mapping);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mapping = `mapping: own
engine: sqlite
variables: { site: { type: integer } }
streams:
  hits:
    query: SELECT * FROM hits WHERE site = :site
    key: [id]
    time: { from: at, zone: UTC }
    hit: { visitorID: visitor, userAgent: agent, pageURL: url }
`;
const good = `migration: acme
mapping: ./own.yaml
variables: { site: 1 }
source: { engine: sqlite, path: old.db }
target:
  reportSuiteID: acmeprod
  baseUrl: http://localhost
  auth: { kind: token, clientId: me, token: secret }
  suite: { currency: EUR, seed: crm }
range: { from: 2015-01-01, to: 2025-01-01 }
chunks: { maxRows: 100 }
`;

/** `line:column code` of everything that is wrong with a migration. */
async function faultsOf(text: string, env: Record<string, string> = {}): Promise<string[]> {
  const file = join(folder, 'job.yaml');
  writeFileSync(file, text);
  const { problems } = await tryReadJobFiles(file, { env, readyMadeFolder: folder });
  return problems.map(({ line, column, code }) => `${line}:${column} ${code}`);
}

const badTarget = good.replace('EUR', 'XXX').replace('crm', '"c r m"');

describe('faults of a migration come in one go, whatever stage finds them', () => {
  it('finds none in a good file', async () => {
    expect(await faultsOf(good)).toEqual([]);
  });

  it.each<[string, string, string[]]>([
    [
      'one of form beside those of the report suite and between keys',
      badTarget.replace('100', 'lots').replace('2025', '2015').replace('acme\n', '"123"\n'),
      ['1:12 config.value', '9:22 adobe.currency', '9:33 config.value', '10:32 config.value', '11:20 config.value'],
    ],
    [
      'one inside the suite beside another of it',
      badTarget.replace('XXX', 'euro'),
      ['9:22 config.value', '9:34 config.value'],
    ],
    [
      'a file that is missing beside one of form and one of the range',
      good.replace('maxRows: 100', 'rows: 100').replace('  suite:', '  ca: none.pem\n  suite:').replace('2025', '2015'),
      ['9:7 file.not-found', '11:32 config.value', '12:11 config.unknown-key'],
    ],
    [
      'a variable of the environment beside those of the report suite',
      badTarget.replace('secret', '"${env:NONE}"'),
      ['8:46 env.missing', '9:22 adobe.currency', '9:33 config.value'],
    ],
    [
      'a mapping that is not named beside those of the report suite',
      badTarget.replace('mapping: ./own.yaml\n', ''),
      ['1:1 config.missing', '8:22 adobe.currency', '8:33 config.value'],
    ],
    [
      'an engine that is not the one of the mapping beside one of form',
      good.replace('{ engine: sqlite, path: old.db }', '{ engine: files, paths: {} }').replace('100', 'lots'),
      ['4:19 config.source', '11:20 config.value'],
    ],
  ])('%s', async (_, text, expected) => {
    expect(await faultsOf(text)).toEqual(expected);
  });

  it.each<[string, string, string[]]>([
    ['variables', good.replace('{ site: 1 }', '[1]'), ['3:12 config.type']],
    ['a source', good.replace('engine: sqlite, path: old.db', 'engine: mysql'), ['4:1 config.value']],
    ['an end of the range', good.replace('2015-01-01', 'ever'), ['10:16 config.value']],
    ['the id', good.replace('acme\n', 'a b\n'), ['1:12 config.value']],
    ['a target', good.replace(/target:[\s\S]*(?=range)/, 'target: none\n'), ['5:9 config.type']],
    [
      'the prefix of an id that cannot name groups',
      good.replace('acme\n', '123\n').replace('chunks', 'visitorGroups: { prefix: "-" }\nchunks'),
      ['11:26 config.value'],
    ],
    [
      'texts whose variable is missing',
      good.replace('crm', '"${env:NONE}"').replace('acmeprod', '"${env:NONE}"').replace('1 }', '"${env:NONE}" }'),
      ['3:21 env.missing', '6:19 env.missing', '9:34 env.missing'],
    ],
  ])('tells nothing that only follows from a fault: %s', async (_, text, expected) => {
    const found = await faultsOf(text);
    expect([...new Set(found)]).toEqual(expected);
  });
});
