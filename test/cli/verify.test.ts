import pc from 'picocolors';
import { expect, it, onTestFinished } from 'vitest';
import { verifyCommand } from '../../src/cli/commands/verify.ts';
import { forPeople } from '../../src/cli/for-people.ts';
import type { Session } from '../../src/cli/session.ts';
import { run, startSandbox, status } from '../../src/index.ts';
import { sandboxEnv, sandboxSettings, sqliteFolder } from '../migration/job-fixture.ts';
import { expectAllPromises } from '../support/expect-all-promises.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const rows = Array.from({ length: 20 }, (_, id) => ({ id, at: begin + id * 600, hit: begin + id * 600 }));

it('4: rows were lost over the budget, as after the run, until a person allows them', async () => {
  const sandbox = await startSandbox({ rate: 0, faults: [{ at: 1, fault: 'partial', rows: 2 }] });
  onTestFinished(sandbox.close);
  const fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { ...sandboxSettings, groups: 1 });
  onTestFinished(() => fixture.remove());
  const options = { env: sandboxEnv(sandbox) };
  expect(await run(fixture.file, options)).toMatchObject({ state: 'finished', stopped: { code: 'delivery.loss' } });

  const verified = async () => {
    const printed: string[] = [];
    const session = {
      json: true,
      context: () => options,
      people: forPeople({ program: 'bdia-migrate', cwd: fixture.folder, file: fixture.file }),
      terminal: { out: (line: string) => printed.push(line), paint: pc.createColors(false), width: 100 },
    } as unknown as Session;
    const code = await verifyCommand.run({ file: fixture.file, source: false } as never, session);
    return { code, report: JSON.parse(printed.join('\n')) };
  };
  const lost = await verified();
  const { state, stopped } = await status(fixture.file, options);
  expect(lost).toMatchObject({ code: 4, report: { state, stopped } });
  expectAllPromises(lost.report.promises);
  expect(stopped?.code).toBe('delivery.loss');

  fixture.edit('migration.yaml', 'settle:', 'onInvalidRows: { budget: 10% }\nsettle:');
  const allowed = await verified();
  expect(allowed).toMatchObject({ code: 0, report: { state: 'finished', lostRows: 2 } });
  expect(allowed.report).not.toHaveProperty('stopped');
});
