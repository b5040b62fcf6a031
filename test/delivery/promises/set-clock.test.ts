import { describe, expect, test } from 'vitest';
import { createTokenSource } from '../../../src/delivery/auth.ts';
import { createClient } from '../../../src/delivery/client.ts';
import type { Exchange } from '../../../src/delivery/exchange.ts';
import { createPace } from '../../../src/delivery/pace.ts';
import { decideUnknown } from '../../../src/delivery/settle-unknown.ts';
import { fakeClock } from '../fake-clock.ts';
import { chunk, memoryLog } from '../memory-log.ts';
import { runLanes } from '../run-lanes.ts';
import { type ScriptedAdobe, scriptedAdobe } from '../scripted-adobe.ts';
import { answer, day } from './promise-fixture.ts';

describe('no wait trusts a clock that a person sets back or forward meanwhile', () => {
  const jumps = [-40 * day, -3_600_000, 3_600_000, 40 * day];

  test.each(jumps)('the pace of a lane (%d ms)', async (jump) => {
    const clock = fakeClock();
    const log = memoryLog([chunk('a', 0), chunk('a', 1), chunk('a', 2)]);
    const gate = async () => clock.setBack(-jump);
    const { report } = await runLanes(log, scriptedAdobe(), { clock, gate });
    expect([report.error, clock.monotonic()]).toEqual([null, 40_000]);
  });

  test.each(jumps)('one call a second (%d ms)', async (jump) => {
    const clock = fakeClock();
    const limits = { requestsPerSecond: 1, secondsPerLane: 0, rowsPerSecondPerLane: 0 };
    const pace = createPace({ limits, clock, wasUsed: false, note: async () => clock.setBack(-jump) });
    const times: number[] = [];
    const call = async () => void times.push(clock.monotonic());
    for (let n = 0; n < 3; n += 1) await pace.request(call);
    expect(times).toEqual([0, 1020, 2040]);
  });

  test.each(jumps)('grace and window of an unknown chunk, and its age (%d ms)', async (jump) => {
    const clock = fakeClock();
    const log = memoryLog([chunk('a', 0), chunk('a', 1)]);
    const adobe = scriptedAdobe(['take', 'lose']);
    const lookup: ScriptedAdobe['lookup'] = (key) => {
      clock.setBack(-jump);
      return adobe.lookup(key);
    };
    const { report } = await runLanes(log, { ...adobe, lookup }, { clock });
    expect(report.error).toBeNull();
    expect(adobe.stored).toEqual(['key-a-0', 'key-a-1']);
    expect(clock.monotonic()).toBe(20_000 + 180_000 + 120_000);
  });

  test.each(jumps)('the life of a token (%d ms)', async (jump) => {
    const clock = fakeClock();
    let issued = 0;
    const request = async (): Promise<Exchange> => {
      issued += 1;
      return answer(200, { access_token: `t${issued}`, token_type: 'bearer', expires_in: 3600 });
    };
    const auth = {
      kind: 'oauth',
      tokenUrl: 'https://ims.test',
      clientId: 'c',
      clientSecrets: ['s'],
      scopes: [],
    } as const;
    const tokens = createTokenSource(auth, { request, clock });
    await tokens.token();
    clock.setBack(-jump);
    await clock.sleep(3_299_000);
    expect(await tokens.token()).toBe('t1');
    await clock.sleep(1000);
    expect(await tokens.token()).toBe('t2');
  });

  test.each(jumps)('a Retry-After that names a date (%d ms)', async (jump) => {
    const clock = fakeClock();
    const begun = clock.now();
    const replies: Partial<Exchange>[] = [
      {
        status: 429,
        headers: {
          date: new Date(begun + 1000).toUTCString(),
          'retry-after': new Date(begun + 46_000).toUTCString(),
        },
      },
    ];
    const limits = { requestsPerSecond: 1, secondsPerLane: 0, rowsPerSecondPerLane: 0 };
    const client = createClient({
      baseUrl: 'https://adobe.test',
      folder: '/folder',
      tokens: { clientId: 'c', token: async () => 't', refresh: async () => 't' },
      clock,
      pace: createPace({ limits, clock, wasUsed: false, note: async () => {} }),
      transport: {
        send: async () => {
          clock.setBack(-jump);
          return { ...answer(404, { error: 'File not found' }, 'none'), ...replies.shift() };
        },
      },
    });
    expect((await client.lookup('k')).kind).toBe('inconclusive');
    await client.lookup('k');
    expect(clock.monotonic()).toBe(45_000);
  });

  test('an attempt of an earlier process that lies a day ahead is left to a person', () => {
    const evidence = { answers: [{ kind: 'not found' }], planned: 1, control: 'found', sentAttempts: 1 } as const;
    const of = (ageMs: number) => decideUnknown({ ...evidence, chunk: { rows: 1, gzBytes: 1 }, ageMs }).kind;
    expect([-day - 1, -day, 0, day, day + 1].map(of)).toEqual(['stop', 'not there', 'not there', 'not there', 'stop']);
  });
});
