import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChunkState } from '../../src/domain/chunk.ts';
import type { ErrorCode } from '../../src/domain/error.ts';
import { type Death, graceMs, groups, type LaneWorld, laneWorld } from './lane-world.ts';
import type { Behaviour } from './late-adobe.ts';

/** `LANE_MODEL_RUNS=5000` plays so many histories, of a seed drawn anew; a build plays the same ones each time. */
const runs = process.env['LANE_MODEL_RUNS'];
const playing = runs === undefined ? { seed: 20_261_122, numRuns: 150 } : { numRuns: Number(runs) };

/** What the test itself remembers: what is final stays what it is. */
interface Model {
  final: Record<string, ChunkState>;
}

type Command = fc.AsyncCommand<Model, LaneWorld>;

function command(name: string, run: (world: LaneWorld) => Promise<void>): Command {
  return {
    check: () => true,
    toString: () => name,
    run: async (model, world) => {
      await run(world);
      world.judge();
      const states = world.log.states();
      expect(states).toMatchObject(model.final);
      const isFinal = ([, state]: [string, ChunkState]) => ['uploaded', 'partial'].includes(state);
      model.final = Object.fromEntries(Object.entries(states).filter(isFinal));
    },
  };
}

/** The codes with which a process may stop, by what can be seen of the world after it. */
function mayStop(world: LaneWorld, script: readonly Behaviour[], allowLoss: boolean): Set<ErrorCode | null> {
  const codes = new Set<ErrorCode | null>();
  const states = Object.values(world.log.states());
  if (states.every((state) => state === 'uploaded' || state === 'partial')) codes.add(null);
  if (states.includes('rejected') || states.includes('unknown')) codes.add('delivery.lane-stopped');
  if (world.log.lost.length > 0 && !allowLoss) codes.add('delivery.loss');
  if (script.filter(({ kind }) => kind === 'refuse token').length > 1) codes.add('auth.failed');
  // A look-up gives up after nine tries.
  const looks = world.adobe.lookedUp.filter(({ kind }) => kind === 'inconclusive').length;
  if (looks >= 9) codes.add('delivery.unreachable');
  return codes;
}

const liveCommand = (script: readonly Behaviour[], death: Death | null, allowLoss: boolean): Command =>
  command(`live(${JSON.stringify({ script, death, allowLoss })})`, async (world) => {
    world.adobe.script.splice(0, Number.POSITIVE_INFINITY, ...script);
    const report = await world.live(death, allowLoss);
    if (report === null) return;
    const code = report.error?.code ?? null;
    expect([...mayStop(world, script, allowLoss)], `stopped with ${code}: ${report.error?.message}`).toContain(code);
    for (const lane of report.lanes) expect(lane.ended === 'stopped').toBe(lane.error !== undefined);
  });

const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Behaviour>({ kind: 'take' }) },
  {
    weight: 4,
    arbitrary: fc
      .integer({ min: 0, max: graceMs - 1 })
      .map((afterMs): Behaviour => ({ kind: 'take in silence', afterMs })),
  },
  { weight: 4, arbitrary: fc.constant<Behaviour>({ kind: 'lose' }) },
  { weight: 2, arbitrary: fc.constantFrom<Behaviour>({ kind: 'busy' }, { kind: 'refuse token' }) },
  { weight: 1, arbitrary: fc.constantFrom<Behaviour>({ kind: 'take in part', invalidRows: 3 }, { kind: 'reject' }) },
);
const death = fc.option(fc.record({ left: fc.integer({ min: 1, max: 60 }), after: fc.boolean() }), { freq: 3 });
const commands = [
  fc.tuple(fc.array(behaviour, { maxLength: 8 }), death, fc.boolean()).map((given) => liveCommand(...given)),
  fc.constantFrom(10, 60_000, 90_000_000).map((ms) => command(`pass(${ms})`, (world) => world.clock.sleep(ms))),
  fc
    .constantFrom(3_600_000, 90_000_000)
    .map((ms) => command(`setBack(${ms})`, async (world) => world.clock.setBack(ms))),
  fc.integer({ min: 1, max: 12 }).map((count) =>
    command(`blind(${count})`, async (world) => {
      world.adobe.blind = count;
    }),
  ),
  fc.constant(command('decide', (world) => world.decide())),
];

test('whatever Adobe does and whenever a process dies: once, in order, never sent again on a guess', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 14 }), async (history) => {
      const world = laneWorld();
      await fc.asyncModelRun(() => ({ model: { final: {} }, real: world }), history);
      // Left in peace, with a person at hand, every lane ends.
      world.adobe.script.length = 0;
      world.adobe.blind = 0;
      for (let lives = 0; lives < 8; lives += 1) {
        const report = await world.live(null, true);
        world.judge();
        if (report?.error === null) break;
        await world.decide();
      }
      const states = world.log.states();
      for (const group of groups) {
        const ended = Object.entries(states).flatMap(([name, state]) => (name.startsWith(`${group}/`) ? [state] : []));
        expect(ended.join()).toMatch(/^((uploaded|partial),?){3}$/);
      }
    }),
    { ...playing, endOnFailure: runs === undefined },
  );
}, 600_000);
