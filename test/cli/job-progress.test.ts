import { expect, it } from 'vitest';
import { createJobProgress } from '../../src/cli/job-progress.ts';

const fresh = {
  plannedRows: 0,
  rows: { read: 0, hits: 0, rejected: 0, filtered: 0 },
  slices: { total: 0, sealed: 0 },
  chunks: { built: 0, uploaded: 0, partial: 0, unknown: 0, rejected: 0 },
  lanes: [],
};

const chunk = (state: 'sending' | 'uploaded', rows: number) =>
  ({ type: 'chunk', group: 'a_0', name: '000000-0000', state, rows, bytes: 1 }) as const;

it('shows reading, building and sending of a single-pass job, with an estimate', () => {
  const job = createJobProgress(fresh, true);
  job.take({ type: 'progress', doing: 'reading', rows: 1500 }, 0);
  expect(job.line(0)).toBe('reading 1,500 rows');
  job.take({ type: 'planned', slices: 2, rows: 1000 }, 0);
  job.take({ type: 'sealed', slice: 0, chunks: 1, hits: 400, rejected: 300, filtered: 200 }, 1000);
  expect(job.line(1000)).toBe('████░░░░░░░░░░░░░░░░  20 % · built 400 · sent 0 of 1,000');
  job.take({ type: 'sealed', slice: 1, chunks: 1, hits: 600, rejected: 0, filtered: 0 }, 1000);
  job.take(chunk('sending', 400), 1000);
  job.take(chunk('uploaded', 400), 5000);
  expect(job.line(5000)).toBe('██████████████░░░░░░  70 % · sent 400 of 1,000 · 6 s left · 1 file');
});

it('goes on from where a migration stands, and takes speed only from now', () => {
  const lane = { group: 'a_0', chunks: 2, uploaded: 1, rows: 900, uploadedRows: 450, bytes: 1 };
  const before = {
    ...fresh,
    plannedRows: 1000,
    rows: { read: 1000, hits: 900, rejected: 60, filtered: 40 },
    slices: { total: 1, sealed: 1 },
    lanes: [lane],
  };
  const job = createJobProgress(before, true);
  expect(job.line(0)).toBe('███████████████░░░░░  75 % · sent 450 of 900 · 1 file');
  job.take(chunk('uploaded', 450), 1000);
  expect(job.line(1000)).toBe('████████████████████ 100 % · sent 900 of 900 · 2 files');
});

it('says what a lane waits for, but not that it keeps its pace, and stays within the width', () => {
  const job = createJobProgress({ ...fresh, plannedRows: 10, slices: { total: 1, sealed: 0 } }, true);
  job.take({ type: 'lane', group: 'a_0', waits: 'for its pace', untilMs: 20_000 }, 0);
  expect(job.line(0)).toBe('░░░░░░░░░░░░░░░░░░░░   0 % · built 0 · sent 0 of 10');
  job.take({ type: 'lane', group: 'a_0', waits: 'to try again (HTTP 503)', untilMs: 20_000 }, 0);
  expect(job.line(0)).toContain('a_0 waits: to try again (HTTP 503)');
});
