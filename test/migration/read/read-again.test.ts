import { describe, expect, it } from 'vitest';
import { MigrationError } from '../../../src/domain/error.ts';
import type { JobEvent } from '../../../src/domain/event.ts';
import { readAgain } from '../../../src/migration/read/read-again.ts';

const lost = new MigrationError('source.unreachable', 'The connection to the database was lost.');

/** A source that is lost `times` times, and a clock that notes what it was asked to sleep. */
function scene(times: number, error: Error = lost) {
  const stop = new AbortController();
  const slept: number[] = [];
  const told: string[] = [];
  let calls = 0;
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    sinceBoot: () => 0,
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      slept.push(ms);
    },
  };
  const onEvent = (event: JobEvent): void => {
    if (event.type === 'message') told.push(`${event.level}: ${event.text}`);
  };
  const work = async (): Promise<string> => {
    calls += 1;
    if (calls <= times) throw error;
    return 'rows';
  };
  const reading = () => readAgain('Reading slice 7', work, { clock, signal: stop.signal, onEvent });
  return { stop, slept, told, calls: () => calls, reading };
}

describe('reading again', () => {
  it('does nothing where nothing is lost', async () => {
    const { reading, slept, told } = scene(0);
    expect(await reading()).toBe('rows');
    expect([slept, told]).toEqual([[], []]);
  });

  it('waits longer each time, and says so', async () => {
    const { reading, slept, told, calls } = scene(3);
    expect(await reading()).toBe('rows');
    expect(calls()).toBe(4);
    expect(slept).toEqual([1000, 2000, 5000]);
    expect(told).toEqual([
      'warn: The source was lost: The connection to the database was lost. Reading slice 7 again in 1 s.',
      'warn: The source was lost: The connection to the database was lost. Reading slice 7 again in 2 s.',
      'warn: The source was lost: The connection to the database was lost. Reading slice 7 again in 5 s.',
    ]);
  });

  it('gives up in the end with what was lost last', async () => {
    const { reading, slept, calls } = scene(100);
    await expect(reading()).rejects.toBe(lost);
    expect(calls()).toBe(7);
    expect(slept).toEqual([1000, 2000, 5000, 10_000, 30_000, 60_000]);
  });

  it.each([
    new MigrationError('source.query', 'column x does not exist'),
    new MigrationError('source.changed', 'rows are gone'),
    new Error('a bug'),
  ])('throws anything else at once: $message', async (error) => {
    const { reading, slept } = scene(1, error);
    await expect(reading()).rejects.toBe(error);
    expect(slept).toEqual([]);
  });

  it('stops with the reason of the signal', async () => {
    const { reading, stop, calls } = scene(100);
    const running = reading();
    stop.abort(new Error('stopped by a person'));
    await expect(running).rejects.toThrow('stopped by a person');
    expect(calls()).toBe(1);
  });
});
