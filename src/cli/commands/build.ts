import { build, status } from '../../index.ts';
import { acceptChangeOption, type Command, type FileArgument, withFile } from '../command.ts';
import { finish, follow } from '../follow.ts';

export const buildCommand: Command<FileArgument & { acceptChange: boolean }> = {
  words: 'build <file>',
  describe: 'Builds sealed chunks on disk; sends nothing',
  examples: [['build migration.yaml', 'goes on where it stopped']],
  options: (builder) => withFile(builder).option('accept-change', acceptChangeOption),
  run: async ({ file, acceptChange }, session) => {
    const report = await follow(await status(file, session.context()), session, false, (context) =>
      build(file, { ...context, acceptChange }),
    );
    const next = report.rows.hits === 0 ? 'preview' : report.state === 'finished' ? null : 'run';
    return finish(report, session, next === null ? null : session.people.command(next, file), 'build');
  },
};
