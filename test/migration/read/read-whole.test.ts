import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHitBuffer } from '../../../src/chunking/hit-buffer.ts';
import { blockOfPack } from '../../../src/chunking/hit-pack.ts';
import type { Stretch } from '../../../src/domain/row.ts';
import { createStretchMapper } from '../../../src/migration/build/map-stretch.ts';
import { contextOf } from '../../../src/migration/context.ts';
import type { Job } from '../../../src/migration/job/job.ts';
import { openJob } from '../../../src/migration/job/open-job.ts';
import {
  type MappedStretch,
  readWhole,
  type StretchMapper,
  type WholeSink,
} from '../../../src/migration/read/read-whole.ts';
import { createRowCounter } from '../../../src/migration/read/row-counts.ts';
import { offline } from '../job-fixture.ts';

const context = contextOf(offline);
const begin = Date.UTC(2021, 0, 1) / 1000;

const mapping = `mapping: stretches
engine: files
files:
  log: { format: csv, header: true }
streams:
  views:
    rows: log
    key: ["#file", "#line"]
    time: { from: at, unit: s }
    skip: { robots: { page: robot } }
    hit: { visitorID: visitor, userAgent: { const: Mozilla/5.0 }, pageName: page }
`;

const migration = `migration: stretches
mapping: ./mapping.yaml
source: { engine: files, paths: { log: "./*.csv*" } }
target: { reportSuiteID: suite, baseUrl: "http://127.0.0.1:9", auth: { kind: token, clientId: none, token: none } }
range: { from: 2021-01-01, to: 2021-02-01, zone: UTC }
visitorGroups: { count: 3, prefix: acme }
`;

/** Rows of all fates, and lines that are none; some quoted, with line breaks in them. */
function textOf(file: number, rows: number): string {
  let text = 'at,visitor,page,note\r\n';
  for (let row = 0; row < rows; row++) {
    const at = begin + row * 30 + file;
    if (row % 1_001 === 7) text += `${at},v${row % 50}\n`;
    else if (row % 19_973 === 5) text += `${at},"v"${row},stray,x\n`;
    else if (row % 499 === 3) text += `no time,v1,page,x\n`;
    else if (row % 701 === 9) text += `${at - 90 * 86_400},v2,too early,x\n`;
    else if (row % 307 === 1) text += `${at},v3,robot,x\n`;
    else if (row % 251 === 2) text += `${at},v${row % 50},${'ü'.repeat(60)},x\n`;
    else text += `${at},v${row % 50},"Page, ${row}\n""of"" ${file}",${'some words to fill the line '.repeat(2)}\n`;
  }
  return text;
}

let folder = '';
let job: Job;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stretches-'));
  writeFileSync(join(folder, 'mapping.yaml'), mapping);
  writeFileSync(join(folder, 'm.yaml'), migration);
  writeFileSync(join(folder, 'a.csv'), textOf(0, 40_000));
  writeFileSync(join(folder, 'b.csv'), textOf(1, 3));
  writeFileSync(join(folder, 'c.csv.gz'), gzipSync(textOf(2, 12_000)));
  job = await openJob(join(folder, 'm.yaml'), context);
});
afterAll(async () => {
  await job.close();
  rmSync(folder, { recursive: true });
});

interface Found {
  readonly hits: readonly string[];
  readonly counts: unknown;
  readonly tallies: unknown;
  /** Rejects and ends of files, in their order. */
  readonly told: readonly string[];
  readonly spills: number;
  readonly mostRows: number;
}

/** Reads the job with so much memory for its hits, which are moved away where they do not fit. */
async function readWith(mapper: StretchMapper | null, memoryBytes = Number.POSITIVE_INFINITY): Promise<Found> {
  const buffer = createHitBuffer({ memoryBytes });
  const counter = createRowCounter(['views']);
  const hits: string[] = [];
  const told: string[] = [];
  let spills = 0;
  let mostRows = 0;
  const moveAway = (): void => {
    for (let position = 0; position < buffer.rows; position++) {
      const place = `${buffer.seconds(position)} ${buffer.group(position)} ${buffer.key(position).join()}`;
      buffer.useLine(position, (source, start, end) => hits.push(`${place} ${source.toString('utf8', start, end)}`));
    }
    buffer.clear();
  };
  const sink: WholeSink = {
    hits: {
      add: buffer.add,
      spill: async () => {
        spills++;
        moveAway();
      },
    },
    counter,
    groupOf: job.groupOf,
    reject: ({ key, reason, value }) => told.push(`${key.join()} ${reason} ${value}`),
    afterBatch: async (rows) => {
      mostRows = Math.max(mostRows, rows);
    },
    stretches: mapper === null ? null : { ...mapper, adopt: buffer.adopt },
    readBefore: () => new Set(),
    afterFiles: async (stream, files) => {
      told.push(
        ...files.map(({ path, sha256 }) => `${stream} ${path} ${sha256} ${counter.rows} ${hits.length + buffer.rows}`),
      );
    },
  };
  await readWhole(job, sink, new AbortController().signal);
  moveAway();
  return { hits, counts: counter.counts(), tallies: counter.tallies(), told, spills, mostRows };
}

/** Maps in this thread, and hands over the last that was asked for first. */
function lastFirst(atOnce: number, asked: Stretch[] = []): StretchMapper {
  const mapHere = createStretchMapper(job, null);
  let held: (() => void)[] = [];
  const release = (): void => {
    for (const resolve of held.reverse()) resolve();
    held = [];
  };
  return {
    atOnce,
    async map(stream, stretch) {
      asked.push(stretch);
      // As in threads: the hits take the place of the bytes that they are cut from.
      const memory = new ArrayBuffer(3 * stretch.bytes.length);
      const bytes = new Uint8Array(memory, 0, stretch.bytes.length);
      bytes.set(stretch.bytes);
      const mapped = await mapHere(stream, { ...stretch, bytes }, memory);
      expect(mapped.hits.memory).toBe(memory);
      await new Promise<void>((resolve) => {
        held.push(resolve);
        if (held.length > atOnce) release();
        else setTimeout(release, 20);
      });
      return structuredClone(mapped);
    },
  };
}

describe('stretches that somebody else maps', () => {
  it('give the same hits, counts and rejects, in the order of the files', async () => {
    const alone = await readWith(null);
    expect(alone.hits.length).toBeGreaterThan(50_000);
    expect(alone.told.length).toBeGreaterThan(150);
    expect(new Set(alone.told.map((line) => line.replaceAll(/\d+/g, ''))).size).toBeGreaterThan(6);
    for (const atOnce of [1, 4]) {
      const asked: Stretch[] = [];
      const found = await readWith(lastFirst(atOnce, asked));
      expect(asked.length).toBeGreaterThan(4);
      expect({ ...found, mostRows: 0 }).toEqual({ ...alone, mostRows: 0 });
      expect(found.mostRows).toBe(alone.mostRows);
    }
  });

  it('are moved away like other hits where the memory is full', async () => {
    const alone = await readWith(null);
    const found = await readWith(lastFirst(3), 1_000_000);
    expect(found.spills).toBeGreaterThan(2);
    expect(found.hits).toEqual(alone.hits);
  });

  it('are never more than may be under way, and one', async () => {
    const asked: Stretch[] = [];
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { map } = lastFirst(2);
    const waiting: StretchMapper = {
      atOnce: 2,
      async map(stream, stretch) {
        asked.push(stretch);
        await opened;
        return map(stream, stretch);
      },
    };
    const reading = readWith(waiting);
    await expect.poll(() => asked.length).toBe(3);
    await readFile(join(folder, 'a.csv'));
    expect(asked.length).toBe(3);
    open();
    await reading;
    expect(asked.length).toBeGreaterThan(6);
  });

  it('stop the reading where one cannot be mapped', async () => {
    let calls = 0;
    const failing: StretchMapper = {
      atOnce: 2,
      map: async () => Promise.reject(new Error(`broken ${++calls}`)),
    };
    await expect(readWith(failing)).rejects.toThrow('broken 1');
  });

  it('are mapped one after another, however they come', async () => {
    const stretchOf = (hour: number): Stretch => {
      const rows = Array.from({ length: 50 }, (_, row) => `${begin + hour * 3600 + row},v,page ${row},\n`);
      return { file: 'a.csv', line: 2 + hour * 50, bytes: Buffer.from(rows.join('')) };
    };
    const map = createStretchMapper(job, null);
    const broken = expect(map(7, stretchOf(0), null)).rejects.toThrow();
    const mapped = await Promise.all([0, 1, 2].map((hour) => map(0, stretchOf(hour), null)));
    await broken;
    const first = ({ hits }: MappedStretch) => blockOfPack(hits).seconds[0];
    expect(mapped.map((each) => [each.rows, each.hits.rows, first(each)])).toEqual([
      [50, 50, begin],
      [50, 50, begin + 3600],
      [50, 50, begin + 7200],
    ]);
  });

  it('give only hits that lie in a slice that is asked for', async () => {
    const rows = [0, 10, 19, 20, 3_000].map((after) => `${begin + after},v,after ${after},\n`).join('');
    const stretch = { file: 'a.csv', line: 2, bytes: Buffer.from(`${rows}no time,v,page,\n`) };
    const slices = [
      { from: begin + 10, to: begin + 20 },
      { from: begin + 2_000, to: begin + 4_000 },
    ];
    const { hits, counted, rejects, rows: read } = await createStretchMapper(job, slices)(0, stretch, null);
    expect([...blockOfPack(hits).seconds]).toEqual([begin + 10, begin + 19, begin + 3_000]);
    expect(rejects.map(({ key, reason }) => [key, reason])).toEqual([[['a.csv', '7'], 'time']]);
    expect(counted.counts).toEqual([{ stream: 'views', read: 1, hits: 0, rejected: 1, filtered: 0 }]);
    expect(read).toBe(6);
  });
});
