import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { createHitBuffer } from '../../../src/chunking/hit-buffer.ts';
import type { Reject } from '../../../src/domain/slice.ts';
import { contextOf } from '../../../src/migration/context.ts';
import type { Job } from '../../../src/migration/job/job.ts';
import { openJob } from '../../../src/migration/job/open-job.ts';
import { createHomeCheck } from '../../../src/migration/plan/home-rows.ts';
import { planWindowed } from '../../../src/migration/plan/plan.ts';
import { readSlice } from '../../../src/migration/read/read-slice.ts';
import { createRowCounter } from '../../../src/migration/read/row-counts.ts';
import { type FixtureRow, type FixtureStream, offline, sqliteFolder } from '../job-fixture.ts';

const signal = new AbortController().signal;

interface Walked {
  readonly slices: number;
  readonly read: number;
  /** `stream/id` of every hit, in the order of slices, with the slice's index. */
  readonly hits: readonly { readonly name: string; readonly seconds: number; readonly isInside: boolean }[];
  readonly counted: { readonly hits: number; readonly rejected: number; readonly filtered: number };
  /** `stream/id reason`, sorted. */
  readonly rejects: readonly string[];
  readonly cuts: number;
  readonly plannedRows: number;
}

/** Plans the job and reads all of its slices, one after another. */
async function walk(job: Job): Promise<Walked> {
  const plan = await planWindowed(job, contextOf(offline));
  const hits: { name: string; seconds: number; isInside: boolean }[] = [];
  const rejects: Reject[] = [];
  const counted = { hits: 0, rejected: 0, filtered: 0 };
  let read = 0;
  let cuts = 0;
  const assertSameHomes = createHomeCheck(plan.homes ?? []);
  for (const slice of plan.slices) {
    const buffer = createHitBuffer({ memoryBytes: 64_000_000 });
    const counter = createRowCounter(job.streams.map(({ name }) => name));
    const sink = {
      hits: { add: buffer.add, spill: async () => undefined },
      counter,
      groupOf: job.groupOf,
      reject: (reject: Reject) => rejects.push(reject),
      beforeBatch: async () => undefined,
      afterBatch: async () => undefined,
    };
    await readSlice(job, slice, sink, signal);
    for (let position = 0; position < buffer.rows; position += 1) {
      const seconds = buffer.seconds(position);
      const name = `${job.streams[buffer.stream(position)]?.name}/${buffer.key(position).join()}`;
      hits.push({ name, seconds, isInside: seconds >= slice.from && seconds < slice.to });
    }
    // What was counted for each home is what is read there, to the row.
    assertSameHomes(slice, counter.counts());
    for (const count of counter.counts()) {
      read += count.read;
      counted.hits += count.hits;
      counted.rejected += count.rejected;
      counted.filtered += count.filtered;
    }
    for (const { outcome, count } of counter.tallies()) if (outcome === 'cut') cuts += count;
  }
  return {
    slices: plan.slices.length,
    read,
    hits,
    counted,
    rejects: rejects.map(({ stream, key, reason }) => `${stream}/${key.join()} ${reason}`).sort(),
    cuts,
    plannedRows: plan.slices.reduce((sum, { plannedRows }) => sum + plannedRows, 0),
  };
}

async function walkWith(streams: readonly FixtureStream[], range: string, slices: number): Promise<Walked> {
  const fixture = sqliteFolder(streams, { range, slices });
  try {
    const job = await openJob(fixture.file, contextOf(offline));
    try {
      return await walk(job);
    } finally {
      await job.close();
    }
  } finally {
    fixture.remove();
  }
}

const instant = (text: string): number => Math.floor(Temporal.Instant.from(text).epochMilliseconds / 1000);

/** The wall clock of an instant, as a `datetime` column stores it. */
function wallText(seconds: number, zone: string): string {
  const wall = Temporal.Instant.fromEpochMilliseconds(seconds * 1000)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime();
  return wall.toString({ smallestUnit: 'second' }).replace('T', ' ');
}

/** Days around which clocks jump: spring, autumn, half an hour, a whole day that never was. */
const jumps = [
  { zone: 'UTC', at: instant('2021-06-01T00:00:00Z') },
  { zone: 'Europe/Berlin', at: instant('2021-03-28T01:00:00Z') },
  { zone: 'Europe/Berlin', at: instant('2021-10-31T01:00:00Z') },
  { zone: 'Australia/Lord_Howe', at: instant('2021-04-03T15:00:00Z') },
  { zone: 'Australia/Lord_Howe', at: instant('2021-10-02T15:30:00Z') },
  { zone: 'Pacific/Apia', at: instant('2011-12-30T10:00:00Z') },
] as const;

const long = 'ü'.repeat(80);

const scene = fc.record({
  jump: fc.constantFrom(...jumps),
  lateness: fc.constantFrom(0, 60, 3600, 7200),
  sizes: fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 80 })),
  rows: fc.array(
    fc.record({
      offset: fc.integer({ min: -90_000, max: 90_000 }),
      apart: fc.oneof(fc.constant(0), fc.integer({ min: -9000, max: 9000 })),
      kind: fc.constantFrom('plain', 'plain', 'plain', 'null window', 'no time', 'robot', 'long'),
    }),
    { maxLength: 60 },
  ),
});

describe('reading slices', () => {
  it('counts each row once and emits each hit once, whatever slices, zones, lateness and clocks do', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ jump: { zone, at }, lateness, sizes, rows }) => {
        const make = (cell: (seconds: number) => string | number): FixtureRow[] =>
          rows.map(({ offset, apart, kind }, id) => ({
            id,
            at: kind === 'null window' ? null : cell(at + offset),
            hit: kind === 'no time' ? null : at + offset + apart,
            page: kind === 'robot' ? 'robot' : kind === 'long' ? long : 'home',
          }));
        const late = `lateness: ${lateness}s`;
        const streams: FixtureStream[] = [
          { name: 'walls', window: `type: datetime, zone: ${zone}, ${late}`, rows: make((s) => wallText(s, zone)) },
          // An epoch is UTC, whatever zone stands beside it.
          { name: 'numbers', window: `type: ms, zone: Asia/Kolkata, ${late}`, rows: make((s) => s * 1000) },
          {
            name: 'days',
            window: `type: date, zone: ${zone}, ${late}`,
            rows: make((s) => wallText(s, zone).slice(0, 10)),
          },
          { name: 'isos', window: `type: iso, ${late}`, rows: make((s) => `${wallText(s, 'UTC').replace(' ', 'T')}Z`) },
        ];
        const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
        const range = `{ from: "${iso(at - 80_000)}", to: "${iso(at + 80_000)}", zone: UTC }`;
        const fine = await walkWith(streams, range, sizes[0]);
        const coarse = await walkWith(streams, range, sizes[1]);
        for (const walked of [fine, coarse]) {
          expect(walked.read).toBe(4 * rows.length);
          expect(new Set(walked.hits.map(({ name }) => name)).size).toBe(walked.hits.length);
          expect(walked.counted.hits).toBe(walked.hits.length);
          expect(walked.counted.rejected).toBe(walked.rejects.length);
          expect(walked.hits.every(({ isInside }) => isInside)).toBe(true);
          const longIds = new Set(rows.flatMap(({ kind }, id) => (kind === 'long' ? [String(id)] : [])));
          expect(walked.cuts).toBe(walked.hits.filter(({ name }) => longIds.has(name.split('/')[1]!)).length);
        }
        const sorted = (walked: Walked): string[] => walked.hits.map(({ name }) => name).sort();
        expect(sorted(fine)).toEqual(sorted(coarse));
        expect(fine.rejects).toEqual(coarse.rejects);
        // By the rule itself, where no clock interferes.
        for (const [id, { apart, kind, offset }] of rows.entries()) {
          if (kind === 'robot' || kind === 'no time') continue;
          const timely = kind === 'null window' || Math.abs(apart) <= lateness;
          const inRange = offset + apart >= -80_000 && offset + apart < 80_000;
          for (const stream of ['numbers', 'isos']) {
            expect(sorted(fine).includes(`${stream}/${id}`)).toBe(timely && inRange);
            expect(fine.rejects.includes(`${stream}/${id} beyond lateness`)).toBe(!timely);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it.each(jumps)('rejects no row whose hit time is its window column, around $at in $zone', async ({ zone, at }) => {
    const rows = Array.from({ length: 400 }, (_, id): FixtureRow => {
      // Texts as people write them: those of a gap as well, which no clock has shown.
      const text = wallText(at - 100_000 + id * 500 + Math.floor(id / 7), 'UTC');
      return { id, at: text, hit: null };
    });
    const window = `type: datetime, zone: ${zone}`;
    for (const ambiguous of ['earlier', 'later']) {
      const time = `{ from: at, zone: ${zone}, ambiguous: ${ambiguous} }`;
      const streams = [{ name: 'walls', window, time, rows }];
      const walked = await walkWith(streams, '{ from: 2011-01-01, to: 2022-01-01, zone: UTC }', 10);
      expect(walked.slices).toBeGreaterThan(20);
      expect(walked.rejects).toEqual([]);
      expect(new Set(walked.hits.map(({ name }) => name)).size).toBe(400);
      expect(walked.plannedRows).toBe(400);
    }
  });

  it('counts rows whose window is the time of no calendar, and rejects them', async () => {
    const begin = instant('2021-06-01T00:00:00Z');
    const plain = Array.from({ length: 50 }, (_, id): FixtureRow => {
      return { id, at: (begin + id * 600) * 1000, hit: begin + id * 600 };
    });
    // Nanoseconds among milliseconds, and what stands for "never"; the hits have times of their own.
    const odd = [
      1_609_459_200_000_000_000n,
      8_700_000_000_000_000_000n,
      9_223_372_036_854_775_807n,
      -9_223_372_036_854_775_808n,
    ].map((at, index): FixtureRow => ({ id: 50 + index, at, hit: begin }));
    const streams = [{ name: 'numbers', window: 'type: ms', rows: [...plain, ...odd] }];
    const walked = await walkWith(streams, '{ from: 2021-01-01, to: 2022-01-01, zone: UTC }', 10);
    expect(walked.slices).toBeGreaterThan(4);
    expect(walked.counted).toEqual({ hits: 50, rejected: 4, filtered: 0 });
    expect(walked.rejects).toEqual([50, 51, 52, 53].map((id) => `numbers/${id} beyond lateness`));
  });

  it('plans exactly what it counted where streams stand on half-hour clocks', async () => {
    const rows = Array.from({ length: 300 }, (_, id): FixtureRow => {
      const hit = instant('2021-06-01T00:00:00Z') + id * 20;
      return { id, at: wallText(hit, 'Asia/Kolkata'), hit };
    });
    const utc = rows.map((row) => ({ ...row, at: wallText(row.hit ?? 0, 'UTC') }));
    const streams = [
      { name: 'india', window: 'type: datetime, zone: Asia/Kolkata', rows },
      { name: 'utc', window: 'type: datetime', rows: utc },
    ];
    const walked = await walkWith(streams, '{ from: 2021-01-01, to: 2022-01-01, zone: UTC }', 7);
    expect(walked.plannedRows).toBe(600);
    expect(walked.hits.length).toBe(600);
    expect(walked.slices).toBeGreaterThan(80);
  });
});
