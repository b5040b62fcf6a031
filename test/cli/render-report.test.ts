import pc from 'picocolors';
import { expect, it } from 'vitest';
import { forPeople } from '../../src/cli/for-people.ts';
import { renderPromises, renderReport, renderStrays } from '../../src/cli/render-report.ts';
import type { JobReport } from '../../src/index.ts';

const lane = { group: 'shop_1', chunks: 1, uploaded: 0, rows: 1, uploadedRows: 0, bytes: 900 };
const report = {
  migration: 'shop',
  state: 'delivering',
  rows: { read: 1234, hits: 1, rejected: 1233, filtered: 0 },
  slices: { total: 1, sealed: 1 },
  chunks: { built: 1, uploaded: 0, partial: 0, unknown: 0, rejected: 1 },
  lanes: [{ ...lane, stopped: 'lane shop_1 stopped at 000000-0000: Adobe rejected it: HTTP 400' }],
  duplicateKeys: 1,
  lostRows: 0,
  lost: [],
  plannedRows: 1234,
  tallies: [],
  changes: [],
  folder: '/work',
} as unknown as JobReport;

function linesOf(shown: JobReport, goOn?: string, width = 100, screen = Number.POSITIVE_INFINITY): string[] {
  const lines: string[] = [];
  const terminal = { out: (line: string) => lines.push(line), width, screen, paint: pc.createColors(false) };
  renderReport(shown, terminal as never, forPeople({ program: 'bdia-migrate', cwd: '/work' }), goOn);
  return lines;
}

it('a report says where rows go, how fast, and when the rest would be there', () => {
  const pace = {
    rowsPerHour: 1_200_000,
    chunksPerHour: 31,
    rowsLeft: 4_900_000,
    secondsLeft: 14_700,
    doneAt: '2024-05-01T16:05:00.000Z',
  };
  const lines = linesOf({ ...report, host: '127.0.0.1:8600', pace });
  expect(lines).toContain('sent    to 127.0.0.1:8600');
  expect(lines).toContain(
    'pace    1,200,000 rows an hour in 31 chunks; at that pace 4,900,000 rows take 4 h 05 min, until 2024-05-01 16:05:00 UTC',
  );
  expect(linesOf(report).some((line) => /^(sent|pace) /.test(line))).toBe(false);
});

it('a report counts in words, and names a lane that stopped once', () => {
  const lines = linesOf(report);
  expect(lines).toContain('rows    1,234 read = 1 hit + 1,233 rejected + 0 filtered');
  expect(lines.filter((line) => line.startsWith('twice'))).toEqual([
    "twice   1 hit has the time, stream and key of another one: a row that the source holds twice is a hit twice. Leave such rows out in the stream's query, or name columns in its key that tell them apart.",
  ]);
  expect(lines.filter((line) => line.includes('stopped'))).toEqual([
    'lane shop_1 stopped at 000000-0000: Adobe rejected it: HTTP 400',
  ]);
});

it('a report says what lanes wait for beside them, or below where the terminal is too narrow', () => {
  const waits = { for: 'to try again (HTTP 503)', until: '2024-05-01T16:05:00.000Z' };
  const waiting = {
    ...report,
    lanes: [
      { ...lane, waits },
      { ...lane, group: 'shop_2' },
    ],
  };
  const words = 'to try again (HTTP 503), until 2024-05-01 16:05:00 UTC';
  expect(linesOf(waiting, undefined, 120)).toContain(
    `  shop_1              1            0     1          0  900 B  ${words}`,
  );
  const lines = linesOf(waiting, undefined, 80);
  const at = lines.findIndex((line) => line.startsWith('  visitor group'));
  expect(lines.slice(at, at + 4)).toEqual([
    '  visitor group  chunks  chunks sent  hits  hits sent   size',
    '  shop_1              1            0     1          0  900 B',
    '  shop_2              1            0     1          0  900 B',
    `  shop_1 waits ${words}`,
  ]);
});

it.each([
  ['check clientId and clientSecret', ['Next: check clientId and clientSecret', 'Then: bdia-migrate run m.yaml']],
  ['bdia-migrate run m.yaml', ['Next: bdia-migrate run m.yaml']],
])('the last line of a stopped report is the command that goes on: %s', (next, last) => {
  const stopped = { code: 'auth.failed', message: 'no token', next } as const;
  const lines = linesOf({ ...report, state: 'stopped', stopped }, 'bdia-migrate run m.yaml');
  expect(lines.slice(lines.indexOf('Stopped: no token') + 1)).toEqual(last);
});

it('files that belong to nothing are named, with the number of those that are not', () => {
  const lines: string[] = [];
  const screen = Number.POSITIVE_INFINITY;
  const terminal = { out: (line: string) => lines.push(line), screen, paint: pc.createColors(false) } as never;
  renderStrays({ files: 0, first: [] }, terminal);
  expect(lines).toEqual([]);
  renderStrays({ files: 1, first: ['chunks/readme.txt'] }, terminal);
  renderStrays({ files: 1003, first: ['rejects/a', 'rejects/b', 'rejects/c'] }, terminal);
  expect(lines).toEqual([
    '',
    '1 file in the work folder belongs to nothing that is sent: chunks/readme.txt',
    '',
    '1,003 files in the work folder belong to nothing that is sent: rejects/a, rejects/b, rejects/c … and 1,000 more',
  ]);
});

it('of lost rows the first are shown, with the number of the others', () => {
  const lost = Array.from({ length: 12 }, (_, index) => ({
    group: 'shop_1',
    chunk: '000000-0000',
    row: index + 1,
    count: 1,
    stream: null,
    key: null,
    reason: 'odd',
  }));
  const more = (lostRows: number) => linesOf({ ...report, lostRows, lost }).filter((line) => line.includes('… and'));
  expect(more(12)).toEqual(['        … and 2 more (--json shows all, verify --json the source row of each)']);
  expect(more(5000)).toEqual([
    '        … and 4,990 more (--json shows the first 12, verify --json the source row of each)',
  ]);
});

it('what happened to rows fits the screen, and is whole in a pipe', () => {
  const tallies = [
    {
      stream: 'a-stream-with-a-long-name',
      outcome: 'cut',
      column: `contextData.${'long.'.repeat(8)}name`,
      reason: 'over 255 bytes',
    },
  ].map((tally) => ({ ...tally, rule: 'byte-limit', count: 12 }));
  const shown = { ...report, tallies } as unknown as JobReport;
  const isTally = (line: string): boolean => / (?:count|12) /.test(line) && line.startsWith('  ');
  const seen = linesOf(shown, undefined, 100, 80).filter(isTally);
  expect(seen).toHaveLength(2);
  expect(Math.max(...seen.map((line) => line.length))).toBeLessThanOrEqual(80);
  const kept = linesOf(shown).filter(isTally);
  expect(kept[1]).toContain(`${'long.'.repeat(8)}name`);
});

it('a promise is wrapped behind its mark', () => {
  const lines: string[] = [];
  const terminal = { out: (line: string) => lines.push(line), screen: 60, paint: pc.createColors(false) } as never;
  const detail = "sizes within Adobe's limits, one gzip member each, RFC 4180, UTF-8 without byte order mark";
  renderPromises([{ id: 'P5', holds: true, detail }], terminal);
  expect(lines).toEqual([
    "  ✔ P5  sizes within Adobe's limits, one gzip member each,",
    '        RFC 4180, UTF-8 without byte order mark',
  ]);
});
