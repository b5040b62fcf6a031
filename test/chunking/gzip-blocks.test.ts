import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createDeflater } from '../../src/chunking/deflater.ts';
import { createGzipWriter, type GzipSums } from '../../src/chunking/gzip-blocks.ts';

interface Written {
  file: Buffer;
  sums: GzipSums;
}

async function gzip(raw: Buffer, { level = 6, blockBytes = 1000, inFlight = 4, piece = 333 } = {}): Promise<Written> {
  const deflater = createDeflater({ level, blockBytes, inFlight });
  const pieces: Buffer[] = [];
  const writer = createGzipWriter({ write: async (bytes) => void pieces.push(Buffer.from(bytes)) }, deflater);
  for (let at = 0; at < raw.length; at += piece) {
    writer.write(raw, at, Math.min(raw.length, at + piece));
    if (deflater.full) await deflater.room();
  }
  const sums = await writer.end();
  return { file: Buffer.concat(pieces), sums };
}

function text(bytes: number): Buffer {
  let rows = '';
  for (let row = 0; rows.length < bytes; row++) rows += `${row * 7919},visitor ${row % 17},"a, b",ä\n`;
  return Buffer.from(rows).subarray(0, bytes);
}

/** Bytes that do not compress: the digests of a counter. */
function noise(bytes: number): Buffer {
  const digests = Array.from({ length: Math.ceil(bytes / 32) }, (_, index) =>
    createHash('sha256').update(String(index)).digest(),
  );
  return Buffer.concat(digests).subarray(0, bytes);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('a gzip file', () => {
  test.each<[string, Buffer, object]>([
    ['nothing', Buffer.alloc(0), {}],
    ['one byte', Buffer.from('x'), {}],
    ['exactly one block', text(1000), {}],
    ['one byte more', text(1001), {}],
    ['many blocks', text(200_000), {}],
    ['blocks longer than the window', text(400_000), { blockBytes: 70_000 }],
    ['one write over several blocks', text(10_000), { piece: 10_000 }],
    ['noise', noise(100_000), { blockBytes: 40_000 }],
    ['stored', text(50_000), { level: 0 }],
    ['best', text(50_000), { level: 9 }],
    ['one block at a time', text(50_000), { inFlight: 1 }],
  ])('of %s is whole, of one member, and counted', async (_, raw, options) => {
    const { file, sums } = await gzip(raw, options);
    expect(gunzipSync(file).equals(raw)).toBe(true);
    expect(inflateRawSync(file.subarray(10, -8)).equals(raw)).toBe(true);
    expect(file.subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff');
    expect(file.readUInt32LE(file.length - 4)).toBe(raw.length);
    expect(sums).toEqual({
      rawBytes: raw.length,
      gzBytes: file.length,
      rawSha256: sha256(raw),
      gzSha256: sha256(file),
    });
  });

  test('is taken by gzip -t', async () => {
    const { file } = await gzip(text(300_000), { blockBytes: 65_536 });
    expect(() => execFileSync('gzip', ['-t'], { input: file, stdio: ['pipe', 'ignore', 'pipe'] })).not.toThrow();
  });

  test('uses the block before as dictionary', async () => {
    const block = noise(30_000);
    const { file } = await gzip(Buffer.concat([block, block, block]), { blockBytes: 30_000 });
    expect(file.length).toBeLessThan(31_500);
  });

  test('does not depend on concurrency or on the size of the writes', async () => {
    const raw = text(150_000);
    const { sums } = await gzip(raw);
    for (const options of [{ inFlight: 1 }, { inFlight: 64 }, { piece: 1 }, { piece: 5000 }]) {
      expect((await gzip(raw, options)).sums).toEqual(sums);
    }
  });
});

test('no more blocks are in flight than allowed, and the writer can be waited for', async () => {
  const deflater = createDeflater({ level: 6, blockBytes: 100, inFlight: 3 });
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const writer = createGzipWriter({ write: () => gate }, deflater);
  let blocks = 0;
  for (; !deflater.full && blocks < 10; blocks++) writer.write(noise(100), 0, 100);
  expect(blocks).toBe(3);
  const room = deflater.room().then(() => 'room');
  expect(await Promise.race([room, new Promise((resolve) => setImmediate(resolve, 'waiting'))])).toBe('waiting');
  release();
  expect(await room).toBe('room');
  await writer.end();
});

describe('a sink that fails', () => {
  const fault = new Error('no space');

  test('is told at the next wait and at the end, and nothing is left under way', async () => {
    const deflater = createDeflater({ level: 6, blockBytes: 100, inFlight: 2 });
    let writes = 0;
    const writer = createGzipWriter(
      { write: () => (++writes > 2 ? Promise.reject(fault) : Promise.resolve()) },
      deflater,
    );
    const writeAll = async () => {
      for (let block = 0; block < 50; block++) {
        writer.write(noise(100), 0, 100);
        if (deflater.full) await deflater.room();
      }
    };
    await expect(writeAll()).rejects.toBe(fault);
    expect(deflater.full).toBe(true);
    await expect(writer.end()).rejects.toBe(fault);
    await writer.settled();
    expect(writes).toBe(3);
  });

  test('at the very first byte', async () => {
    const deflater = createDeflater({ level: 6, blockBytes: 100, inFlight: 2 });
    const writer = createGzipWriter({ write: () => Promise.reject(fault) }, deflater);
    await expect(writer.end()).rejects.toBe(fault);
    await expect(deflater.room()).rejects.toBe(fault);
  });
});
