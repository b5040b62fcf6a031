import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { check } from '../../src/inspection/check.ts';
import { unmappedMembers, unreadColumns } from '../../src/inspection/unmapped-members.ts';
import { type FixtureFolder, offlineAt, sqliteFolder } from '../migration/job-fixture.ts';

const offline = offlineAt(Date.UTC(2021, 1, 1));
const found = (spec: object, cells: Record<string, string | null>[], columns = ['id', 'props']) =>
  unmappedMembers(
    spec,
    columns,
    cells.map((row) => columns.map((name) => row[name] ?? null)),
  ).map(({ name, rows }) => `${name} ${rows}`);

describe('members of JSON that nobody mapped', () => {
  it.each<[string, object, unknown, string[]]>([
    [
      'all, where none is named',
      { hit: { eVar1: 'id' } },
      { a: 1, b: { c: 'x', d: true } },
      ['props.a 1', 'props.b.c 1', 'props.b.d 1'],
    ],
    ['none of what is empty', { hit: {} }, { a: null, b: '', c: [], d: {} }, []],
    [
      'not one that a value names',
      { hit: { eVar1: 'props.a', eVar2: { from: 'props.b.c' } } },
      { a: 1, b: { c: 1, d: 1 } },
      ['props.b.d 1'],
    ],
    ['not one in a template', { hit: { eVar1: { template: '{id}[-{props.a}]' } } }, { a: 1 }, []],
    [
      'not one in a condition',
      { skip: { x: { 'props.a': 1 } }, reject: { y: { present: ['props.b'] } } },
      { a: 1, b: 1, c: 1 },
      ['props.c 1'],
    ],
    [
      'what a condition on the whole does not read',
      { hit: { eVar1: { from: 'id', when: { present: ['props'] } } } },
      { a: 1 },
      ['props.a 1'],
    ],
    [
      'nothing inside what is named whole',
      { hit: { eVar1: 'props.a' } },
      { a: { b: 1, c: [1] }, ab: 1 },
      ['props.ab 1'],
    ],
    [
      'what is called as a key of the language is',
      { hit: { props: 'id', events: [{ event: 'purchase', props: 'id', when: { id: 1 } }], eVar1: { from: 'id' } } },
      { a: 1 },
      ['props.a 1'],
    ],
    ['nothing where the column is', { hit: { eVar1: 'props' } }, { a: 1 }, []],
    [
      'odd names as a mapping writes them',
      { hit: { eVar1: 'props."a b.c"' } },
      { 'a b.c': 1, '$x.y': 1, 'q"x': 1 },
      ['props."$x.y" 1', 'props."q""x" 1'],
    ],
    [
      'lists of key and value by their keys',
      { hit: { eVar1: 'props.list.one' } },
      {
        list: [
          { key: 'one', value: 1 },
          { key: 'two', value: 2 },
        ],
        n: [1, 2],
      },
      ['props.list.two 1', 'props.n 1'],
    ],
    ['not what the query reads', { query: "SELECT props, props->>'a' AS a FROM t" }, { a: 1, b: 1 }, ['props.b 1']],
  ])('%s', (_name, spec, props, expected) => {
    expect(found(spec, [{ id: '1', props: JSON.stringify(props) }])).toEqual(expected);
  });

  it('are counted by rows, most frequent first; what is no JSON is passed over', () => {
    const rows = ['{"a":1}', '{"a":1,"b":1}', '{"b":', 'text', null, '[{"key":"a","value":1}]'];
    expect(
      found(
        {},
        rows.map((props) => ({ props })),
      ),
    ).toEqual(['props.a 3', 'props.b 1']);
  });

  it('of a source that gives whole rows are named without the column', () => {
    expect(found({ hit: { eVar1: 'a' } }, [{ '#json': '{"a":1,"b":{"c":1}}' }], ['#json'])).toEqual(['b.c 1']);
  });

  it('of a whole row are those in its texts of JSON too', () => {
    const row = String.raw`{"a":"{\"x\":1,\"y\":2}","b":"{broken","c":"[1]"}`;
    expect(found({ hit: { eVar1: 'a.x' } }, [{ '#json': row }], ['#json'])).toEqual(['a.y 1', 'b 1', 'c 1']);
    expect(found({ hit: { eVar1: 'a' } }, [{ '#json': row }], ['#json'])).toEqual(['b 1', 'c 1']);
  });

  it('stay bounded where every row has names of its own', () => {
    const rows = Array.from({ length: 1_000 }, (_, index) => ({ props: JSON.stringify({ [`k${index}`]: 1 }) }));
    expect(found({}, rows)).toHaveLength(500);
  });
});

describe('check', () => {
  let fixture: FixtureFolder;
  afterEach(() => fixture.remove());

  it('lists them, and that is no fault', async () => {
    const begin = Date.UTC(2021, 0, 1) / 1000;
    const rows = [1, 2].map((id) => ({ id, at: begin + id, hit: begin + id, page: '{"title":"x","lang":"de"}' }));
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], {
      range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }',
    });
    const mapping = join(fixture.folder, 'mapping.yaml');
    writeFileSync(mapping, readFileSync(mapping, 'utf8').replace('pageName: page', 'pageName: page.title'));
    const [report] = await check([fixture.file], offline);
    expect(report).toMatchObject({
      problems: [],
      unmapped: [{ stream: 'views', rows: 2, members: [{ name: 'page.lang', rows: 2 }] }],
    });
    expect(await check([fixture.file], { ...offline, offline: true })).toMatchObject([{ unmapped: [] }]);
  });
});

describe('columns that nothing in the mapping reads', () => {
  const columns = ['id', 'page', 'props', 'odd name', 'b.c', '#file', '#line'];
  it.each<[string, object, string[]]>([
    ['all but what was added to the row', {}, ['id', 'page', 'props', 'odd name', 'b.c']],
    [
      'not those of values, keys and times',
      { key: ['id'], time: { from: 'page' }, hit: { eVar1: 'props' } },
      ['odd name', 'b.c'],
    ],
    ['not one of which a member is read', { hit: { eVar1: 'props.a.b' } }, ['id', 'page', 'odd name', 'b.c']],
    [
      'not one in a condition or a template',
      { skip: { x: { page: 'a' } }, hit: { eVar1: { template: '{id}[-{"odd name"}]' } } },
      ['props', 'b.c'],
    ],
    ['not a member of a row of JSON below what is read', { hit: { eVar1: 'b' } }, ['id', 'page', 'props', 'odd name']],
    ['one that only the query names', { query: 'SELECT id FROM page' }, ['id', 'page', 'props', 'odd name', 'b.c']],
  ])('%s', (_name, spec, expected) => {
    expect(unreadColumns(spec, columns)).toEqual(expected);
  });
});
