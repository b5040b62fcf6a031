import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { createSpool, type Spool } from '../../../src/chunking/spool.ts';
import type { Reject } from '../../../src/domain/slice.ts';
import { createRejectList, type RejectList } from '../../../src/migration/build/reject-list.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

let folder: string;
let spool: Spool;

beforeEach((context) => {
  folder = scratchFolder(context);
  spool = createSpool({ folder: join(folder, 'spool'), maxBytes: 100_000 });
});

function reject(key: string): Reject {
  return {
    stream: 'views',
    key: [key],
    reason: 'time',
    column: 'timestamp',
    value: null,
    row: { 'two\nlines': 'tea, "hot"\r\n', half: '\ud83d', whole: '😀', ['__proto__']: null },
  };
}

async function all(list: RejectList): Promise<Reject[]> {
  const found: Reject[] = [];
  for await (const batch of list.batches()) found.push(...batch);
  return found;
}

it('gives back what was put in, in order, from disk and memory', async () => {
  const list = createRejectList({ memoryBytes: 500, spool });
  const rejects = Array.from({ length: 50 }, (_, index) => reject(String(index)));
  for (const each of rejects) {
    list.add(each);
    await list.settle();
  }
  expect(spool.room).toBeLessThan(96_000);
  expect(await all(list)).toEqual(rejects);
  expect(await all(list)).toEqual(rejects);
  await list.clear();
  expect([spool.room, await all(list)]).toEqual([100_000, []]);
  list.add(rejects[7]!);
  expect(await all(list)).toEqual([rejects[7]]);
});

it('touches no disk while they are few', async () => {
  const list = createRejectList({ memoryBytes: 500, spool });
  list.add(reject('1'));
  await list.settle();
  expect(spool.room).toBe(100_000);
  expect(await all(list)).toEqual([reject('1')]);
});

it('stops over the bound of the spool', async () => {
  const list = createRejectList({
    memoryBytes: 10,
    spool: createSpool({ folder: join(folder, 'spool'), maxBytes: 50 }),
  });
  list.add(reject('1'));
  await expect(list.settle()).rejects.toMatchObject({ code: 'disk.failed' });
});

it('gives whole ones without those that follow, and takes them over again', async () => {
  for (const memoryBytes of [300, 100_000]) {
    const list = createRejectList({ memoryBytes, spool });
    expect(await list.whole()).toBeNull();
    for (const [index, ends] of [1, 2, 3, 4].map((end) => [end, end === 3] as const)) {
      list.add(reject(String(index)));
      await list.settle();
      if (ends) list.endUnit();
    }
    const whole = await list.whole();
    expect(whole?.rows).toBe(3);
    const again = createRejectList({ memoryBytes, spool });
    const file = await createSpool({ folder: join(folder, 'spool'), maxBytes: 100_000 }).reopen(whole!);
    again.restore(file!, whole!);
    again.add(reject('5'));
    expect(await all(again)).toEqual(['1', '2', '3', '5'].map(reject));
    await again.clear();
    await list.clear();
  }
});
