import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadMapping } from '../../../src/config/load-mapping.ts';
import { mappingProblems } from '../../../src/migration/job/read-job-files.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

let folder = '';
beforeEach((context) => {
  folder = scratchFolder(context);
});

/** `line:column message` of everything that is wrong with a mapping file. */
async function faultsOf(text: string): Promise<string[]> {
  writeFileSync(join(folder, 'own.yaml'), text);
  const read = await loadMapping('./own.yaml', { from: folder, readyMadeFolder: folder });
  return mappingProblems(read).map(({ line, column, message }) => `${line}:${column} ${message}`);
}

const ofFiles = (declared: string) => `mapping: own
engine: files
files:
  hits: { format: csv, ${declared} }
streams:
  hits:
    rows: hits
    time: { from: at, zone: UTC }
    hit: { visitorID: visitor, userAgent: agent, pageURL: url }
`;

describe('how files are written is judged without one', () => {
  it.each([
    ['quote: xx', '4:31 the quote must be one character, not "xx"'],
    ['delimiter: ""', '4:35 the delimiter is empty'],
    ['delimiter: \\t', '4:35 the delimiter is a backslash and a t: write a tab as "\\t", in double quotes'],
    ['delimiter: "a\'b", quote: "\'"', '4:35 the delimiter holds the quote character'],
    ['escape: ab', '4:32 the escape must be one character, not "ab"'],
    ['comment: ",x"', '4:33 a line that begins with the delimiter would be a comment'],
  ])('%s', async (declared, expected) => {
    expect(await faultsOf(ofFiles(declared))).toEqual([expected]);
  });

  it.each(['quote: none', 'delimiter: "\\t"', 'delimiter: "||"', 'escape: "\\\\"'])('takes %s', async (declared) => {
    expect(await faultsOf(ofFiles(declared))).toEqual([]);
  });
});

const ofDatabase = `mapping: own
engine: sqlite
streams:
  hits:
    query: SELECT * FROM hits
    key: [id]
    time: { from: at, zone: UTC }
    hit: { visitorID: visitor, userAgent: agent, pageURL: url }
`;

describe('what a stream lacks is told once', () => {
  it.each([
    [/ {4}time.*\n/, '4:3 the stream "hits" has no time'],
    [/ {4}hit.*\n/, '4:3 the stream "hits" has no hit'],
    [/ {4}key.*\n/, '4:3 the stream "hits" has no key, so that rows of one second have no order'],
  ])('%s', async (line, expected) => {
    expect(await faultsOf(ofDatabase.replace(line, ''))).toEqual([expected]);
  });
});
