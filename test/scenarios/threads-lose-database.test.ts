import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { killConnections } from '../support/servers/server-sql.ts';
import { sharedServer } from '../support/servers/shared-server.ts';
import { startProgram } from '../support/start-program.ts';

const rows = 40_000;

const fill = `CREATE TABLE hits (id bigint PRIMARY KEY, at timestamp NOT NULL, visitor text NOT NULL, note text NOT NULL);
  CREATE INDEX ON hits (at);
  INSERT INTO hits SELECT id, timestamp '2023-03-01' + id * interval '60 seconds', md5((id % 97)::text), repeat('note ', 400)
  FROM generate_series(1, ${rows}) AS id`;

const mapping = `mapping: lost
engine: postgres
streams:
  hits:
    query: SELECT id, at, visitor, note FROM hits WHERE at >= :from AND at < :to ORDER BY at, id
    key: [id]
    time: { from: at, zone: UTC }
    window: { column: at, type: datetime, zone: UTC }
    hit: { visitorID: visitor, userAgent: { const: Mozilla/5.0 }, pageName: { template: "page {id}" }, eVar1: note }
`;

const migration = (workers: number): string => `migration: lost
mapping: ./mapping.yaml
source: { engine: postgres, url: "\${env:LEGACY_DB_URL}", tls: { mode: disable } }
target:
  reportSuiteID: suite
  baseUrl: http://127.0.0.1:9
  auth: { kind: token, clientId: none, token: none }
range: { from: 2023-03-01, to: 2023-05-01, zone: UTC }
visitorGroups: { count: 2, prefix: lost }
slices: { rows: 2000 }
build: { workers: ${workers}, memory: 64MB }
folder: ./work-${workers}
`;

async function chunksOf(folder: string): Promise<readonly unknown[]> {
  const ledger = await openLedger(folder, { readOnly: true });
  const chunks = await ledger.chunks();
  await ledger.close();
  return chunks.map(({ path, rawSha256, rows: held }) => ({ path, rawSha256, held }));
}

it('reads slices again, in threads too, where the database goes away', async (context) => {
  const home = scratchFolder(context);
  const database = await (await sharedServer('postgres')).freshDatabase();
  context.onTestFinished(async () => {
    await database.remove();
  });
  await database.run(fill);
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'mapping.yaml'), mapping);
  const env = { LEGACY_DB_URL: database.url };
  const build = async (workers: number, onNote: (text: string) => void): Promise<void> => {
    const file = join(home, `${workers}.yaml`);
    await writeFile(file, migration(workers));
    const program = startProgram(['build', file], env);
    program.onNote(onNote);
    const { exitCode, stderr } = await program.ended;
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  };
  await build(1, () => undefined);

  let told = '';
  let isReadAgain = false;
  let killing: Promise<void> | undefined;
  // Again and again, since nobody outside sees when a slice is read and when it is sealed; one by one, as they would end
  // each other.
  const killUntilReadAgain = async (): Promise<void> => {
    while (!isReadAgain) {
      await killConnections(database);
      await sleep(100);
    }
  };
  try {
    await build(3, (text) => {
      told += text;
      isReadAgain = told.includes('Reading slice');
      if (told.includes('sealed slice 0')) killing ??= killUntilReadAgain();
    });
  } finally {
    isReadAgain = true;
    await killing;
  }
  expect(told).toMatch(/The source was lost: .+ Reading slice \d+ again in 1 s\./);
  expect(await chunksOf(join(home, 'work-3'))).toEqual(await chunksOf(join(home, 'work-1')));
});
