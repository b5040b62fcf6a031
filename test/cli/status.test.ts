import { getEventListeners } from 'node:events';
import type * as timers from 'node:timers/promises';
import pc from 'picocolors';
import { expect, it, onTestFinished, vi } from 'vitest';
import { statusCommand } from '../../src/cli/commands/status.ts';
import { forPeople } from '../../src/cli/for-people.ts';
import type { Session } from '../../src/cli/session.ts';
import { offlineEnv, sqliteFolder } from '../migration/job-fixture.ts';

const waits = vi.hoisted((): number[] => []);
vi.mock('node:timers/promises', async (original) => {
  const real = await original<typeof timers>();
  const atOnce: typeof timers.setTimeout = (ms, value, options) => {
    waits.push(ms ?? 0);
    return real.setTimeout(0, value, options);
  };
  return { ...real, setTimeout: atOnce };
});

const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';

/** Watches until there were so many turns; then `last` says how it ends. */
async function watch(turns: number, stop: AbortController, last: () => boolean) {
  const fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows: [] }], { range });
  onTestFinished(() => fixture.remove());
  let turn = 0;
  const printed: string[] = [];
  const session = {
    json: false,
    context: () => ({ signal: stop.signal, env: offlineEnv }),
    people: forPeople({ program: 'bdia-migrate', cwd: fixture.folder, file: fixture.file }),
    terminal: {
      out: (line: string) => printed.push(line),
      paint: pc.createColors(false),
      width: 100,
      hasReader: () => {
        turn += 1;
        return turn < turns || last();
      },
    },
  } as unknown as Session;
  const code = await statusCommand.run({ file: fixture.file, watch: true } as never, session);
  return { code, reports: printed.filter((line) => line.startsWith('fixture  new')).length };
}

it('watches for hours on one listener', async () => {
  const warnings: string[] = [];
  const listen = (warning: Error): void => {
    warnings.push(warning.name);
  };
  process.on('warning', listen);
  onTestFinished(() => {
    process.off('warning', listen);
  });
  const stop = new AbortController();
  expect(await watch(13, stop, () => false)).toEqual({ code: 0, reports: 13 });
  expect(waits).toEqual(new Array(12).fill(2000));
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  expect(warnings).toEqual([]);
});

it('ends a watch where a signal says so', async () => {
  const stop = new AbortController();
  const ended = await watch(3, stop, () => {
    stop.abort();
    return true;
  });
  expect(ended).toEqual({ code: 130, reports: 3 });
});
