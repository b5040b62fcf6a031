import { describe, expect, it } from 'vitest';
import type { Row } from '../../src/domain/row.ts';
import { stretchEnds, takeSample } from '../../src/inspection/take-sample.ts';
import type { Job, JobStream } from '../../src/migration/job/job.ts';

const day = 86_400;
const begin = 1_420_070_400;
const end = begin + 5 * 512 * day;

/** A database whose rows stand at these seconds; notes what it is asked for. */
function database(times: readonly number[], zone = 'UTC') {
  const asked: { from: number; to: number }[] = [];
  const source = {
    snapshot: (work: (reader: unknown) => Promise<Row[]>) =>
      work({
        async *read(_: unknown, range: { from: number; to: number }) {
          asked.push(range);
          const found = times.filter((time) => time >= range.from && time < range.to);
          yield { rows: found.map((time): Row => [String(time)]) };
        },
      }),
  };
  const job = { source, migration: { range: { from: begin, to: end, zone: 'UTC' } } } as unknown as Job;
  const stream = { window: { zone }, query: {} } as unknown as JobStream;
  return { asked, sample: (most: number) => takeSample(job, stream, most, { signal: new AbortController().signal }) };
}

describe('a sample of a database', () => {
  it('is taken of short stretches where these hold enough, at five places', async () => {
    const times = Array.from({ length: 5 * 512 * 24 }, (_, hour) => begin + hour * 3_600);
    const { asked, sample } = database(times);
    const rows = await sample(100);
    expect(rows).toHaveLength(100);
    // A day is a part of 512 of each place, and holds 24 rows.
    expect(asked).toEqual(
      [0, 1, 2, 3, 4].map((place) => {
        const from = begin + place * 512 * day;
        return { from, to: from + day };
      }),
    );
  });

  it('finds the only rows, wherever they stand, each once', async () => {
    const times = [begin + 3 * day, begin + 600 * day, begin + 1_023 * day, end - 1];
    const { sample } = database(times);
    expect(await sample(100)).toEqual(times.map((time) => [String(time)]));
  });

  it('reads no row twice over the hour that a clock shows twice', async () => {
    const { asked, sample } = database([], 'Europe/Berlin');
    await sample(100);
    for (const [index, { from, to }] of asked.entries()) {
      expect(to).toBeGreaterThan(from);
      expect(from).toBe(asked[index - 1]?.to ?? begin + 3_600);
    }
    expect(asked.at(-1)?.to).toBe(end + 3_600);
  });
});

it.each([
  [0, 100, [100]],
  [0, 3_600, [3_600]],
  [0, 36_000, [3_600, 28_800, 36_000]],
  [1_000, 1_000 + 512 * day, [day, 8 * day, 64 * day, 512 * day].map((reach) => 1_000 + reach)],
])('stretches from %i to %i end at %o', (from, to, ends) => {
  expect(stretchEnds(from, to)).toEqual(ends);
});
