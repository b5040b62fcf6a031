import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDeflater, type Deflater } from '../../src/chunking/deflater.ts';
import { createHitBuffer } from '../../src/chunking/hit-buffer.ts';
import { createLanes } from '../../src/chunking/lanes.ts';

test('ends of many lanes are compressed a few at a time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lanes-'));
  const groups = Array.from({ length: 40 }, (_, group) => `group_${group}`);
  const hits = createHitBuffer({ memoryBytes: 1_000_000 });
  for (const group of groups.keys()) hits.add(group, 0, 0, group, [String(group)], ['a line']);
  const inner = createDeflater({ level: 6, blockBytes: 65_536, inFlight: 8 });
  let now = 0;
  let most = 0;
  const chunkDeflater: Deflater = Object.create(inner, {
    deflate: {
      value: async (...block: Parameters<Deflater['deflate']>) => {
        most = Math.max(most, ++now);
        return inner.deflate(...block).finally(() => now--);
      },
    },
  });
  const sidecarDeflater = createDeflater({ level: 6, blockBytes: 65_536, inFlight: 8 });
  const limits = { maxRows: 1000, maxRawBytes: 1_000_000 };
  const header = Buffer.from('timestamp\n');
  try {
    const lanes = createLanes(
      { slice: 0, groups, limits },
      { folder, header, streams: ['hits'], chunkDeflater, sidecarDeflater },
    );
    for (const position of hits.order()) (await lanes.next(hits, position)).append(hits, position);
    const chunks = await lanes.finish();
    expect(chunks.map(({ group, rows }) => [group, rows])).toEqual(groups.map((group) => [group, 1]));
    expect(most).toBe(4);
  } finally {
    await rm(folder, { recursive: true });
  }
});
