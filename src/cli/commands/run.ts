import { run, status, verify } from '../../index.ts';
import { acceptChangeOption, type Command, type FileArgument, withFile } from '../command.ts';
import { finish, follow } from '../follow.ts';

export const runCommand: Command<FileArgument & { dryRun: boolean; acceptChange: boolean }> = {
  words: 'run <file>',
  describe: 'The whole migration; goes on where it stopped',
  examples: [
    ['run migration.yaml', 'run it again after any stop'],
    ['run migration.yaml --dry-run', 'everything but the first upload'],
    ['run migration.yaml --accept-change', 'goes on with changed columns, lookups or versions'],
  ],
  options: (builder) =>
    withFile(builder)
      .option('dry-run', { type: 'boolean', default: false, describe: 'stop before the first upload' })
      .option('accept-change', acceptChangeOption),
  run: async ({ file, dryRun, acceptChange }, session) => {
    const before = await status(file, session.context());
    const report = await follow(before, session, !dryRun, (context) => run(file, { ...context, dryRun, acceptChange }));
    const again = session.people.command('run', file);
    // A migration that was finished before is not proved again: that reads every chunk.
    if (before.state === 'finished') return finish(report, session, session.people.command('verify', file));
    if (report.state !== 'finished') return finish(report, session, dryRun ? again : null);
    const { promises } = await verify(file, session.context());
    return finish({ ...report, promises }, session);
  },
};
