import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { guessFileFormat, guessFormat } from '../../../src/source/files/guess-format.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const combined =
  '198.51.100.4 - - [10/Oct/2015:13:55:36 +0200] "GET /a HTTP/1.1" 200 12 "https://example.com/" "Mozilla/5.0"\n';

describe('guessFormat', () => {
  const csv = (delimiter: string) => ({ format: 'csv', delimiter });
  it.each([
    ['commas', 'id,url\n1,https://example.com/\n', csv(',')],
    ['semicolons, and commas in quotes', 'id;title\n1;"a, b, c"\n2;"d, e, f"\n', csv(';')],
    ['tabs', 'id\turl\n1\t/a\n', csv('\t')],
    ['bars', 'id|url\r\n1|/a\r\n', csv('|')],
    ['a cell of several lines', 'id,title\n1,"a\nb\nc"\n2,d\n', csv(',')],
    ['a byte order mark', '\uFEFFid,url\n1,/a\n', csv(',')],
    ['no header', '1,https://example.com/\n2,https://example.com/b\n', { ...csv(','), header: 'false' }],
    ['a header alone', 'id,url\n', csv(',')],
    ['quotes that mean nothing', 'id\ttitle\n1\t5" disk\n', { ...csv('\t'), quote: 'none' }],
    [
      'tabs, and tabs and line breaks behind backslashes',
      'id\ttitle\n1\ta\\\tb\n2\tc\\\nd\n3\te\n',
      { ...csv('\t'), escape: '\\' },
    ],
    [
      'a first line that a backslash goes on with',
      '1\ta, b\\\nc\n2\td\n3\te\n',
      { ...csv('\t'), header: 'false', escape: '\\' },
    ],
    ['backslashes that mean nothing', 'id,path\n1,C:\\a\\\n2,C:\\b\\\n', csv(',')],
    ['objects', '{"id":1}\n{"id":2}\n', { format: 'jsonl' }],
    [
      'fields of a log',
      '#Software: IIS\n#Fields: date time c-ip\n2015-01-01 10:00:00 198.51.100.4\n',
      { format: 'w3c' },
    ],
    ['a combined log', combined, { format: 'lines', pattern: 'combined' }],
    ['a common log', combined.replace(/ "https.*/, ''), { format: 'lines', pattern: 'common' }],
  ])('sees %s', (_, text, spec) => {
    expect(guessFormat(Buffer.from(text))?.spec).toEqual(spec);
  });

  it.each([
    ['nothing', ''],
    ['blank lines', '\n\n'],
    ['a list of objects', '[{"id":1},\n{"id":2}]'],
    ['an object over many lines', '{\n  "id": 1\n}'],
  ])('sees no rows in %s', (_, text) => {
    expect(guessFormat(Buffer.from(text))).toBeNull();
  });

  it('sees Parquet by its first bytes', () => {
    expect(guessFormat(Buffer.from('PAR1\x15\x04'))?.spec).toEqual({ format: 'parquet' });
  });

  it('tells charsets, and says where it is not sure', () => {
    const windows = guessFormat(Buffer.from('id,title\n1,M\xfcller\n', 'latin1'));
    expect(windows?.spec.charset).toBe('windows-1252');
    expect(windows?.doubts).toEqual(['not UTF-8: read as windows-1252']);
    expect(guessFormat(Buffer.from('\uFEFFid,title\n1,a\n', 'utf16le'))?.spec.charset).toBe('utf-16');
    expect(guessFormat(Buffer.from('id,title\n1,Müller\n'))?.spec.charset).toBeUndefined();
  });
});

describe('guessFileFormat', () => {
  let folder = '';
  beforeEach((context) => {
    folder = scratchFolder(context);
  });

  it('looks into gzip', async () => {
    writeFileSync(join(folder, 'a.csv.gz'), gzipSync('id;url\n1;/a\n'));
    expect((await guessFileFormat([join(folder, '*.gz')])).spec.delimiter).toBe(';');
  });

  it('names the file that it can make nothing of', async () => {
    writeFileSync(join(folder, 'a.json'), '[\n{"id":1}\n]');
    await expect(guessFileFormat([join(folder, 'a.json')])).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining('a.json'),
    });
    await expect(guessFileFormat([join(folder, 'b*.json')])).rejects.toMatchObject({ code: 'input.not-found' });
  });
});
