import { expect, test } from 'vitest';
import { createTokenSource } from '../../../src/delivery/auth.ts';
import { createClient } from '../../../src/delivery/client.ts';
import type { Exchange } from '../../../src/delivery/exchange.ts';
import { createPace } from '../../../src/delivery/pace.ts';
import { fakeClock } from '../fake-clock.ts';
import { chunk, memoryLog } from '../memory-log.ts';
import { runLanes } from '../run-lanes.ts';
import { answer, fault } from './promise-fixture.ts';

const lifeMs = 3_600_000;
const auth = {
  kind: 'oauth',
  tokenUrl: 'https://ims.test/token',
  clientId: 'c',
  clientSecrets: ['s'],
  scopes: [],
} as const;

test.each([
  ['shorter than what is left of the token', 3_500_000],
  ['that outlives the token', 5_400_000],
])('an outage of IMS when the token is renewed costs time only: one %s', async (_, upAgainMs) => {
  const clock = fakeClock();
  /** When each token was given. */
  const given: number[] = [];
  const request = async (): Promise<Exchange> => {
    const nowMs = clock.monotonic();
    // The token of an hour is to be renewed five minutes before its end.
    if (nowMs >= 3_200_000 && nowMs < upAgainMs) return fault('ECONNREFUSED', 'none');
    given.push(nowMs);
    return answer(200, { access_token: `t${given.length - 1}`, expires_in: lifeMs / 1000 });
  };
  const refusals: string[] = [];
  const send = async ({ method, headers }: { method: string; headers: Readonly<Record<string, string>> }) => {
    const token = headers['authorization'] ?? '';
    const isGood = clock.monotonic() < given[Number(token.slice('Bearer t'.length))]! + lifeMs;
    if (!isGood) refusals.push(token);
    if (!isGood) return answer(401, { error: 'Token validation failed' }, 'none');
    if (method === 'GET') return answer(404, { error: 'File not found' });
    return answer(200, { status_code: 'UPLOADED', rows: 100 });
  };
  const client = createClient({
    baseUrl: 'https://adobe.test',
    folder: '/folder',
    clock,
    pace: createPace({
      limits: { requestsPerSecond: 1, secondsPerLane: 20, rowsPerSecondPerLane: 2000 },
      clock,
      wasUsed: false,
      note: async () => {},
    }),
    tokens: createTokenSource(auth, { request, clock, random: () => 0.5 }),
    transport: { send },
  });
  const log = memoryLog(Array.from({ length: 200 }, (__, slice) => chunk('a', slice)));
  const { report } = await runLanes(log, client, { clock });
  expect(report).toEqual({ lanes: [{ group: 'a', ended: 'done' }], error: null });
  expect([given.length, refusals]).toEqual([2, []]);
  expect(new Set(Object.values(log.states()))).toEqual(new Set(['uploaded']));
});
