import { afterEach, describe, expect, it } from 'vitest';
import type { Batch, Cell } from '../../src/domain/row.ts';
import type { Source, SourceReader, StreamQuery, WindowRange } from '../../src/source/source.ts';

/** What a source under test is given, and what an independent look at the same data expects of it. */
export interface SourceFixture {
  readonly source: Source;
  /** Several thousand rows, so that there is more than one batch. */
  readonly stream: StreamQuery;
  readonly columns: readonly string[];
  /** Every row of `stream` that lies in a range, in any order. */
  readonly rows: readonly (readonly Cell[])[];
  /** For sources that are asked for ranges. Cut points ascend. */
  readonly windowed?: {
    readonly cuts: readonly number[];
    readonly grain: number;
    /** Rows by span of the grid, ascending; the `null` span first. */
    readonly counts: readonly { readonly start: number | null; readonly rows: number }[];
  };
  /** Adds one row to the data; only where reads are isolated from writers. */
  readonly write?: () => void | Promise<void>;
  /** Files or statements that are open, where that can be seen. */
  readonly openHandles?: () => number;
  /** Removes what `make` left behind; called after the source is closed. */
  remove(): void | Promise<void>;
}

const whole: WindowRange = { from: null, to: null };

/** What every source must do (`source.ts`), whichever engine stands behind it; `can` says what its fixtures show. */
export function sourceContract(
  name: string,
  can: { readonly ranges: boolean; readonly isolation: boolean },
  make: () => Promise<SourceFixture>,
): void {
  describe(`${name} as a source`, () => {
    const made: SourceFixture[] = [];
    const open = async () => {
      const fixture = await make();
      made.push(fixture);
      return fixture;
    };
    afterEach(async () => {
      for (const fixture of made.splice(0)) {
        await fixture.source.close();
        await fixture.remove();
      }
    });

    it('tells the columns without reading', async () => {
      const { source, stream, columns } = await open();
      expect(await source.columns(stream)).toEqual(columns);
      expect(source.files()).toEqual([]);
    });

    it('takes a query that ends with a semicolon and a comment', async () => {
      const { source, stream, columns, rows, windowed } = await open();
      if (stream.query === undefined) return;
      const ended = { ...stream, query: `${stream.query};\n-- the end; really` };
      expect(await source.columns(ended)).toEqual(columns);
      if (windowed !== undefined) expect(await source.count(ended, windowed.grain, whole)).toEqual(windowed.counts);
      if (source.access !== undefined)
        expect(await source.access(ended, whole)).toEqual(await source.access(stream, whole));
      expect((await source.snapshot((reader) => readAll(reader, ended, whole))).length).toBe(rows.length);
    });

    it('gives every row, value by value', async () => {
      const { source, stream, rows } = await open();
      const read = await source.snapshot((reader) => readAll(reader, stream, whole));
      expect(sorted(read)).toEqual(sorted(rows));
    });

    it('gives more than one batch, and none that is empty or large', async () => {
      const { source, stream } = await open();
      const batches = await source.snapshot((reader) => collect(reader.read(stream, whole), (batch) => batch));
      // Only what tells the end of files may hold nothing else.
      const sizes = batches
        .filter(({ ended }) => ended === undefined)
        .map(({ rows, faults }) => rows.length + (faults?.length ?? 0));
      expect(sizes.length).toBeGreaterThan(1);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(5000);
    });

    it('does not hand out the same array twice', async () => {
      const { source, stream } = await open();
      await source.snapshot(async (reader) => {
        const seen = new Set<unknown>();
        let count = 0;
        for await (const { rows } of reader.read(stream, whole)) {
          for (const row of rows) {
            seen.add(row);
            count++;
          }
        }
        expect(seen.size).toBe(count);
      });
    });

    it('reads the same rows again, and two streams one after another', async () => {
      const { source, stream } = await open();
      await source.snapshot(async (reader) => {
        const first = await readAll(reader, stream, whole);
        const second = await readAll(reader, stream, whole);
        expect(second).toEqual(first);
      });
    });

    it('frees what it holds when the reader stops early', async () => {
      const { source, stream, openHandles } = await open();
      await source.snapshot(async (reader) => {
        const before = openHandles?.();
        for await (const _ of reader.read(stream, whole)) break;
        expect(openHandles?.()).toBe(before);
        expect((await readAll(reader, stream, whole)).length).toBeGreaterThan(0);
      });
    });

    it('stops with the reason of the signal', async () => {
      const { source, stream } = await open();
      await source.snapshot(async (reader) => {
        const stopped = new AbortController();
        stopped.abort(new Error('enough'));
        await expect(collect(reader.read(stream, whole, stopped.signal), () => 0)).rejects.toThrow('enough');

        const stopping = new AbortController();
        let batches = 0;
        const reading = collect(reader.read(stream, whole, stopping.signal), () => {
          if (++batches === 1) stopping.abort(new Error('enough'));
        });
        await expect(reading).rejects.toThrow('enough');
        expect(batches).toBe(1);
      });
    });

    it('gives the result of a snapshot and passes its failure on', async () => {
      const { source } = await open();
      expect(await source.snapshot(async () => 7)).toBe(7);
      await expect(
        source.snapshot(async () => {
          throw new Error('mine');
        }),
      ).rejects.toThrow('mine');
    });

    it('closes twice, and gives nothing afterwards', async () => {
      const { source, stream } = await open();
      await source.close();
      await source.close();
      const closed = /source is closed|connection is not open/;
      await expect(source.columns(stream)).rejects.toThrow(closed);
      await expect(source.snapshot((reader) => readAll(reader, stream, whole))).rejects.toThrow(closed);
    });

    it('names itself without a path of this machine', async () => {
      const { source } = await open();
      expect(source.identity['engine']).toMatch(/^[a-z]+$/);
      expect(JSON.stringify(source.identity)).not.toMatch(/[/\\]{1,2}tmp/);
    });

    if (can.ranges) {
      it('fails, rather than end early, where a reader outlives its snapshot', async () => {
        const { source, stream } = await open();
        const left = await source.snapshot(async (reader) => {
          const batches = reader.read(stream, whole)[Symbol.asyncIterator]();
          await batches.next();
          return batches;
        });
        await expect(left.next()).rejects.toThrow('The snapshot is over');
      });

      it('gives adjacent ranges that together are the whole', async () => {
        const { source, stream, windowed } = await open();
        const { cuts } = windowed!;
        const edges: (number | null)[] = [null, ...cuts, null];
        await source.snapshot(async (reader) => {
          const parts = [];
          for (let at = 1; at < edges.length; at++) {
            parts.push(...(await readAll(reader, stream, { from: edges[at - 1]!, to: edges[at]! })));
          }
          expect(sorted(parts)).toEqual(sorted(await readAll(reader, stream, whole)));
          expect(parts.length).toBeGreaterThan(0);
        });
      });

      it('counts by span of the grid what it reads', async () => {
        const { source, stream, windowed } = await open();
        const { grain, counts, cuts } = windowed!;
        expect(await source.count(stream, grain, whole)).toEqual(counts);
        for (const range of [
          { from: null, to: cuts[0]! },
          { from: cuts[0]!, to: cuts[1]! },
        ]) {
          const counted = (await source.count(stream, grain, range)).reduce((sum, { rows }) => sum + rows, 0);
          expect(counted).toBe((await source.snapshot((reader) => readAll(reader, stream, range))).length);
        }
      });
    }

    if (can.isolation) {
      it('does not see a writer inside a snapshot, and does after it', async () => {
        const { source, stream, write } = await open();
        const before = await source.snapshot(async (reader) => {
          await write!();
          return (await readAll(reader, stream, whole)).length;
        });
        const after = await source.snapshot(async (reader) => {
          const count = (await readAll(reader, stream, whole)).length;
          await write!();
          expect((await readAll(reader, stream, whole)).length).toBe(count);
          return count;
        });
        expect(after).toBe(before + 1);
      });
    }
  });
}

async function collect<T>(batches: AsyncIterable<Batch>, take: (batch: Batch) => T): Promise<T[]> {
  const found: T[] = [];
  for await (const batch of batches) found.push(take(batch));
  return found;
}

async function readAll(reader: SourceReader, stream: StreamQuery, range: WindowRange) {
  return (await collect(reader.read(stream, range), ({ rows }) => rows)).flat();
}

/** As texts that can be compared, bytes in hex, in one order. */
function sorted(rows: readonly (readonly Cell[])[]): string[] {
  return rows
    .map((row) =>
      JSON.stringify(row.map((cell) => (cell instanceof Uint8Array ? `0x${Buffer.from(cell).toString('hex')}` : cell))),
    )
    .sort();
}
