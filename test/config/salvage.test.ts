import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadMapping } from '../../src/config/load-mapping.ts';
import { mappingProblems } from '../../src/migration/job/read-job-files.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salvage-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

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
      // A pick without the misspelt split before it is none of this.
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
  ])('%s', async (_, change, expected) => {
    expect(await faultsOf(change(good))).toEqual(expected);
  });

  it('gives up quietly where the file is no mapping at all', async () => {
    expect(await faultsOf('- a list\n')).toEqual(['1:1 config.type']);
  });
});
