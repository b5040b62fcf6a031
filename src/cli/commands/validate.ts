import { status, validate } from '../../index.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { finish, follow } from '../follow.ts';

export const validateCommand: Command<FileArgument & { eachLane: boolean }> = {
  words: 'validate <file>',
  describe: "The dry run, with Adobe's validate endpoint",
  examples: [
    ['validate migration.yaml', 'nothing is stored at Adobe'],
    ['validate migration.yaml --each-lane', 'the first file of every visitor group'],
  ],
  options: (builder) =>
    withFile(builder).option('each-lane', {
      type: 'boolean',
      default: false,
      describe: 'validate the first file of every lane',
    }),
  run: async ({ file, eachLane }, session) => {
    const report = await follow(await status(file, session.context()), session, false, (context) =>
      validate(file, { ...context, eachLane }),
    );
    return finish(
      report,
      session,
      report.state === 'finished' ? null : session.people.command('run', file),
      'validate',
    );
  },
};
