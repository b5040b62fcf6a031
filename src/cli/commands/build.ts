import { build, status } from '../../index.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { finish, follow } from '../follow.ts';

export const buildCommand: Command<FileArgument> = {
  words: 'build <file>',
  describe: 'Builds sealed chunks on disk; sends nothing',
  examples: [['build migration.yaml', 'goes on where it stopped']],
  options: withFile,
  run: async ({ file }, session) => {
    const report = await follow(await status(file, session.context()), session, false, (context) =>
      build(file, context),
    );
    return finish(report, session, session.people.command(report.rows.hits > 0 ? 'run' : 'preview', file));
  },
};
