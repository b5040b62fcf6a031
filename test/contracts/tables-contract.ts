import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Source, SourceTable } from '../../src/source/source.ts';

/** A database with the tables below in it. */
export interface TablesFixture {
  readonly source: Source;
  remove(): void | Promise<void>;
}

/** Understood by all engines; where a database has schemas, it is the one that tables come into by themselves. */
const statements = `
  CREATE TABLE hits (site INTEGER NOT NULL, id BIGINT NOT NULL, seen TIMESTAMP NOT NULL, page VARCHAR(200), PRIMARY KEY (site, id));
  CREATE INDEX hits_seen ON hits (seen, site);
  INSERT INTO hits VALUES (1, 9007199254740993, '2024-01-01 10:00:00', '/'), (1, 2, '2024-01-02 10:00:00', NULL);
  CREATE TABLE visits (id INTEGER PRIMARY KEY, code CHAR(8) NOT NULL, agent VARCHAR(100));
  CREATE TABLE codes (code CHAR(8) NOT NULL, note VARCHAR(9), name VARCHAR(9) NOT NULL, place VARCHAR(9) NOT NULL);
  CREATE UNIQUE INDEX codes_note ON codes (note);
  CREATE UNIQUE INDEX codes_two ON codes (name, place);
  CREATE UNIQUE INDEX codes_one ON codes (code);
  CREATE TABLE notes (at TIMESTAMP NULL, "odd name" VARCHAR(9));
  CREATE VIEW pages AS SELECT seen, page FROM hits;
`;

const expected = [
  { name: 'codes', columns: ['code', 'note', 'name', 'place'], key: ['code'], indexed: ['code', 'name', 'note'] },
  { name: 'hits', columns: ['site', 'id', 'seen', 'page'], key: ['site', 'id'], indexed: ['seen', 'site'] },
  { name: 'notes', columns: ['at', 'odd name'], key: [], indexed: [] },
  { name: 'pages', columns: ['seen', 'page'], key: [], indexed: [] },
  { name: 'visits', columns: ['id', 'code', 'agent'], key: ['id'], indexed: ['id'] },
];

/** What `tables` of every database must tell; `quote` is how the engine writes an odd name, `types` are those of `hits`. */
export function tablesContract(
  name: string,
  {
    schema,
    quote,
    types,
  }: { readonly schema: string | null; readonly quote: string; readonly types: readonly RegExp[] },
  make: (statements: string) => Promise<TablesFixture>,
): void {
  describe(`${name}, asked for its tables`, () => {
    let fixture: TablesFixture;
    let found: readonly SourceTable[];
    beforeAll(async () => {
      fixture = await make(statements.replaceAll('"', quote));
      found = (await fixture.source.tables?.()) ?? [];
    });
    afterAll(async () => {
      await fixture.source.close();
      await fixture.remove();
    });

    it('tells tables and views with their columns, keys and indexes, and nothing of its own', () => {
      const told = found.map((table) => ({
        name: table.name,
        columns: table.columns.map((column) => column.name),
        key: table.key,
        indexed: [...table.indexed].sort(),
      }));
      expect(told).toEqual(expected);
      expect(new Set(found.map((table) => table.schema))).toEqual(new Set([schema]));
    });

    it('tells types as the engine writes them', () => {
      const hits = found.find((table) => table.name === 'hits')?.columns ?? [];
      expect(hits).toEqual(types.map((type) => expect.objectContaining({ type: expect.stringMatching(type) })));
    });

    it('tells nothing once it is closed', async () => {
      const { source, remove } = await make('CREATE TABLE one (id INTEGER);');
      await source.close();
      await expect(source.tables?.()).rejects.toThrow(/source is closed|connection is not open/);
      await remove();
    });
  });
}
