import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Slice } from '../../../src/domain/slice.ts';
import { rowsInOrder } from '../../../src/migration/build/rows-in-order.ts';
import type { SliceRows } from '../../../src/migration/build/slice-rows.ts';
import { openWaitingRows, type WaitingRows } from '../../../src/migration/build/waiting-rows.ts';
import { contextOf } from '../../../src/migration/context.ts';
import type { Job } from '../../../src/migration/job/job.ts';
import { openJob } from '../../../src/migration/job/open-job.ts';
import { createHappenings, type Happenings } from '../happenings.ts';
import { type FixtureFolder, offline, sqliteFolder } from '../job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const day = 86_400;
const slices: readonly Slice[] = [0, 1, 2].map((index) => {
  const [from, to] = [begin + index * day, begin + (index + 1) * day];
  return { index, from, to, homeFrom: from, homeTo: to, plannedRows: 4 };
});
/** Four rows a day; the last of each day has no time, and its day as its home. */
const rows = Array.from({ length: 12 }, (_, id) => {
  const at = begin + Math.floor(id / 4) * day + (id % 4) * 3600;
  return { id, at, hit: id % 4 === 3 ? null : at };
});

let fixture: FixtureFolder;
let job: Job;
let waiting: WaitingRows;
/** `reads 1`: the source is asked for slice 1. */
let happened: Happenings;
/** `gives 1`: it has given rows of slice 1. */
let given: Happenings;
/** Called when the source is asked for a slice. */
let onRead: (slice: number) => void;

beforeEach(async () => {
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], {
    range: '{ from: 2021-01-01, to: 2021-01-04, zone: UTC }',
  });
  happened = createHappenings();
  given = createHappenings();
  onRead = () => undefined;
  const opened = await openJob(fixture.file, contextOf(offline));
  const { source } = opened;
  const snapshot: typeof source.snapshot = (use) =>
    source.snapshot((reader) =>
      use({
        async *read(stream, range, ...rest) {
          const slice = slices.findIndex(({ from }) => String(from) === String(range.from));
          happened.tell(`reads ${slice}`);
          onRead(slice);
          for await (const batch of reader.read(stream, range, ...rest)) {
            given.tell(`gives ${slice}`);
            yield batch;
          }
        },
      }),
    );
  job = { ...opened, source: { ...source, snapshot } };
  waiting = openWaitingRows(job);
});

afterEach(async () => {
  await waiting.hits.close();
  await job.close();
  fixture.remove();
});

/** The ids of the hits and of the rejects, in the order that a slice is sealed in. */
async function useUp({ hits, rejects }: SliceRows): Promise<{ hits: string[]; rejects: string[] }> {
  const found = { hits: [] as string[], rejects: [] as string[] };
  for (let batch = await hits.next(); batch !== null; batch = await hits.next()) {
    for (const position of batch.positions) found.hits.push(batch.rows.key(position).join());
  }
  for await (const batch of rejects?.batches() ?? []) found.rejects.push(...batch.map(({ key }) => key.join()));
  return found;
}

describe('slices of a database', () => {
  it('have their rows, one after another', async () => {
    const inOrder = rowsInOrder(job, null, waiting, slices, contextOf(offline));
    const found = [];
    for (const slice of slices) found.push(await useUp(await inOrder.of(slice)));
    await inOrder.close();
    expect(found).toEqual([
      { hits: ['0', '1', '2'], rejects: ['3'] },
      { hits: ['4', '5', '6'], rejects: ['7'] },
      { hits: ['8', '9', '10'], rejects: ['11'] },
    ]);
    expect(happened.log).toEqual(['reads 0', 'reads 1', 'reads 2']);
  });

  it('the source is asked for the next as soon as one is read, before anybody asks for it', async () => {
    const inOrder = rowsInOrder(job, null, waiting, slices, contextOf(offline));
    await inOrder.of(slices[0]!);
    await happened.until('reads 1', AbortSignal.timeout(60_000));
    await inOrder.close();
    expect(happened.log).toEqual(['reads 0', 'reads 1']);
  });

  it('rows of the next are taken when all of one are handed over, before anybody asks for them', async () => {
    let batches = 0;
    const onEvent = () => {
      batches += 1;
    };
    const inOrder = rowsInOrder(job, null, waiting, slices, contextOf({ ...offline, onEvent }));
    const first = await inOrder.of(slices[0]!);
    await given.until('gives 1', AbortSignal.timeout(60_000));
    await setImmediate();
    expect(batches).toBe(1);
    expect(await useUp(first)).toEqual({ hits: ['0', '1', '2'], rejects: ['3'] });
    await expect.poll(() => batches, { timeout: 60_000 }).toBe(2);
    expect(await useUp(await inOrder.of(slices[1]!))).toEqual({ hits: ['4', '5', '6'], rejects: ['7'] });
    await inOrder.close();
  });

  it('the next may be asked for although nobody wanted the rejects', async () => {
    const inOrder = rowsInOrder(job, null, waiting, slices, contextOf(offline));
    const found = [];
    for (const slice of slices) {
      const { hits } = await inOrder.of(slice);
      found.push((await useUp({ hits, rejects: null } as SliceRows)).hits);
    }
    await inOrder.close();
    expect(found).toEqual([
      ['0', '1', '2'],
      ['4', '5', '6'],
      ['8', '9', '10'],
    ]);
  });

  it('a slice may begin anywhere, and the last has none after it', async () => {
    const inOrder = rowsInOrder(job, null, waiting, slices.slice(2), contextOf(offline));
    expect(await useUp(await inOrder.of(slices[2]!))).toEqual({ hits: ['8', '9', '10'], rejects: ['11'] });
    await inOrder.close();
    expect(happened.log).toEqual(['reads 2']);
  });

  it('what cannot be read ahead is told when it is asked for', async () => {
    onRead = (slice) => {
      if (slice === 1) throw new Error('no such table any more');
    };
    const inOrder = rowsInOrder(job, null, waiting, slices, contextOf(offline));
    await useUp(await inOrder.of(slices[0]!));
    await happened.until('reads 1', AbortSignal.timeout(60_000));
    await expect(inOrder.of(slices[1]!)).rejects.toThrow('no such table any more');
    await inOrder.close();
  });

  it('closing ends what is read ahead, and nothing is read afterwards', async () => {
    const inOrder = rowsInOrder(job, null, waiting, slices, contextOf(offline));
    onRead = (slice) => {
      if (slice === 1) void inOrder.close();
    };
    const first = await inOrder.of(slices[0]!);
    await happened.until('reads 1', AbortSignal.timeout(60_000));
    await inOrder.close();
    expect(await useUp(first)).toEqual({ hits: ['0', '1', '2'], rejects: ['3'] });
    expect(happened.log).toEqual(['reads 0', 'reads 1']);
  });

  it('closing ends what waits for rows to be handed over', async () => {
    const inOrder = rowsInOrder(job, null, waiting, slices, contextOf(offline));
    await inOrder.of(slices[0]!);
    await given.until('gives 1', AbortSignal.timeout(60_000));
    await inOrder.close();
    expect(waiting.hits.rows).toBe(3);
    expect(happened.log).toEqual(['reads 0', 'reads 1']);
  });
});
