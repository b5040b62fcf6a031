import { build, status } from '../../index.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { finish, follow } from '../follow.ts';

export const buildCommand: Command<FileArgument> = {
  words: 'build <file>',
  describe: 'Builds sealed chunks on disk; sends nothing',
  examples: [['build migration.yaml', 'goes on where it stopped']],
  options: withFile,
  run: async ({ file }, session) =>
    finish(
      await follow(await status(file, session.context()), session, false, (context) => build(file, context)),
      session,
      session.people.command('run', file),
    ),
};
