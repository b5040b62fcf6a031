import { createHook } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { build } from '../../src/index.ts';
import { csvFolder, type FixtureFolder, offline, sqliteFolder } from './job-fixture.ts';

const counted = vi.hoisted(() => ({ opens: 0, syncs: 0, zones: 0 }));

vi.mock('node:fs/promises', async (importActual) => {
  const actual = await importActual<typeof import('node:fs/promises')>();
  const open: typeof actual.open = async (...words) => {
    counted.opens += 1;
    const handle = await actual.open(...words);
    const sync = handle.sync.bind(handle);
    handle.sync = () => {
      counted.syncs += 1;
      return sync();
    };
    return handle;
  };
  return { ...actual, open };
});

vi.mock('temporal-polyfill', async (importActual) => {
  const actual = await importActual<typeof import('temporal-polyfill')>();
  // Whoever asks for a time zone's offset names one of its classes first.
  const Temporal = new Proxy(actual.Temporal, {
    get: (target, name) => {
      counted.zones += 1;
      return Reflect.get(target, name);
    },
  });
  return { ...actual, Temporal };
});

/** What one build took, counted. */
interface Cost {
  readonly slices: number;
  readonly promises: number;
  readonly opens: number;
  readonly syncs: number;
  readonly zones: number;
  readonly reads: number;
  readonly writes: number;
}

/** Linux's count of this process's calls that read and write. */
function systemCalls(): { reads: number; writes: number } {
  const text = readFileSync('/proc/self/io', 'utf8');
  const of = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1]);
  return { reads: of('syscr'), writes: of('syscw') };
}

async function costOf({ file, remove }: FixtureFolder): Promise<Cost> {
  let promises = 0;
  const hook = createHook({
    init: (_, type) => {
      if (type === 'PROMISE') promises += 1;
    },
  });
  Object.assign(counted, { opens: 0, syncs: 0, zones: 0 });
  const before = systemCalls();
  hook.enable();
  const { stopped, slices } = await build(file, offline);
  hook.disable();
  const after = systemCalls();
  remove();
  expect(stopped).toBeUndefined();
  return {
    slices: slices.sealed,
    promises,
    ...counted,
    reads: after.reads - before.reads,
    writes: after.writes - before.writes,
  };
}

const lanes = 4;
const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';
const first = Date.UTC(2021, 0, 1) / 1000;
const days = 28;
const timeOf = (row: number, rows: number): number => first + Math.floor((row * days * 86_400) / rows);

const csv = (rows: number): FixtureFolder => {
  const lines = Array.from({ length: rows }, (_, row) => `${row},${timeOf(row, rows)},page ${row},v${row % 500}`);
  return csvFolder(`id,hit,page,visitor\n${lines.join('\n')}\n`, { range, groups: lanes });
};
const database = (rows: number, slices: number): FixtureFolder => {
  const clock = (row: number): string =>
    new Date(timeOf(row, rows) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const all = Array.from({ length: rows }, (_, row) => ({ id: row, at: clock(row), hit: null }));
  const zone = 'zone: Europe/Warsaw';
  const views = { name: 'views', window: `type: datetime, ${zone}`, time: `{ from: at, ${zone} }`, rows: all };
  return sqliteFolder([views], { range, groups: lanes, slices: Math.ceil(rows / slices) });
};

const fewRows = 5_000;
const manyRows = 45_000;
const more = manyRows - fewRows;

describe.each([
  ['files', csv],
  ['a database', (rows: number) => database(rows, 1)],
])('more rows of %s', (_, fixture) => {
  let few: Cost;
  let many: Cost;
  beforeAll(async () => {
    // What is loaded and made once is no part of it.
    await costOf(fixture(fewRows));
    few = await costOf(fixture(fewRows));
    many = await costOf(fixture(manyRows));
  });

  it('need no promise each', () => {
    expect((many.promises - few.promises) / more).toBeLessThan(0.05);
  });

  it('need no file, and no sync of one', () => {
    expect(many).toMatchObject({ opens: few.opens, syncs: few.syncs });
  });

  it('need the library of time zones no more often', () => {
    expect(many.zones).toBeLessThanOrEqual(few.zones);
  });

  it.runIf(process.platform === 'linux')('need no call of the system each', () => {
    expect((many.reads - few.reads) / more).toBeLessThan(0.05);
    expect((many.writes - few.writes) / more).toBeLessThan(0.01);
  });
});

it('a zone is asked about days, not about rows', async () => {
  const { zones } = await costOf(database(manyRows, 1));
  expect(zones).toBeGreaterThan(0);
  // Both ends of each day, and of those beside the range.
  expect(zones).toBeLessThan(10 * days);
});

it('each slice syncs its files and folders once', async () => {
  const three = await costOf(database(6_000, 3));
  const nine = await costOf(database(6_000, 9));
  const more = nine.slices - three.slices;
  expect(more).toBeGreaterThanOrEqual(6);
  // A chunk and a sidecar for each lane, in a folder each; the folders above those two kinds, and the work folder.
  const each = 2 * lanes + 2 * lanes + 3;
  expect(nine.syncs - three.syncs).toBe(more * each);
  expect(nine.opens - three.opens).toBe(more * each);
});
