import { join } from 'node:path';
import { MigrationError, run, startSandbox, status, verify } from '../../index.ts';
import type { Command } from '../command.ts';
import { explainSandbox } from '../demo/explain-sandbox.ts';
import { type DemoFiles, prepareDemo } from '../demo/prepare-demo.ts';
import { finish, follow } from '../follow.ts';
import { duration, plural } from '../numbers.ts';
import { shellWord } from '../program-name.ts';
import { assertWholeNumber } from '../whole-number.ts';
import { wrap } from '../wrap.ts';

interface DemoArguments {
  readonly folder: string;
  readonly rows: number;
}

const defaultFolder = 'bdia-migrate-demo';

export const demoCommand: Command<DemoArguments> = {
  words: 'demo',
  describe: 'A whole migration against the sandbox',
  examples: [
    ['demo', 'in ./bdia-migrate-demo; stop it with Ctrl-C and run it again'],
    ['demo --folder /tmp/demo --rows 50000', 'elsewhere, smaller'],
  ],
  options: (builder) =>
    builder
      .option('folder', { type: 'string', default: defaultFolder, describe: 'where everything is put' })
      .option('rows', { type: 'number', default: 220_000, describe: 'rows of the legacy database, when it is made' }),
  run: async ({ folder, rows }, session) => {
    const { terminal, people } = session;
    const { note, paint } = terminal;
    assertWholeNumber('--rows', rows, 100);
    const began = performance.now();
    note(paint.bold('A legacy web-analytics database moves to Adobe Analytics. Adobe is a sandbox on this machine.'));
    const files = prepareDemo(folder, rows, note);
    const sandbox = await startSandbox({ port: files.port, rate: 10, keep: files.received }).catch((error: unknown) => {
      throw portTaken(error, files) ?? error;
    });
    try {
      files.point(sandbox);
      note(`The sandbox listens at ${sandbox.baseUrl}.`);
      const before = await status(files.migration, session.context());
      const report = await follow(before, session, true, (context) => run(files.migration, context));
      if (report.stopped !== undefined) {
        // The sandbox ends with the demo: only the demo itself can go on.
        const next = `bdia-migrate demo${folder === defaultFolder ? '' : ` --folder ${shellWord(folder)}`}`;
        return finish({ ...report, stopped: { ...report.stopped, next } }, session);
      }
      const { promises } = await verify(files.migration, { ...session.context(), source: true });
      const exitCode = finish({ ...report, promises }, session);
      const held = sandbox.report();
      const truths = explainSandbox(held, report.rows.hits);
      if (session.json) return truths.every(({ holds }) => holds) ? exitCode : 4;
      terminal.out('');
      terminal.out(paint.bold('What the other side says (the sandbox keeps its own count, by its own rules)'));
      for (const { holds, says } of truths) terminal.out(`  ${holds ? paint.green('✔') : paint.red('✘')} ${says}`);
      terminal.out('');
      terminal.out(
        `${plural(report.rows.read, 'row')} took ${duration((performance.now() - began) / 1000)}. Now look around:`,
      );
      const file = join(folder, 'migration.yaml');
      const next = [
        [people.command('preview', file, '-n', '3'), 'rows beside the hits they became'],
        [people.command('verify', file, '--source'), 'prove it again'],
        [people.command('status', file), 'where it stands'],
        [people.command('rejects', file), 'rows that became no hit, and why'],
      ] as const;
      for (const [line, says] of next) terminal.out(`  ${paint.dim(`# ${says}`)}\n  ${line}`);
      const begin = `Your own migration begins with ${people.command('init', '--help')} and README.md`;
      for (const line of wrap(begin, terminal.screen)) terminal.out(line);
      terminal.out(paint.dim(`(remove ${folder} to begin anew)`));
      return truths.every(({ holds }) => holds) ? exitCode : 4;
    } finally {
      await sandbox.close();
    }
  },
};

/** Says what to do where the port of the earlier run is taken; `null` for any other error. */
function portTaken(error: unknown, { folder, port }: DemoFiles): MigrationError | null {
  if (!(error instanceof MigrationError && error.cause instanceof Error && 'code' in error.cause)) return null;
  if (error.cause.code !== 'EADDRINUSE' || port === 0) return null;
  const says = `port ${port} of 127.0.0.1 is taken; the demo in ${folder} began there, and what it sent can only be looked up there`;
  const next = `end what listens there (another run of this demo?), or remove ${folder} to begin anew`;
  return new MigrationError('input.invalid', says, { next, cause: error });
}
