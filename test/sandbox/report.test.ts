import { afterEach, describe, expect, it } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { connect, gzipped, header, row } from './sandbox-client.ts';

const open: Sandbox[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
});

async function post(files: readonly [group: string, key: string, lines: string[]][], options: SandboxOptions = {}) {
  const sandbox = await startSandbox({ rate: 0, ...options });
  open.push(sandbox);
  const client = await connect(sandbox);
  for (const [group, key, lines] of files) await client.upload(group, key, gzipped(...lines));
  return sandbox.report();
}

describe('report', () => {
  it('counts per group and finds nothing wrong with what is right', async () => {
    const report = await post([
      ['a', 'k1', [header, row(1_500_000_000, 'v1'), row(1_500_000_000, 'v1', 'Two'), row(1_400_000_000, 'v2')]],
      ['b', 'k2', [header, row(1_300_000_000, 'v3')]],
      ['a', 'k3', [header, row(1_500_000_000, 'v1', 'Three'), row(1_600_000_000, 'v4'), 'x,v4,s,ua,p']],
    ]);
    expect(report).toMatchObject({ files: 3, rows: 7, invalidRows: 1, duplicateRows: 0, breaches: [] });
    expect(report.groups).toEqual({
      a: { files: 2, rows: 6, invalidRows: 1, visitors: 3, firstTime: 1_400_000_000, lastTime: 1_600_000_000 },
      b: { files: 1, rows: 1, invalidRows: 0, visitors: 1, firstTime: 1_300_000_000, lastTime: 1_300_000_000 },
    });
  });

  const h = header;
  const bad: [string, [string, string, string[]][], [string, number, string][]][] = [
    [
      'a visitor that goes back inside a file',
      [['a', 'k1', [h, row(1_500_000_005, 'v1'), row(1_500_000_009, 'v2'), row(1_500_000_004, 'V1')]]],
      [['order', 1, 'group a: visitor visitorID:v1 goes back from 1500000005 to 1500000004 at row 3 of file 1']],
    ],
    [
      'a visitor that goes back across files',
      [
        ['a', 'k1', [h, row(1_500_000_005, 'v1')]],
        ['a', 'k2', [h, row(1_500_000_009, 'v2')]],
        ['a', 'k3', [h, row(1_500_000_000, 'v3'), row(1_500_000_004, 'v1')]],
      ],
      [
        [
          'order',
          1,
          'group a: visitor visitorID:v1 goes back from 1500000005 in file 1 to 1500000004 at row 2 of file 3',
        ],
      ],
    ],
    [
      'a visitor in two groups, however the id is written',
      [
        ['a', 'k1', [h, row(1_500_000_005, 'Ann')]],
        ['b', 'k2', [h, row(1_500_000_001, 'ANN '), row(1_500_000_002, 'ann')]],
        ['b', 'k3', [h, row(1_500_000_003, 'ann', 'x')]],
      ],
      [['disjointness', 1, 'visitor visitorID:ann stands in group a and, from file 2 on, in b']],
    ],
    [
      'one file under two keys',
      [
        ['a', 'k1', [h, row(1_500_000_005, 'v1')]],
        ['a', 'k2', [h, row(1_500_000_005, 'v1')]],
      ],
      [['duplicate-file', 1, 'files 1 and 2 of group a hold the same bytes']],
    ],
    [
      'two files under one key',
      [
        ['a', 'k1', [h, row(1_500_000_005, 'v1')]],
        ['a', 'k1', [h, row(1_500_000_006, 'v1')]],
      ],
      [['duplicate-key', 1, 'files 1 and 2 of group a have the key k1']],
    ],
  ];
  it.each(bad)('finds %s', async (_, files, expected) => {
    const report = await post(files);
    expect(report.breaches.map(({ kind, count, samples }) => [kind, count, ...samples])).toEqual(expected);
  });

  it('counts rows that are equal to earlier ones', async () => {
    const report = await post([
      ['a', 'k1', [h, row(1_500_000_005, 'v1'), row(1_500_000_005, 'v1'), row(1_500_000_006, 'v1')]],
      ['a', 'k2', [h, '1500000006,"v1",suite,Mozilla/5.0,Home']],
    ]);
    expect([report.duplicateRows, report.breaches]).toEqual([2, []]);
  });

  it('bounds samples, not counts', async () => {
    const rows = Array.from({ length: 250 }, (_, index) => row(1_500_000_000 - index, 'v'));
    const { breaches } = await post([['a', 'k', [h, ...rows]]]);
    expect(breaches.map(({ kind, count, samples }) => [kind, count, samples.length])).toEqual([['order', 249, 100]]);
  });

  it('finds two uploads of one group side by side, and allows two groups', async () => {
    // Both bodies are held until both requests have arrived and asked for them.
    const asleep: (() => void)[] = [];
    const clock = {
      now: () => 0,
      monotonic: () => 0,
      sinceBoot: () => 0,
      sleep: () => new Promise<void>((resolve) => asleep.push(resolve)),
    };
    const sandbox = await startSandbox({ rate: 0, clock, faults: [{ at: '.', fault: 'slow' }] });
    open.push(sandbox);
    const client = await connect(sandbox);
    const pair = async (first: string, second: string, time: number) => {
      const both = [first, second].map((group, index) =>
        client.upload(group, `k${time + index}`, gzipped(h, row(time + index, `v-${group}`))),
      );
      await expect.poll(() => asleep.length).toBe(2);
      for (const wake of asleep.splice(0)) wake();
      await Promise.all(both);
      return sandbox.report().breaches.filter(({ kind }) => kind === 'in-flight');
    };
    expect(await pair('a', 'b', 1_500_000_000)).toEqual([]);
    expect(await pair('a', 'a', 1_500_000_010)).toEqual([
      { kind: 'in-flight', count: 1, samples: ['group a: an upload began while 1 of it had not ended'] },
    ]);
  });
});
