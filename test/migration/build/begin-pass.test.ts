import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { JobEvent } from '../../../src/domain/event.ts';
import type { Ledger } from '../../../src/ledger/open-ledger.ts';
import type { PassRecord } from '../../../src/ledger/pass-records.ts';
import { beginPass, passFingerprint } from '../../../src/migration/build/begin-pass.ts';
import { contextOf } from '../../../src/migration/context.ts';
import type { Job } from '../../../src/migration/job/job.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

it('goes through what an earlier process kept run by run, says so, and stops in between where a signal asks', async (context) => {
  const folder = scratchFolder(context);
  const migration = {
    folder,
    build: { memory: 64e6, gzipLevel: 6, workers: 1 },
    disk: { ahead: 1, spool: 1e9, keep: 'all' },
    source: { engine: 'files', paths: {} },
  };
  const fingerprint = { identity: {}, content: {} };
  const job = { migration, fingerprint, streams: [], windowed: false, source: {} } as unknown as Job;
  mkdirSync(join(folder, 'spool'));
  writeFileSync(join(folder, 'spool', '000000.spool'), '');
  const sha256 = createHash('sha256').digest('hex');
  const pass: PassRecord = {
    fingerprint: passFingerprint(job),
    read: [],
    counted: { counts: [], tallies: [] },
    // The second is missing: whoever opens it says so.
    runs: ['000000.spool', '000001.spool'].map((name) => ({ name, bytes: 0, sha256 })),
    rejects: null,
  };
  const forgotten: string[] = [];
  const ledger = {
    pass: async () => pass,
    dropPass: async () => {
      forgotten.push('pass');
    },
  } as unknown as Ledger;
  const stopping = new AbortController();
  const events: JobEvent[] = [];
  const onEvent = (event: JobEvent): void => {
    events.push(event);
    stopping.abort(new Error('stopped'));
  };
  const options = { ...contextOf({}), signal: stopping.signal, onEvent };
  await expect(beginPass(job, ledger, Number.NEGATIVE_INFINITY, options)).rejects.toThrow('stopped');
  expect(events).toEqual([{ type: 'progress', doing: 'reading', rows: 0 }]);
  expect(forgotten).toEqual([]);
});
