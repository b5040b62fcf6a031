import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Database } from '../../src/domain/sqlite.ts';
import { first } from '../../src/ledger/schema/001-first.ts';
import { showAsNewest } from '../../src/ledger/show-as-newest.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

it('shows what later versions added over a connection that may not write, and leaves the file alone', (context) => {
  const path = join(scratchFolder(context), 'ledger.sqlite');
  const writer = new Database(path);
  writer.exec(first);
  writer.close();
  const db = new Database(path, { readonly: true });
  context.onTestFinished(() => {
    db.close();
  });
  showAsNewest(db);
  const columns = (table: string) => db.prepare(`PRAGMA main.table_info(${table})`).all().length;
  expect(db.prepare('SELECT removed_at, content FROM chunks').all()).toEqual([]);
  expect(db.prepare('SELECT lane FROM former_keys').all()).toEqual([]);
  expect([columns('chunks'), columns('former_keys')]).toEqual([15, 0]);
});
