import { describe, expect, it } from 'vitest';
import { likelyHits } from '../../../src/inspection/init/hit-tables.ts';
import { joinedTables } from '../../../src/inspection/init/joined-tables.ts';
import { selectText } from '../../../src/inspection/init/table-query.ts';
import type { SourceTable } from '../../../src/source/source.ts';

/** A table from `name type` texts; the first column is its key. */
function tableOf(name: string, columns: readonly string[], indexed: readonly string[] = []): SourceTable {
  const split = columns.map((text) => {
    const [column = '', type = ''] = text.split(/ (.*)/);
    return { name: column, type };
  });
  return { schema: null, name, columns: split, key: [split[0]?.name ?? ''], indexed };
}

const visits = tableOf('visits', ['id bigint', 'began_at datetime', 'visitor char(16)', 'ip varchar(45)', 'url text']);
const views = tableOf('page_views', ['id bigint', 'visit_id bigint', 'viewed_at datetime', 'url text'], ['viewed_at']);

describe('likelyHits', () => {
  it.each([
    ['a table of hits before one of orders', ['orders', 'hits'], 'hits'],
    ['a name that says it before one that does not', ['things', 'events'], 'events'],
    ['its columns before its name', ['visits', 'audit_log'], 'visits'],
  ])('puts %s', (_, names, first) => {
    const tables = names.map((name) =>
      name === 'visits' ? visits : tableOf(name, ['id bigint', 'created_at datetime', 'note text']),
    );
    expect(likelyHits(tables)[0]?.name).toBe(first);
  });

  const who = ['id bigint', 'timestamp datetime', 'anonymous_id text', 'context_ip text', 'context_page_url text'];
  it.each([
    ['views of pages before other events', tableOf('tracks', [...who, 'event text']), tableOf('pages', who), 'pages'],
    [
      'requests of pages before other actions',
      tableOf('owa_action_fact', who),
      tableOf('owa_request', who),
      'owa_request',
    ],
    [
      "hits before a website's pages",
      tableOf('visits', ['id bigint', 'page_id bigint', 'seen_at datetime', 'ip text', 'agent text']),
      tableOf('pages', ['id bigint', 'created_at datetime', 'url text', 'title text']),
      'visits',
    ],
  ])('puts %s', (_, one, other, first) => {
    expect(likelyHits([one, other])[0]?.name).toBe(first);
  });

  it('leaves out what has no time', () => {
    expect(likelyHits([tableOf('hits', ['id bigint', 'url text'])])).toEqual([]);
  });
});

describe('joinedTables', () => {
  it.each([
    ['visit_id bigint', 'visits', ['visits', 'visit_id', false]],
    ['idvisit bigint', 'log_visit', ['log_visit', 'idvisit', false]],
    ['visit varchar(20)', 'visits', ['visits', 'visit', true]],
    ['visit_id datetime', 'visits', null],
    ['visit_count bigint', 'visits', null],
  ])('%s names %s', (column, name, joined) => {
    const hits = tableOf('page_views', ['id bigint', column, 'viewed_at datetime', 'url text']);
    const found = joinedTables(hits, [hits, { ...visits, name }]).map(({ table, by, isCast }) => [
      table.name,
      by,
      isCast,
    ]);
    expect(found).toEqual(joined === null ? [] : [joined]);
  });

  it('leaves out what tells nothing new', () => {
    const same = tableOf('visits', ['id bigint', 'url text']);
    expect(joinedTables(views, [views, same])).toEqual([]);
  });
});

describe('selectText', () => {
  const joins = joinedTables(views, [views, visits]);

  it.each([
    ['postgres', 'FROM "page_views" h\nLEFT JOIN "visits" j1 ON j1.id = h.visit_id'],
    ['mysql', 'FROM `page_views` h\nLEFT JOIN `visits` j1 ON j1.id = h.visit_id'],
  ] as const)('joins in %s, and tells columns of one name apart', (engine, from) => {
    const mark = engine === 'mysql' ? '`' : '"';
    expect(selectText({ engine, table: views, joins })).toBe(
      `SELECT h.id, h.visit_id, h.viewed_at, h.url, j1.began_at, j1.visitor, j1.ip, j1.url AS ${mark}visit_url${mark}\n${from}`,
    );
  });

  it.each([
    ['postgres', 'bytea', 'encode(h.a, \'hex\') AS "a"'],
    ['postgres', 'inet', 'h.a'],
    ['mysql', 'binary(8)', 'LOWER(HEX(h.a)) AS `a`'],
    ['sqlite', 'blob', 'LOWER(HEX(h.a)) AS "a"'],
    ['sqlite', 'text', 'h.a'],
  ] as const)('makes text of %s %s', (engine, type, text) => {
    expect(selectText({ engine, table: tableOf('t', [`a ${type}`]), joins: [] })).toContain(`SELECT ${text}\nFROM`);
  });

  it.each([
    ['sqlite', 'order', 'h."order"'],
    ['postgres', 'pageUrl', 'h."pageUrl"'],
    ['mysql', 'odd`name', 'h.`odd``name`'],
  ] as const)('quotes in %s: %s', (engine, name, text) => {
    const table = { ...tableOf('t', []), columns: [{ name, type: 'text' }] };
    expect(selectText({ engine, table, joins: [] })).toContain(`SELECT ${text}\nFROM`);
  });
});
