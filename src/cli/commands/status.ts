import { setTimeout as delay } from 'node:timers/promises';
import { exitCodeOf, MigrationError, status } from '../../index.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { tellStanding } from '../follow.ts';

export const statusCommand: Command<FileArgument & { watch: boolean }> = {
  words: 'status <file>',
  describe: 'Where it stands, and the command that goes on',
  examples: [
    ['status migration.yaml', 'once; beside a running migration too'],
    ['status migration.yaml --watch', 'every two seconds, until Ctrl-C'],
  ],
  options: (builder) =>
    withFile(builder).option('watch', { type: 'boolean', default: false, describe: 'again every two seconds' }),
  run: async ({ file, watch }, session) => {
    const context = session.context();
    if (watch && session.json)
      throw new MigrationError('input.invalid', '--watch shows to people; --json prints one document', {
        next: session.people.command('status', file, '--json'),
      });
    for (;;) {
      const report = await status(file, context);
      if (session.json) session.terminal.out(JSON.stringify(report, null, 2));
      else tellStanding(report, file, session);
      if (!watch || !session.terminal.hasReader() || report.state === 'finished') return 0;
      await delay(2000, undefined, context).catch(() => undefined);
      if (context.signal?.aborted === true) return exitCodeOf('interrupted');
      session.terminal.out('');
    }
  },
};
