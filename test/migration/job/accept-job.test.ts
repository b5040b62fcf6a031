import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Database } from '../../../src/domain/sqlite.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { build } from '../../../src/migration/run.ts';
import { type FixtureFolder, offline, sqliteFolder } from '../job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const rows = Array.from({ length: 120 }, (_, id) => ({ id, at: begin + id * 600, hit: begin + id * 600 }));
let fixture: FixtureFolder;
beforeEach(async () => {
  const settings = { range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }', slices: 20 };
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], settings);
  await build(fixture.file, offline);
  fixture.edit('mapping.yaml', 'pageName: page', 'pageName: visitor');
});
afterEach(() => fixture.remove());

const inLedger = (statement: string): void => {
  const database = new Database(join(fixture.folder, 'work', 'ledger.sqlite'));
  database.exec(statement);
  database.close();
};

const standing = async () => {
  const ledger = await openLedger(join(fixture.folder, 'work'), { readOnly: true });
  const standing = {
    contents: (await ledger.contents()).length,
    unsealed: (await ledger.unsealedSlices()).length,
    accepted: (await ledger.notes()).filter(({ kind }) => kind === 'accepted change').map(({ text }) => text),
  };
  await ledger.close();
  return standing;
};

it.each(['INSERT ON notes', 'INSERT ON contents', 'UPDATE ON slices'])(
  'accepts a change whole or not at all: as before where it dies at its %s',
  async (step) => {
    inLedger(`CREATE TRIGGER dies BEFORE ${step} BEGIN SELECT RAISE(ABORT, 'died here'); END`);
    await expect(build(fixture.file, { ...offline, acceptChange: true })).rejects.toThrow('died here');
    expect(await standing()).toEqual({ contents: 1, unsealed: 0, accepted: [] });
    inLedger('DROP TRIGGER dies');
    const slices = (await build(fixture.file, { ...offline, acceptChange: true })).slices.total;
    expect(slices).toBeGreaterThan(2);
    expect(await standing()).toEqual({
      contents: 2,
      unsealed: 0,
      accepted: [`columns of views; ${slices} sealed slices are built again`],
    });
  },
);
