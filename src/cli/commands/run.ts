import { run, verify } from '../../index.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { finish, follow } from '../follow.ts';

export const runCommand: Command<FileArgument & { dryRun: boolean; acceptChange: boolean }> = {
  words: 'run <file>',
  describe: 'The whole migration: plan, build, gate, deliver, verify; goes on where it stopped',
  examples: [
    ['run migration.yaml', 'run it again after any stop'],
    ['run migration.yaml --dry-run', 'everything but the first upload'],
    ['run migration.yaml --accept-change', 'goes on with changed columns, lookups or versions'],
  ],
  options: (builder) =>
    withFile(builder)
      .option('dry-run', { type: 'boolean', default: false, describe: 'stop before the first upload' })
      .option('accept-change', {
        type: 'boolean',
        default: false,
        describe: 'go on although what hits say has changed',
      }),
  run: async ({ file, dryRun, acceptChange }, session) => {
    const report = await follow(file, session, !dryRun, (context) => run(file, { ...context, dryRun, acceptChange }));
    const verified = report.state === 'finished' ? await verify(file, session.context()) : null;
    return finish(verified === null ? report : { ...report, promises: verified.promises }, session);
  },
};
