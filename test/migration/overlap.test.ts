import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { UploadVerdict } from '../../src/delivery/classify.ts';
import type { Client } from '../../src/delivery/client.ts';
import type * as Deliver from '../../src/delivery/deliver.ts';
import type { Chunk } from '../../src/domain/chunk.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { MigrationError } from '../../src/domain/error.ts';
import type { JobEvent } from '../../src/domain/event.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import type * as MakeAlone from '../../src/migration/build/make-alone.ts';
import type * as MakeSlice from '../../src/migration/build/make-slice.ts';
import type * as RowsInOrder from '../../src/migration/build/rows-in-order.ts';
import type { SliceThreads } from '../../src/migration/build/slice-threads.ts';
import type { ThreadJob } from '../../src/migration/build/thread-job.ts';
import { openWaitingRows } from '../../src/migration/build/waiting-rows.ts';
import { buildAndDeliver } from '../../src/migration/build-and-deliver.ts';
import { type ContextOptions, contextOf } from '../../src/migration/context.ts';
import type { DeliveryPath } from '../../src/migration/deliver/open-delivery.ts';
import { acceptJob } from '../../src/migration/job/accept-job.ts';
import { openJob } from '../../src/migration/job/open-job.ts';
import type { ReadOptions } from '../../src/migration/read/read-options.ts';
import type { RunEnd } from '../../src/migration/report.ts';
import { withSource } from '../../src/migration/running-job.ts';
import { scriptedAdobe } from '../delivery/scripted-adobe.ts';
import { createHappenings, type Happenings } from './happenings.ts';
import {
  csvFolder,
  type FixtureFolder,
  type FixtureRow,
  type FixtureSettings,
  offline,
  sqliteFolder,
} from './job-fixture.ts';

// Overlap of building and delivery without deadlock, sentence by sentence. Source, building, ledger and lanes are the
// real ones; Adobe is a script, and where slices are built side by side all but one have a job of their own in this thread,
// as they have in threads of their own. Every step waits for what has happened, never for time to pass: a deadlock is a timeout.
// The bound alone stands in deliver/backlog.test.ts, the threads in build/slice-threads.test.ts and test/scenarios.

const stage = vi.hoisted(() => ({
  /** When a slice is admitted. */
  admitted: (_slice: number): void => {},
  /** Before it is read. */
  building: async (_slice: number, _signal: AbortSignal): Promise<void> => {},
  /** When its files are written. */
  made: (_slice: number): void => {},
  path: null as DeliveryPath | null,
  uploadsAtOnce: undefined as number | undefined,
}));

vi.mock('../../src/delivery/deliver.ts', async (importActual) => {
  const actual = await importActual<typeof Deliver>();
  const deliver: typeof actual.deliver = (options) => {
    const { uploadsAtOnce } = stage;
    return actual.deliver(uploadsAtOnce === undefined ? options : { ...options, uploadsAtOnce });
  };
  return { ...actual, deliver };
});

vi.mock('../../src/migration/deliver/open-delivery.ts', () => ({ openDelivery: async () => stage.path }));

vi.mock('../../src/migration/build/rows-in-order.ts', async (importActual) => {
  const actual = await importActual<typeof RowsInOrder>();
  const rowsInOrder: typeof actual.rowsInOrder = (job, whole, waiting, slices, options) => {
    const rows = actual.rowsInOrder(job, whole, waiting, slices, options);
    return {
      ...rows,
      of: async (slice) => {
        stage.admitted(slice.index);
        await stage.building(slice.index, options.signal);
        return rows.of(slice);
      },
    };
  };
  return { ...actual, rowsInOrder };
});

vi.mock('../../src/migration/build/make-slice.ts', async (importActual) => {
  const actual = await importActual<typeof MakeSlice>();
  const makeSlice: typeof actual.makeSlice = async (job, slice, ...rest) => {
    const made = await actual.makeSlice(job, slice, ...rest);
    stage.made(slice.index);
    return made;
  };
  return { ...actual, makeSlice };
});

vi.mock('../../src/migration/build/make-alone.ts', async (importActual) => {
  const actual = await importActual<typeof MakeAlone>();
  const makeAlone: typeof actual.makeAlone = async (job, slice, waiting, options) => {
    stage.admitted(slice.index);
    await stage.building(slice.index, options.signal);
    return actual.makeAlone(job, slice, waiting, options);
  };
  return { makeAlone };
});

vi.mock('../../src/migration/build/slice-threads.ts', async () => {
  const { makeAlone } = await vi.importActual<typeof MakeAlone>('../../src/migration/build/make-alone.ts');
  const startSliceThreads = (
    { file, env }: ThreadJob,
    _: number,
    { signal }: Pick<ReadOptions, 'signal'>,
  ): SliceThreads => ({
    make: async (slice, onEvent) => {
      stage.admitted(slice.index);
      await stage.building(slice.index, signal);
      const job = await openJob(file, contextOf({ env }));
      const waiting = openWaitingRows(job, { part: `thread-${slice.index}` });
      try {
        return await makeAlone(job, slice, waiting, { signal, onEvent, clock: systemClock });
      } finally {
        await job.close();
      }
    },
    close: async () => {},
  });
  return { startSliceThreads };
});

const begin = Date.UTC(2021, 0, 1) / 1000;
const settings: FixtureSettings = { range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }', slices: 24, groups: 2 };
/** Five slices of four hours, 24 rows each; both lanes have a chunk in every one. */
const views = Array.from({ length: 120 }, (_, id) => ({ id, at: begin + id * 600, hit: begin + id * 600 }));
const slices = [0, 1, 2, 3, 4];

let fixture: FixtureFolder | null = null;
/** Whether the source is asked slice by slice, as a database is, or once, as files are. */
let isRead: 'by slice' | 'once' = 'by slice';
/** Words like `builds 1`, `made 1`, `sealed 1`, `linted 4` (the fourth), `sends acme_0/1`, `sent acme_0/1`. */
let happened: Happenings;
/** What is held until something else has happened: `build 1` or `answer acme_0/1`, and what it waits for. */
let held: Record<string, string>;
/** Slices that cannot be built. */
let broken: Set<number>;
/** What Adobe says of chunks that it does not take. */
let refused: Record<string, UploadVerdict>;
let inFlight: number;
let mostInFlight: number;
let laneWaitMs: (group: string) => number;

const nameOf = ({ group, slice }: Pick<Chunk, 'group' | 'slice'>): string => `${group}/${slice}`;

function adobe(): Client {
  return {
    ...scriptedAdobe(),
    lookup: async () => ({ kind: 'not found' }),
    upload: async (chunk, begun, signal) => {
      inFlight += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      await begun();
      await happened.until(held[`answer ${nameOf(chunk)}`], signal);
      // Whatever else may begin by now has begun.
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      const taken = { ...receipt, rows: chunk.rows, size: chunk.gzBytes };
      return refused[nameOf(chunk)] ?? { kind: 'uploaded', receipt: taken, reason: 'HTTP 200' };
    },
  };
}

function hear(event: JobEvent): void {
  if (event.type === 'sealed') happened.tell(`sealed ${event.slice}`);
  if (event.type === 'lane') happened.tell(`waits ${event.group} ${event.waits} (${told('sealed').length} sealed)`);
  if (event.type !== 'chunk') return;
  const name = nameOf({ group: event.group, slice: Number(event.name.split('-')[0]) });
  if (event.state === 'linted') happened.tell(`linted ${told('linted').length + 1}`);
  if (event.state === 'sending') happened.tell(`sends ${name}`);
  if (event.state === 'rejected') happened.tell(`refused ${name}`);
  if (event.state === 'uploaded') happened.tell(`sent ${name}`);
}

beforeEach(() => write(settings));
afterEach(() => {
  fixture?.remove();
  fixture = null;
});

/** Another job instead of the one before. */
function write(as: FixtureSettings, rows: readonly FixtureRow[] = views): void {
  fixture?.remove();
  const lines = rows.map(({ id, hit, visitor = `v${id % 17}` }) => `${id},${hit},home,${visitor}`);
  fixture =
    isRead === 'once'
      ? csvFolder(`id,hit,page,visitor\n${lines.join('\n')}\n`, as)
      : sqliteFolder([{ name: 'views', window: 'type: s', rows }], as);
  anew();
}

/** As another process finds it. */
function anew(): void {
  happened = createHappenings();
  stage.uploadsAtOnce = undefined;
  [held, broken, refused, inFlight, mostInFlight, laneWaitMs] = [{}, new Set(), {}, 0, 0, () => 0];
  stage.admitted = (slice) => happened.tell(`builds ${slice}`);
  stage.made = (slice) => happened.tell(`made ${slice}`);
  stage.building = async (slice, signal) => {
    await happened.until(held[`build ${slice}`], signal);
    signal.throwIfAborted();
    if (broken.has(slice)) throw new MigrationError('source.query', `slice ${slice} cannot be read`);
  };
}

/** As `run`, with so many bytes ahead; settings as they could not be written. */
async function runWith(
  { ahead, workers = 1 }: { ahead: number; workers?: number },
  more: ContextOptions = {},
): Promise<RunEnd> {
  const context = contextOf({ ...offline, onEvent: hear, ...more });
  const pace = { request: () => Promise.reject(new Error('nobody asks')), hold: () => {}, laneStarts: () => {} };
  stage.path = { client: adobe(), pace: { ...pace, laneWaitMs: (group) => laneWaitMs(group) }, close: () => {} };
  const job = await openJob(fixture!.file, context);
  const ledger = await openLedger(job.migration.folder);
  const { migration } = job;
  const changed = {
    ...migration,
    disk: { ...migration.disk, ahead },
    build: { ...migration.build, workers },
  };
  try {
    await acceptJob(job, ledger, { acceptChange: false });
    return await buildAndDeliver(withSource({ ...job, migration: changed }, ledger, context), ledger, context);
  } finally {
    await ledger.close();
    await job.close();
  }
}

const workFile = (path: string): string => join(fixture!.folder, 'work', path);

async function chunks(): Promise<readonly Chunk[]> {
  const ledger = await openLedger(workFile('.'), { readOnly: true });
  try {
    return await ledger.chunks();
  } finally {
    await ledger.close();
  }
}

const receipt = { httpStatus: 200, fileId: 'f', rows: 0, invalidRows: 0, size: 0, body: '' };
const refusal: UploadVerdict = { kind: 'rejected', receipt, reason: 'no such suite' };
/** A rest like no other wait. */
const restMs = 987_654;
const unbounded = Number.POSITIVE_INFINITY;
const done = { stop: null, stoppedLanes: new Map() };
/** Of the three slices that may be under way together the last is made first. */
const lastMadeFirst = { 'build 0': 'made 1', 'build 1': 'made 2' };
const sentOf = (slice: number): string[] => [`sent acme_0/${slice}`, `sent acme_1/${slice}`];
/** What was told that begins with this word. */
const told = (word: string, log = happened.log): string[] => log.filter((what) => what.startsWith(`${word} `));
const logUntil = (what: string): readonly string[] => happened.log.slice(0, happened.log.indexOf(what));

describe.each([
  ['a database', 'by slice', 1],
  ['a database with three of build.workers', 'by slice', 3],
  ['files', 'once', 1],
] as const)('%s', (_, reading, workers) => {
  beforeAll(() => {
    isRead = reading;
  });

  describe('build and delivery run side by side', () => {
    it('a file goes out while later slices are built, and slices are built while a file goes out', async () => {
      held = { 'answer acme_0/0': 'sealed 3', 'answer acme_1/0': 'sealed 3', 'build 4': 'sent acme_0/2' };
      expect(await runWith({ ahead: unbounded, workers })).toEqual(done);
      expect(told('sent').sort()).toEqual(slices.flatMap(sentOf).sort());
    });
  });

  describe('slices are admitted in order against the disk bound', () => {
    it('in order, and sealed in order, whichever is made first', async () => {
      if (workers === 3) held = lastMadeFirst;
      expect(await runWith({ ahead: unbounded, workers })).toEqual(done);
      expect(told('builds')).toEqual(slices.map((slice) => `builds ${slice}`));
      expect(told('sealed')).toEqual(slices.map((slice) => `sealed ${slice}`));
      expect(told('made').slice(0, workers)).toEqual(workers === 3 ? ['made 2', 'made 1', 'made 0'] : ['made 0']);
    });

    it('none begins while more than the bound is sealed and not sent', async () => {
      // Nothing is sealed while the bound is asked about, so that what lies on the disk then is known.
      if (workers === 3) held = { 'build 1': 'builds 3', 'build 2': 'builds 4' };
      expect(await runWith({ ahead: 1, workers })).toEqual(done);
      expect(told('builds', logUntil('sealed 0'))).toHaveLength(workers);
      for (const slice of slices.slice(workers)) {
        const earlier = logUntil(`builds ${slice}`);
        const sealed = slices.filter((each) => earlier.includes(`sealed ${each}`));
        expect(sealed).toEqual(slices.slice(0, slice - workers + 1));
        expect(told('sent', earlier).sort()).toEqual(sealed.flatMap(sentOf).sort());
      }
    });

    it('the next begins as soon as no more than the bound is left, and not when all is sent', async () => {
      await runWith({ ahead: unbounded, workers });
      const ofFirst = (await chunks()).filter(({ slice }) => slice === 0);
      const rest = ofFirst.find(({ group }) => group === 'acme_1')!.gzBytes;
      write(settings);
      const next = `builds ${workers}`;
      held = { 'answer acme_1/0': next, 'build 1': next };
      if (workers === 1) held = { 'answer acme_1/0': next };
      expect(await runWith({ ahead: rest, workers })).toEqual(done);
      expect(logUntil(next)).toContain('sent acme_0/0');
      expect(logUntil(next)).not.toContain('sent acme_1/0');
    });
  });

  describe('the lowest unsealed slice is always admitted', () => {
    it('the bound holds no slice up inside: one of many files is built whole though its first passes it', async () => {
      write({ ...settings, more: ['chunks: { maxRows: 3 }'] });
      expect(await runWith({ ahead: 1, workers })).toEqual(done);
      const all = await chunks();
      // Two lanes of 12 rows or so, in files of three.
      for (const slice of slices) expect(all.filter((chunk) => chunk.slice === slice).length).toBeGreaterThanOrEqual(8);
      expect(all.filter(({ state }) => state !== 'uploaded')).toEqual([]);
    });

    it('however much of what is made above it waits for it to be sealed', async () => {
      held = workers === 3 ? lastMadeFirst : {};
      expect(await runWith({ ahead: 1, workers })).toEqual(done);
      expect(told('sealed')).toHaveLength(slices.length);
    });

    it('and where it fails the run ends, though a later one waits for the disk and a file is under way', async () => {
      broken.add(1);
      // Slice 0 lies on the disk and is under way, which holds slice 3 up; slice 2 waits to be sealed.
      if (workers === 3) held = { 'answer acme_0/0': 'never', 'build 1': 'sends acme_0/0' };
      const { stop, stoppedLanes } = await runWith({ ahead: 1, workers });
      expect(stop).toMatchObject({ code: 'source.query', message: 'slice 1 cannot be read' });
      expect(stoppedLanes.size).toBe(0);
      expect(told('sealed')).toEqual(['sealed 0']);
      expect(told('builds')).not.toContain('builds 3');
      expect((await chunks()).map(({ slice }) => slice)).toEqual([0, 0]);
      // The next run goes on from there, with nothing lost or doubled.
      const first = told('sent');
      anew();
      expect(await runWith({ ahead: 1, workers })).toEqual(done);
      expect(told('sealed')).toEqual(['sealed 1', 'sealed 2', 'sealed 3', 'sealed 4']);
      expect([...first, ...told('sent')].sort()).toEqual(slices.flatMap(sentOf).sort());
      expect(readdirSync(workFile('chunks/acme_0'))).toHaveLength(slices.length);
    });
  });

  describe("a stopped lane's backlog does not count", () => {
    it('the other lane goes on to its end, and then the run ends, naming the lane', async () => {
      refused = { 'acme_0/0': refusal };
      const { stop, stoppedLanes } = await runWith({ ahead: 1, workers });
      expect(told('sealed')).toHaveLength(slices.length);
      expect(told('sent')).toEqual(slices.map((slice) => `sent acme_1/${slice}`));
      expect([...stoppedLanes.keys()]).toEqual(['acme_0']);
      expect(stop).toMatchObject({
        code: 'delivery.lane-stopped',
        message: expect.stringContaining('lane acme_0 stopped at 000000-0000'),
      });
    });

    it('nor that of one that stopped before it sent, while the other had nothing to send', async () => {
      write({ ...settings, more: ['chunks: { maxRows: 7 }'] });
      const allSent = 'waits acme_1 for the next slice to be sealed (1 sealed)';
      held = { 'answer acme_0/0': allSent, 'build 1': allSent };
      if (workers === 1) held = { 'answer acme_0/0': allSent };
      const onEvent = (event: JobEvent): void => {
        // The lane stops at its second file, and tells of no chunk as it does.
        if (event.type === 'sealed' && event.slice === 0) rmSync(workFile('chunks/acme_0/000000-0001.csv.gz'));
        hear(event);
      };
      const { stop, stoppedLanes } = await runWith({ ahead: 1, workers }, { onEvent });
      expect(stop?.code).toBe('chunk.damaged');
      expect([...stoppedLanes.keys()]).toEqual(['acme_0']);
      expect(told('sealed')).toHaveLength(slices.length);
      expect((await chunks()).filter(({ group, state }) => group === 'acme_1' && state !== 'uploaded')).toEqual([]);
    });

    it('nor does that of one that had stopped in an earlier run', async () => {
      const person = new AbortController();
      refused = { 'acme_0/0': refusal };
      held = { 'build 2': 'refused acme_0/0', 'build 3': 'never' };
      const onEvent = (event: JobEvent): void => {
        hear(event);
        if (event.type === 'sealed' && event.slice === 2) person.abort();
      };
      expect((await runWith({ ahead: 1, workers }, { signal: person.signal, onEvent })).stop?.code).toBe('interrupted');
      const first = told('sent');
      anew();
      const { stop, stoppedLanes } = await runWith({ ahead: 1, workers });
      expect(told('sealed')).toEqual(['sealed 3', 'sealed 4']);
      expect([...first, ...told('sent')]).toEqual(slices.map((slice) => `sent acme_1/${slice}`));
      expect([...stoppedLanes.keys()]).toEqual(['acme_0']);
      expect(stop?.code).toBe('delivery.lane-stopped');
    });
  });

  describe('when only stopped lanes remain the run ends', () => {
    it('although building waits for the disk', async () => {
      refused = { 'acme_0/0': refusal, 'acme_1/0': refusal };
      const { stop, stoppedLanes } = await runWith({ ahead: 1, workers });
      expect(stop).toMatchObject({ code: 'delivery.lane-stopped', message: expect.stringContaining('lane acme_0') });
      expect([...stoppedLanes.keys()].sort()).toEqual(['acme_0', 'acme_1']);
      expect(told('sealed').length).toBeLessThan(slices.length);
      expect(told('sent')).toEqual([]);
    });
  });

  it('a person ends the run although building waits for the disk and every lane for its pace', async () => {
    const person = new AbortController();
    const sleep: typeof systemClock.sleep = async (ms, signal) => {
      if (ms !== restMs) return systemClock.sleep(ms, signal);
      await happened.until('never', signal);
      throw signal?.reason;
    };
    laneWaitMs = () => restMs;
    const onEvent = (event: JobEvent): void => {
      hear(event);
      const resting = told('waits').filter((what) => what.includes('for its pace'));
      // When all that was told before has been taken in.
      if (resting.length === 2) setImmediate(() => person.abort());
    };
    const clock = { ...systemClock, sleep };
    const { stop } = await runWith({ ahead: 1, workers }, { signal: person.signal, onEvent, clock });
    expect(stop?.code).toBe('interrupted');
  });
});

describe('concurrency limits wrap one upload, never a lane', () => {
  const lanes = ['acme_0', 'acme_1', 'acme_2', 'acme_3', 'acme_4'];
  const slots = 2;
  beforeEach(() => {
    isRead = 'by slice';
    // Two slices in which every lane has a chunk.
    write({ ...settings, slices: 60, groups: lanes.length });
    stage.uploadsAtOnce = slots;
  });

  it('more lanes than slots: all send before the next slice is built, no more than the slots at once', async () => {
    held = Object.fromEntries(lanes.map((lane) => [`answer ${lane}/0`, `linted ${lanes.length}`]));
    expect(await runWith({ ahead: 1 })).toEqual(done);
    expect(told('sent')).toHaveLength(2 * lanes.length);
    expect(told('sent', logUntil('builds 1'))).toHaveLength(lanes.length);
    expect(mostInFlight).toBe(slots);
  });

  it('a lane that rests between two uploads holds no slot', async () => {
    const [resting, others] = [lanes.slice(0, slots), lanes.slice(slots)];
    const sleep: typeof systemClock.sleep = async (ms, signal) => {
      if (ms !== restMs) return systemClock.sleep(ms, signal);
      for (const lane of others) await happened.until(`sent ${lane}/0`, signal);
    };
    laneWaitMs = (group) => (resting.includes(group) ? restMs : 0);
    expect(await runWith({ ahead: 1 }, { clock: { ...systemClock, sleep } })).toEqual(done);
    expect(told('sent').slice(0, others.length).sort()).toEqual(others.map((lane) => `sent ${lane}/0`));
  });
});
