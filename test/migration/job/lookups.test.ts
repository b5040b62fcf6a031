import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readLookups } from '../../../src/migration/job/lookups.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const locate = () => ({ file: 'job.yaml', line: 4, column: 12 });
const goals = { key: 'id', values: ['event'] };
let folder = '';
beforeEach((context) => {
  folder = scratchFolder(context);
});

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('lookup files', () => {
  it('are tables by key; one that is not given is empty', async () => {
    const path = file('goals.csv', '\ufeffname,event,id\r\n"a, b",event1,1\r\n,,2\r\n');
    const { tables, digests, problems } = await readLookups({ goals, shops: goals }, { goals: path }, locate);
    expect(problems).toEqual([]);
    expect(tables['goals']).toEqual(
      new Map([
        ['1', { event: 'event1' }],
        ['2', { event: '' }],
      ]),
    );
    expect(tables['shops']).toEqual(new Map());
    expect(Object.keys(digests)).toEqual(['goals']);
  });

  it('tell all faults at once, with file and line', async () => {
    const shapes = { goals, columns: goals, twice: goals, gone: goals, latin: goals };
    const given = {
      goals: file('goals.csv', 'id,event\n1,event1\n2\n3,event3,more\n'),
      columns: file('columns.csv', 'key,events\n'),
      twice: file('twice.csv', 'id,event\n1,a\n"x\ny",b\n1,c\n'),
      gone: join(folder, 'gone.csv'),
      latin: file('latin.csv', Buffer.from('id,event\n1,\xfc\n', 'latin1')),
      constructor: file('other.csv', 'id,event\n'),
    };
    const { problems } = await readLookups(shapes, given, locate);
    const found = problems.map(({ file: path, line, message }) => [path?.replace(`${folder}/`, ''), line, message]);
    expect(problems.map(({ hint }) => hint)).not.toContain(null);
    expect(found).toEqual([
      ['job.yaml', 4, 'the mapping has no lookup `constructor`'],
      ['goals.csv', 3, expect.stringContaining('1 field')],
      ['goals.csv', 4, expect.stringContaining('3 fields')],
      ['columns.csv', 1, 'no column `id`, `event`'],
      ['twice.csv', 5, 'the key `1` stands twice'],
      ['job.yaml', 4, 'the file of the lookup `gone` cannot be read (ENOENT)'],
      ['job.yaml', 4, 'the file of the lookup `latin` is not UTF-8'],
    ]);
  });
});
