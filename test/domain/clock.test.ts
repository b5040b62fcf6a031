import { uptime } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';

it('counts from the start of the machine, in ms', () => {
  const before = uptime();
  const seconds = systemClock.sinceBoot() / 1000;
  expect(seconds).toBeGreaterThanOrEqual(before);
  expect(seconds).toBeLessThanOrEqual(uptime());
});

it('waits for longer than one timer can, until it is stopped', async () => {
  const stopping = new AbortController();
  let ended = 'no';
  const sleeping = systemClock.sleep(2 ** 31 + 1000, stopping.signal).then(
    () => {
      ended = 'by itself';
    },
    (reason: unknown) => {
      ended = String(reason);
    },
  );
  await delay(50);
  expect(ended).toBe('no');
  stopping.abort('stop');
  await sleeping;
  expect(ended).toBe('stop');
});
