import type { TestContext } from 'vitest';
import type { ChunkFile } from '../../src/domain/chunk.ts';
import type { Receipt } from '../../src/domain/receipt.ts';
import { type Ledger, openLedger } from '../../src/ledger/open-ledger.ts';
import type { SealedSlice } from '../../src/ledger/seal-records.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** An empty ledger in a folder of its own; closed and removed when the test of this context has ended. */
export async function freshLedger(context: TestContext): Promise<{ readonly folder: string; readonly ledger: Ledger }> {
  const folder = scratchFolder(context);
  const ledger = await openLedger(folder);
  context.onTestFinished(ledger.close);
  return { folder, ledger };
}

/** Enters a job with three planned slices. */
export async function startJob(ledger: Ledger): Promise<void> {
  await ledger.setJob({
    migrationId: 'acme',
    identity: { hash: 'i1', json: '{"streams":["hits"]}' },
    content: { hash: 'c1', json: '{"columns":["pageURL"]}' },
  });
  await ledger.storePlan({
    slices: [
      { index: 0, from: 0, to: 100, homeFrom: null, homeTo: 3700, plannedRows: 10 },
      { index: 1, from: 100, to: 200, homeFrom: 3700, homeTo: 3800, plannedRows: 20 },
      { index: 2, from: 200, to: 300, homeFrom: 3800, homeTo: null, plannedRows: 30 },
    ],
    sourceRows: { orders: 7, hits: 60 },
    files: [
      { set: 'hits', path: 'b.csv', size: 20, sha256: 'bb' },
      { set: 'hits', path: 'a.csv', size: 10, sha256: 'aa' },
    ],
  });
}

/** A slice of lanes a and b with `parts` chunks in lane a and none in b. */
export function sealed(slice: number, parts: number): SealedSlice {
  const hits = parts * 5;
  return {
    slice,
    groups: ['a', 'b'],
    chunks: Array.from({ length: parts }, (_, part) => ({
      ...chunkFile('a', slice, part),
      key: `key-${slice}-${part}`,
    })),
    counts: [{ stream: 'hits', read: hits + 3, hits, rejected: 2, filtered: 1 }],
    tallies: [
      { stream: 'hits', outcome: 'rejected', column: '', reason: 'time', count: 2 },
      { stream: 'hits', outcome: 'cut', column: 'pageName', reason: 'over 100 bytes', count: 4 },
    ],
    rejects: {
      path: `rejects/00000${slice}.jsonl.gz`,
      rows: 2,
      rawBytes: 200,
      gzBytes: 90,
      rawSha256: 'rr',
      gzSha256: 'gg',
    },
    duplicateKeys: 1,
  };
}

/** A chunk of 5 rows. */
export function chunkFile(group: string, slice: number, part: number): ChunkFile {
  return {
    group,
    slice,
    part,
    path: `chunks/${group}/${slice}-${part}.csv.gz`,
    sidecar: `chunks/${group}/${slice}-${part}.keys.gz`,
    rows: 5,
    rawBytes: 1000,
    gzBytes: 300,
    rawSha256: 'raw',
    gzSha256: 'gz',
    firstTime: slice * 100,
    lastTime: slice * 100 + 99,
    streams: { hits: 5 },
  };
}

/** What Adobe said of 5 rows. */
export function receipt(source: Receipt['source'], at: number): Receipt {
  return { source, at, httpStatus: 200, fileId: 'f-1', rows: 5, invalidRows: 0, size: 300, body: '{"rows":5}' };
}
