import { expect, it } from 'vitest';
import { reportPage } from '../../src/cli/report-page.ts';
import { pageStyle } from '../../src/cli/report-style.ts';
import type { QualityReport } from '../../src/index.ts';

const job = {
  migration: 'shop',
  state: 'finished',
  rows: { read: 1, hits: 1, rejected: 0, filtered: 0 },
  slices: { total: 1, sealed: 1 },
  chunks: { built: 1, uploaded: 1 },
  tallies: [],
  changes: [],
};

it('what a source holds neither is markup nor turns a line around', () => {
  const report = {
    job,
    remarks: [{ level: 'odd', text: 'The visitor \u202E<script>\u0000 has 9 hits' }],
    streams: [],
    rejects: [],
    visits: { visits: 1, ties: 0, bursts: 0, tooManyHits: 0, tooLong: 0 },
    visitors: { distinct: 1, top: [] },
  } as unknown as QualityReport;
  expect(reportPage(report, 0)).toContain('<li class="odd">The visitor �&lt;script&gt;␀ has 9 hits</li>');
});

it('nothing is wider than a printed sheet: paper cannot be scrolled', () => {
  const [screen = '', print = ''] = pageStyle.split('@media print');
  const wide = [...screen.matchAll(/^(\S+) \{[^}]*\bmin-width: (\d+)px/gm)].filter(
    ([, , pixels]) => Number(pixels) > 640,
  );
  expect(wide.map(([, selector]) => selector)).toEqual(['.columns']);
  for (const [, selector = ''] of wide) expect(print).toContain(`${selector} { min-width: 0; }`);
});
