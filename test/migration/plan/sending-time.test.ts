import { expect, it } from 'vitest';
import { sendingTime } from '../../../src/migration/plan/sending-time.ts';

const pace = { requestsPerSecond: 2, secondsPerLane: 20, rowsPerSecondPerLane: 2_000 };

it.each([
  [1, 0, { ...pace, secondsPerLane: 0 }, 5, 'the pace of 2 a second for requests'],
  [4, 0, { ...pace, secondsPerLane: 0 }, 20, 'the pace of 2 a second for requests, over all 4 visitor groups'],
  [4, 0, pace, 200, '20 s between the uploads of one visitor group'],
  [2, 4_000_000, pace, 1_000, '2000 rows a second in each visitor group'],
])('ten chunks in each of %i lanes, %i rows', (groups, rows, at, seconds, bound) => {
  expect(sendingTime({ rows, groups, chunksPerLane: 10 }, at)).toEqual({ seconds, bound });
});
