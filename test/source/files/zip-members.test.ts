import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { openFiles } from '../../../src/source/files/open-files.ts';
import { sourceContract } from '../../contracts/source-contract.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { openFileCount } from './open-file-count.ts';
import { readStream, stream } from './read-stream.ts';

const files = { hits: { format: 'csv' } } as const;

/** An archive as APPNOTE describes it, written here so that nothing but the description is trusted. */
function zip(members: readonly (readonly [name: string, content: Buffer, deflated: boolean])[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content, deflated] of members) {
    const data = deflated ? deflateRawSync(content) : content;
    const fields = Buffer.alloc(22);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x0800, 2);
    fields.writeUInt16LE(deflated ? 8 : 0, 4);
    fields.writeUInt32LE(0x46610000, 6);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(content.length, 18);
    const path = Buffer.from(name);
    const lengths = Buffer.from([path.length, 0, 0, 0]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, lengths, path, data]);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields, lengths, place, path]));
    parts.push(local);
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, list, end]);
}

sourceContract('Members of a zip archive', { ranges: false, isolation: false }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bdia-zip-'));
  const rows: string[][] = [];
  const members = ['a.csv', 'sub/b.csv'].map((name, at) => {
    let text = 'id,title\n';
    for (let n = 0; n < 3000; n++) {
      text += `${n},Gr\u{FC}\u{DF}e ${n}\n`;
      rows.push([String(n), `Gr\u{FC}\u{DF}e ${n}`, `export.zip/${name}`, String(n + 2)]);
    }
    return [name, Buffer.from(text), at === 0] as const;
  });
  writeFileSync(join(folder, 'export.zip'), zip(members));
  const before = openFileCount();
  return {
    source: await openFiles({ paths: { hits: [`${folder}/*.zip`] }, files }),
    stream,
    columns: ['id', 'title', '#file', '#line'],
    rows,
    openHandles: () => openFileCount() - before,
    remove: () => rmSync(folder, { recursive: true }),
  };
});

describe('zip archives', () => {
  let folder: string;
  beforeEach((context) => {
    folder = scratchFolder(context);
  });

  const read = async () => readStream(await openFiles({ paths: { hits: [folder] }, files }));

  it('stand beside files, in the order of names', async () => {
    writeFileSync(join(folder, 'a.csv'), 'id\n1\n');
    writeFileSync(join(folder, 'b.bin'), zip([['x/y.csv', Buffer.from('id\n2\n'), true]]));
    writeFileSync(join(folder, 'c.zip'), 'id\n3\n');
    const found = await read();
    expect(found.rows).toEqual([
      ['1', 'a.csv', '2'],
      ['2', 'b.bin/x/y.csv', '2'],
      ['3', 'c.zip', '2'],
    ]);
    expect(found.files.map(({ path, size }) => [path, size])).toEqual([
      ['a.csv', 5],
      ['b.bin/x/y.csv', deflateRawSync('id\n2\n').length],
      ['c.zip', 5],
    ]);
  });

  it('whose member holds more than it says, or less, are damaged', async () => {
    const content = Buffer.from(`id\n${'1\n'.repeat(50_000)}`);
    const archive = zip([['a.csv', content, true]]);
    for (const claimed of [content.length - 1, content.length + 1]) {
      const changed = Buffer.from(archive);
      const directory = changed.indexOf('PK\x01\x02');
      changed.writeUInt32LE(claimed, directory + 24);
      writeFileSync(join(folder, 'a.zip'), changed);
      await expect(read()).rejects.toMatchObject({
        code: 'input.invalid',
        message: expect.stringContaining('File a.zip/a.csv is damaged: it holds'),
      });
    }
  });

  it('with one byte changed never give other rows', async () => {
    const archive = zip([['a.csv', Buffer.from('id\n1\n22\n333\n'), true]]);
    let sound = 0;
    // Changed in its first four bytes, it is no archive any more.
    for (let at = 4; at < archive.length; at++) {
      const changed = Buffer.from(archive);
      changed[at] = (changed[at] ?? 0) ^ 0x41;
      writeFileSync(join(folder, 'a.zip'), changed);
      const found = await read().catch((error: Error) => error);
      if (found instanceof Error) {
        expect(found).toMatchObject({ code: expect.stringMatching(/^input\./) });
      } else {
        expect(found.rows.map((row) => [row[0], row[2]])).toEqual([
          ['1', '2'],
          ['22', '3'],
          ['333', '4'],
        ]);
        sound++;
      }
    }
    expect(sound).toBeGreaterThan(0);
  });
});
