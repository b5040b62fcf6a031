import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashChunk, readRejects, readSidecar } from '../../src/chunking/read-chunk.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-chunk-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function file(bytes: Buffer): Promise<string> {
  const path = join(folder, 'x.gz');
  await writeFile(path, bytes);
  return path;
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

const raw = Buffer.from(Array.from({ length: 100_000 }, (_, row) => `${row},ä\n`).join(''));

describe('the sums of a chunk', () => {
  test.each<[string, Buffer, Buffer, number]>([
    ['one member', gzipSync(raw), raw, 1],
    ['two members', Buffer.concat([gzipSync(raw), gzipSync(raw)]), Buffer.concat([raw, raw]), 2],
    ['an empty member first', Buffer.concat([gzipSync(''), gzipSync(raw)]), raw, 2],
    ['nothing in it', gzipSync(''), Buffer.alloc(0), 1],
  ])('%s', async (_, gz, content, members) => {
    const path = await file(gz);
    const pieces: Buffer[] = [];
    expect(await hashChunk(path, (bytes) => pieces.push(Buffer.from(bytes)))).toEqual({
      rawBytes: content.length,
      gzBytes: gz.length,
      rawSha256: createHash('sha256').update(content).digest('hex'),
      gzSha256: createHash('sha256').update(gz).digest('hex'),
      members,
    });
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
  });

  test('of a file that is removed while it is read', async () => {
    const path = await file(gzipSync(raw));
    const { rawBytes } = await hashChunk(path, () => rmSync(path, { force: true }));
    expect(rawBytes).toBe(raw.length);
  });

  const gz = gzipSync(raw);
  const at = (index: number, value: number) => {
    const changed = Buffer.from(gz);
    changed[index < 0 ? changed.length + index : index] = value;
    return changed;
  };

  test.each<[string, Buffer]>([
    ['empty', Buffer.alloc(0)],
    ['no gzip', Buffer.from('timestamp,visitorID\n1,2\n')],
    ['torn in the header', gz.subarray(0, 5)],
    ['torn in the middle', gz.subarray(0, gz.length >> 1)],
    ['torn in the trailer', gz.subarray(0, -1)],
    ['a wrong checksum', at(-8, gz.at(-8)! ^ 1)],
    ['a wrong length', at(-4, gz.at(-4)! ^ 1)],
    ['something behind it', Buffer.concat([gz, Buffer.from('\0')])],
    ['zeros behind it', Buffer.concat([gz, Buffer.alloc(100)])],
    ['a file name in the header', at(3, 8)],
  ])('%s is damage', async (_, bytes) => {
    await expect(hashChunk(await file(bytes))).rejects.toMatchObject({ code: 'chunk.damaged' });
  });

  test('a file that is not there is damage too', async () => {
    await expect(hashChunk(join(folder, 'nowhere.gz'))).rejects.toMatchObject({
      code: 'chunk.damaged',
      message: `${join(folder, 'nowhere.gz')} is not as it was written: it does not exist.`,
    });
  });

  test('a fault of the reader is its own', async () => {
    const fault = new Error('mine');
    const path = await file(gz);
    await expect(
      hashChunk(path, () => {
        throw fault;
      }),
    ).rejects.toBe(fault);
    expect((await readFile(path)).equals(gz)).toBe(true);
  });
});

describe('a sidecar', () => {
  test('is read row by row, however long', async () => {
    const rows = Array.from({ length: 30_000 }, (_, row) => ['hits', String(row), row % 2 === 0 ? 'ä"\n\\' : '']);
    await file(gzipSync(`${rows.map((row) => JSON.stringify(row)).join('\n')}\n`));
    const found = await all(readSidecar(folder, { sidecar: 'x.gz' }));
    expect(found.length).toBe(30_000);
    expect(found[0]).toEqual({ stream: 'hits', key: ['0', 'ä"\n\\'] });
    expect(found[29_999]).toEqual({ stream: 'hits', key: ['29999', ''] });
  });

  test('can be left early', async () => {
    await file(gzipSync('["hits","1"]\n["hits","2"]\n'));
    const found: unknown[] = [];
    for await (const row of readSidecar(folder, { sidecar: 'x.gz' })) {
      found.push(row);
      break;
    }
    expect(found).toEqual([{ stream: 'hits', key: ['1'] }]);
  });

  test.each<[string, Buffer]>([
    ['no gzip', Buffer.from('["hits","1"]\n')],
    ['torn', gzipSync('["hits","1"]\n'.repeat(1000)).subarray(0, 30)],
    ['no JSON', gzipSync('hits\n')],
    ['no list', gzipSync('{"stream":"hits"}\n')],
    ['an empty list', gzipSync('[]\n')],
    ['a number in it', gzipSync('["hits",1]\n')],
    ['no last line end', gzipSync('["hits","1"]')],
  ])('%s is damage', async (_, bytes) => {
    await file(bytes);
    await expect(all(readSidecar(folder, { sidecar: 'x.gz' }))).rejects.toMatchObject({ code: 'chunk.damaged' });
  });

  test('a missing one is damage', async () => {
    await expect(all(readSidecar(folder, { sidecar: 'nowhere.gz' }))).rejects.toMatchObject({ code: 'chunk.damaged' });
  });
});

test('rejects come back as they were', async () => {
  const reject = { stream: 'hits', key: ['1'], reason: 'r', column: null, value: null, row: { a: null } };
  expect(await all(readRejects(await file(gzipSync(`${JSON.stringify(reject)}\n`))))).toEqual([reject]);
});
