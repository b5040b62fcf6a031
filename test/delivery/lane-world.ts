import { expect } from 'vitest';
import { type DeliveryReport, deliver } from '../../src/delivery/deliver.ts';
import { createPace } from '../../src/delivery/pace.ts';
import { decideChunks } from '../../src/delivery/settle.ts';
import { type Chunk, chunkName } from '../../src/domain/chunk.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { type LateAdobe, lateAdobe } from './late-adobe.ts';
import { chunk, type MemoryLog, memoryLog } from './memory-log.ts';

export const groups = ['a', 'b'] as const;
const slices = [0, 1, 2];
/** The longest that Adobe may be late, which the grace has to outlast. */
export const graceMs = 10_000;
const settle = { graceMs, windowMs: 4000, attempts: 3 };
const uploadMs = 700;

/** When a process dies: at its n-th touch of the outside, before or after the touch took effect. */
export interface Death {
  readonly left: number;
  readonly after: boolean;
}

/** Two lanes, a durable log, an Adobe that outlives every process, and a judge of what it gets to see. */
export interface LaneWorld {
  readonly log: MemoryLog;
  readonly adobe: LateAdobe;
  readonly clock: FakeClock;
  /** One process, to its end or death; `null` where it died. `allowLoss`: lost rows stop nothing. */
  live(death: Death | null, allowLoss: boolean): Promise<DeliveryReport | null>;
  /** A person looks at Adobe and decides every chunk that is unknown or rejected. */
  decide(): Promise<void>;
  /** What must be true between any two steps. */
  judge(): void;
}

/** A world at its beginning. */
export function laneWorld(): LaneWorld {
  const chunks: Chunk[] = groups.flatMap((group) => slices.map((slice) => chunk(group, slice)));
  const log = memoryLog(chunks);
  const clock = fakeClock();
  const adobe = lateAdobe(clock, uploadMs);
  /** Sendings of a key up to which a person has said that it is not there. */
  const cleared = new Map<string, number>();
  const laneOf = (key: string) => key.split('-')[1]!;
  const sendingsOf = (key: string) => adobe.sendings.filter((sending) => sending.key === key);

  // A body leaves: nothing else of its lane may be on its way, and an earlier body of its own must be proven absent.
  adobe.beforeBody = (key) => {
    const underWay = adobe.sendings.filter((one) => one.endedMs === null && laneOf(one.key) === laneOf(key));
    expect(underWay, 'two in flight in a lane').toEqual([]);
    const earlier = sendingsOf(key);
    if (earlier.length === (cleared.get(key) ?? 0)) return;
    expect(earlier.length - (cleared.get(key) ?? 0), 'sent more than five times').toBeLessThan(5);
    const quietMs = earlier.at(-1)!.endedMs!;
    const looks = adobe.lookedUp.filter((look) => look.atMs >= quietMs + graceMs);
    const proof = looks.filter((look) => look.key === key && look.kind !== 'inconclusive');
    expect(
      proof.map(({ kind }) => kind),
      'absence is proven by every look-up',
    ).toEqual(proof.map(() => 'not found'));
    expect(proof.length, 'look-ups through the window').toBeGreaterThanOrEqual(settle.attempts);
    expect(proof.at(-1)!.atMs - quietMs, 'the length of the window').toBeGreaterThanOrEqual(graceMs + settle.windowMs);
    const clearMs = proof.at(-1)!.atMs - proof[0]!.atMs;
    expect(clearMs, 'how long Adobe said so').toBeGreaterThanOrEqual(settle.windowMs);
    const states = log.states();
    const confirmed = chunks.some((one) => {
      const name = `${one.group}/${chunkName(one)}`;
      const isThere = states[name] === 'uploaded' || states[name] === 'partial';
      const answeredMs = sendingsOf(one.key).at(-1)?.endedMs ?? Number.POSITIVE_INFINITY;
      // What another lane learned while the look-ups ran comes too late to be asked for.
      return isThere && log.lastReceipts.get(name)?.source === 'answer' && answeredMs < proof[0]!.atMs;
    });
    const control = looks.some((look) => look.key !== key && look.kind === 'found');
    expect(control || !confirmed, 'a control').toBe(true);
  };

  return {
    log,
    adobe,
    clock,
    live: async (death, allowLoss) => {
      const life = death === null ? { left: Number.POSITIVE_INFINITY, after: false } : { ...death };
      const durable = mortal(log, life);
      const pace = createPace({
        limits: { requestsPerSecond: 10, secondsPerLane: 0, rowsPerSecondPerLane: 0 },
        clock,
        wasUsed: false,
        note: () => durable.noteRequest(),
      });
      try {
        return await deliver({
          groups,
          log: durable,
          client: mortal(adobe, life),
          pace,
          gate: async () => {},
          settle,
          onInvalidRows: allowLoss ? { budget: 1 } : { stop: true },
          // A look-up gives up at its ninth try.
          patienceMs: 100_000,
          clock,
          signal: new AbortController().signal,
          onEvent: () => {},
          onLaneStopped: () => {},
          random: () => 0.5,
        });
      } catch (error) {
        if (error !== dead) throw error;
        return null;
      } finally {
        adobe.processGone();
      }
    },
    decide: async () => {
      // A person is slower than what may still be on its way.
      await clock.sleep(graceMs);
      for (const group of groups) {
        const next = (await log.rejectedChunk(group)) ?? (await log.next(group));
        if (next === 'done' || next === 'waiting' || !['unknown', 'rejected'].includes(next.state)) continue;
        const isThere = adobe.stored().includes(next.key);
        await decideChunks([{ group, name: chunkName(next), fate: isThere ? 'uploaded' : 'not-uploaded' }], {
          log,
          clock,
        });
        if (!isThere) cleared.set(next.key, sendingsOf(next.key).length);
      }
    },
    judge: () => {
      const stored = adobe.stored();
      expect(new Set(stored).size, 'stored twice').toBe(stored.length);
      const states = log.states();
      for (const group of groups) {
        const there = stored.filter((key) => laneOf(key) === group);
        expect(there, 'order').toEqual(slices.slice(0, there.length).map((slice) => `key-${group}-${slice}`));
        for (const one of chunks.filter((known) => known.group === group)) {
          const state = states[`${group}/${chunkName(one)}`]!;
          if (state === 'uploaded' || state === 'partial') expect(there, state).toContain(one.key);
          if (state === 'rejected' || state === 'sealed') expect(there, state).not.toContain(one.key);
        }
      }
    },
  };
}

const dead = new Error('dead');

/** A process that dies at its n-th touch of a thing; dead processes touch nothing any more. */
function mortal<T extends object>(thing: T, life: { left: number; after: boolean }): T {
  return new Proxy(thing, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]) => {
        if (life.left <= 0) throw dead;
        life.left -= 1;
        if (life.left === 0 && !life.after) throw dead;
        const result: unknown = await member.apply(target, given);
        if (life.left <= 0) throw dead;
        return result;
      };
    },
  });
}
