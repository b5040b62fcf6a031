import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deliver } from '../../src/delivery/deliver.ts';
import { createPace } from '../../src/delivery/pace.ts';
import type { DeliveryLog } from '../../src/delivery/ports.ts';
import { fakeClock } from './fake-clock.ts';
import { chunk, memoryLog } from './memory-log.ts';
import { type Script, scriptedAdobe } from './scripted-adobe.ts';

const groups = ['a', 'b'];
const slices = [0, 1, 2];

/** A process that dies at its n-th touch of the outside, before or after the touch took effect; dead things stay dead. */
function mortal<T extends object>(thing: T, life: { left: number; after: boolean }): T {
  return new Proxy(thing, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]) => {
        if (life.left <= 0) throw new Error('dead');
        life.left -= 1;
        if (life.left === 0 && !life.after) throw new Error('dead');
        const result: unknown = await member.apply(target, given);
        if (life.left <= 0) throw new Error('dead');
        return result;
      };
    },
  });
}

const script = fc.oneof(
  fc.constantFrom<Script>('take', 'take in silence', 'lose'),
  fc.constantFrom<Script>({ kind: 'wait', reason: 'HTTP 503' }, { kind: 'new token', reason: 'HTTP 401' }),
);
const lives = fc.array(fc.record({ left: fc.integer({ min: 1, max: 40 }), after: fc.boolean() }), { maxLength: 6 });

test('killed at any touch, whatever Adobe does: each chunk is there once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(script, { maxLength: 6 }), lives, async (scripts, killed) => {
      const log = memoryLog(groups.flatMap((group) => slices.map((slice) => chunk(group, slice))));
      const adobe = scriptedAdobe(scripts);
      const clock = fakeClock();
      const restart = async (life: { left: number; after: boolean }) => {
        const durable: DeliveryLog = mortal(log, life);
        const pace = createPace({
          limits: { requestsPerSecond: 1, secondsPerLane: 0, rowsPerSecondPerLane: 0 },
          clock,
          lastRequestAt: null,
          note: (at) => durable.noteRequest('client', at),
        });
        return deliver({
          groups,
          log: durable,
          client: mortal(adobe, life),
          pace,
          gate: async () => {},
          settle: { graceMs: 1000, windowMs: 1000, attempts: 2 },
          onInvalidRows: { stop: true },
          plannedHits: 600,
          clock,
          signal: new AbortController().signal,
          onEvent: () => {},
          onLaneStopped: () => {},
          random: () => 0,
        }).catch(() => null);
      };
      for (const life of killed) await restart({ ...life });
      // Six scripted faults may use up one chunk's attempts or tokens; what stops is settled or simply run again.
      for (let again = 0; again < 4; again += 1) {
        const report = await restart({ left: Number.POSITIVE_INFINITY, after: false });
        if (report?.error === null) break;
      }
      for (const group of groups) {
        const stored = adobe.stored.filter((key) => key.startsWith(`key-${group}-`));
        expect(stored).toEqual(slices.slice(0, stored.length).map((slice) => `key-${group}-${slice}`));
        const states = log.states();
        const done = slices.filter((slice) => states[`${group}/00000${slice}-0000`] === 'uploaded');
        expect(done.length).toBe(stored.length);
      }
    }),
    { numRuns: 150, endOnFailure: true },
  );
}, 60_000);
