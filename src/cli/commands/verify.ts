import { verify } from '../../index.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { renderPromises, renderReport } from '../render-report.ts';

export const verifyCommand: Command<FileArgument & { source: boolean }> = {
  words: 'verify <file>',
  describe: 'Proves the promises from files and ledger, and against an exact count of the source',
  examples: [
    ['verify migration.yaml', 'reads every chunk again'],
    ['verify migration.yaml --source', 'counts the source too'],
  ],
  options: (builder) =>
    withFile(builder).option('source', { type: 'boolean', default: false, describe: 'count the source as well' }),
  run: async ({ file, source }, session) => {
    const report = await verify(file, { ...session.context(), source });
    if (session.json) {
      session.terminal.out(JSON.stringify(report, null, 2));
    } else {
      renderReport(report, session.terminal);
      session.terminal.out('');
      renderPromises(report.promises, session.terminal);
    }
    return report.promises.every(({ holds }) => holds) ? 0 : 4;
  },
};
