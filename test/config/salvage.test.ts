import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadMapping } from '../../src/config/load-mapping.ts';
import { mappingProblems } from '../../src/migration/job/read-job-files.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

let folder = '';
beforeEach((context) => {
  folder = scratchFolder(context);
});

/** `line:column code` of everything that is wrong with a mapping file. */
async function faultsOf(text: string): Promise<string[]> {
  writeFileSync(join(folder, 'own.yaml'), text);
  const read = await loadMapping('./own.yaml', { from: folder, readyMadeFolder: folder });
  return mappingProblems(read).map(({ line, column, code }) => `${line}:${column} ${code}`);
}

const good = `mapping: own
engine: sqlite
variables:
  site: { type: integer, default: 1 }
streams:
  hits:
    query: SELECT * FROM hits WHERE site = :site AND at >= :from AND at < :to
    key: [id]
    time: { from: at, zone: UTC }
    window: { column: at }
    hit:
      visitorID: visitor
      userAgent: agent
      pageURL: url
      prop1: { from: author, then: [lower] }
`;

describe('faults of several stages come in one go', () => {
  it('finds none in a good file', async () => {
    expect(await faultsOf(good)).toEqual([]);
  });

  it.each<[string, (text: string) => string, string[]]>([
    [
      'a transform that does not exist, beside a column that Adobe has not and a place without a variable',
      (text) => text.replace('lower', 'lowr').replace('pageURL', 'pageULR').replace(':site', ':sit'),
      // That the stream has no page now, and the variable no use, follows from these: not told beside them.
      ['7:44 query.undeclared', '14:7 mapping.unknown-column', '15:37 config.value'],
    ],
    [
      'what was taken away is not said to be missing',
      (text) => text.replace('userAgent: agent', 'userAgent: { form: agent }').replace('zone: UTC', 'zoen: UTC'),
      ['9:23 config.unknown-key', '13:20 config.unknown-key'],
    ],
    [
      'a variable that was taken away is not said to be undeclared',
      (text) => text.replace('type: integer', 'type: number').replace('prop1', 'prop100'),
      ['4:17 config.value', '15:7 mapping.unknown-column'],
    ],
    [
      'a whole stream that is no map',
      (text) => `${text}  more: [1]\n`.replace('visitorID: visitor', 'visitorId2: visitor'),
      ['12:7 mapping.unknown-column', '16:9 config.type'],
    ],
    [
      'what a value with a transform that does not exist is made of',
      (text) =>
        text.replace(
          '{ from: author, then: [lower] }',
          '{ template: "{author", when: { kind: { matches: "(" } }, then: [lowr, { splitt: "," }, { pick: 1 }] }',
        ),
      // A pick without the misspelt split before it is none of this; the other transforms are looked at.
      ['15:26 mapping.template', '15:62 mapping.bad-pattern', '15:78 config.value', '15:86 config.unknown-key'],
    ],
    [
      'of a constant that a transform would have changed only the transform',
      (text) =>
        text.replace(
          'prop1: { from: author, then: [lower] }',
          'currencyCode: { const: Euro, then: [{ mapp: { Euro: EUR } }] }',
        ),
      ['15:45 config.unknown-key'],
    ],
    [
      'a condition on a column named then, and a stream of that name',
      (text) => `${text.replace('then: [lower]', 'when: { then: { mtches: a } }')}  then: { kee: [id] }\n`,
      ['15:46 config.unknown-key', '16:11 config.unknown-key'],
    ],
    [
      'the arguments of transforms beside one that does not exist',
      (text) => text.replace('[lower]', '[lowr, { extract: "(" }, { splitt: "," }, { pick: 1 }]'),
      ['15:37 config.value', '15:43 mapping.transform', '15:63 config.unknown-key'],
    ],
    [
      'what stands beside a key that is not known, in a value, in a value without its source, in an else',
      (text) =>
        text
          .replace('{ from: author, then: [lower] }', '{ from: author, when: { kind: { ge: x } }, overflo: cut }')
          .replace(
            'pageURL: url',
            'pageURL: { form: url, when: { kind: { ge: y } }, else: { template: "{a", els: b } }',
          ),
      [
        '14:18 config.unknown-key',
        '14:49 mapping.not-a-number',
        '14:74 mapping.template',
        '14:80 config.unknown-key',
        '15:50 mapping.not-a-number',
        '15:57 config.unknown-key',
      ],
    ],
    [
      'the neighbours of faulty members of a list, each by its own place',
      (text) =>
        `${text}      events:\n        - { event: evnt1, valu: 3 }\n        - { from: x, then: [map] }\n        - event2000\n        - { evnt: event4 }\n        - event3000\n`,
      [
        '17:20 mapping.unknown-event',
        '17:27 config.unknown-key',
        '18:29 config.value',
        '19:11 mapping.unknown-event',
        '20:13 config.unknown-key',
        '21:11 mapping.unknown-event',
      ],
    ],
    [
      'a faulty product, whose column is not missing for that',
      (text) =>
        `${text}      events: [purchase]\n      products: { name: { frm: sku }, quantity: [1], price: total, events: [ { event: event1, valu: x } ] }\n`,
      ['17:27 config.unknown-key', '17:49 config.type', '17:61 mapping.products-price', '17:95 config.unknown-key'],
    ],
    [
      'a constant beside a key that is not known is not looked at: the key may have changed it',
      (text) =>
        text
          .replace('{ from: author, then: [lower] }', 'x')
          .replace('prop1', 'currencyCode')
          .replace(': x', ': { const: Euro, thn: [{ map: { Euro: EUR } }] }'),
      ['15:36 config.unknown-key'],
    ],
    [
      'a condition of which nothing is left is not said to be empty',
      (text) =>
        text
          .replace('[lower]', '[lower], when: { any: [ { kind: { bigger: 1 } } ] }')
          .replace('pageURL: url', 'pageURL: { template: "{u" }'),
      ['14:28 mapping.template', '15:70 config.unknown-key'],
    ],
    [
      'several sources of one value',
      (text) =>
        text
          .replace('{ from: author,', '{ template: "{a", const: b,')
          .replace('pageURL: url', 'pageURL: { template: "{u" }'),
      ['14:28 mapping.template', '15:14 config.value'],
    ],
    [
      'a window that names its column wrong',
      (text) =>
        text
          .replace('{ column: at }', '{ colum: at, lateness: 3x }')
          .replace('pageURL: url', 'pageURL: { template: "{u" }'),
      ['10:15 config.unknown-key', '10:36 mapping.window', '14:28 mapping.template'],
    ],
    [
      'a window and variables that are misspelt are not said to be missing',
      (text) =>
        text
          .replace('window:', 'windows:')
          .replace('variables:', 'variabels:')
          .replace('pageURL: url', 'pageURL: { template: "{u" }'),
      ['3:1 config.unknown-key', '10:5 config.unknown-key', '14:28 mapping.template'],
    ],
    [
      'an engine that does not exist, and a mapping without a name',
      (text) =>
        text
          .replace('engine: sqlite', 'engine: sqlit')
          .replace('mapping: own', 'title: own')
          .replace('pageURL: url', 'pageURL: { template: "{u" }'),
      ['1:1 config.missing', '2:9 config.value', '14:28 mapping.template'],
    ],
    [
      'no engine at all',
      (text) => text.replace('engine: sqlite\n', '').replace('pageURL: url', 'pageURL: { template: "{u" }'),
      ['1:1 mapping.engine', '13:28 mapping.template'],
    ],
    [
      'a lookup that is declared wrong is not said to be undeclared',
      (text) =>
        `${text.replace('[lower]', '[{ lookup: names.name }]').replace('pageURL: url', 'pageURL: { template: "{u" }')}lookups: { names: { key: id, valus: [name] } }\n`,
      ['14:28 mapping.template', '16:12 config.missing', '16:30 config.unknown-key'],
    ],
    [
      'a variable of the environment',
      (text) => text.replace('pageURL: url', 'pageURL: { template: "{u" }').replace('author', '"${env:AUTHOR}"'),
      ['14:28 mapping.template', '15:23 mapping.env'],
    ],
    [
      'a key that stands twice, a tag, a merge key and a folded query',
      (text) =>
        text
          .replace('pageURL: url', 'pageURL: { template: "{u" }')
          .replace(
            'userAgent: agent',
            'userAgent: agent\n      userAgent: other\n      eVar1: !!str x\n      <<: { eVar2: y }',
          ),
      ['14:7 yaml.duplicate-key', '15:20 yaml.tag', '16:7 yaml.merge-key', '17:28 mapping.template'],
    ],
    [
      'a time whose unit and zone cannot be read',
      (text) => text.replace('zone: UTC', 'unit: sec').replace('pageURL: url', 'pageURL: { template: "{u" }'),
      ['9:29 config.value', '14:28 mapping.template'],
    ],
  ])('%s', async (_, change, expected) => {
    expect(await faultsOf(change(good))).toEqual(expected);
  });

  it('gives up quietly where the file is no mapping at all', async () => {
    expect(await faultsOf('- a list\n')).toEqual(['1:1 config.type']);
  });
});
