import { exitCodeOf, verify } from '../../index.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { renderPromises, renderReport, renderStrays } from '../render-report.ts';

export const verifyCommand: Command<FileArgument & { source: boolean }> = {
  words: 'verify <file>',
  describe: 'Proves the promises from files and ledger',
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
      renderReport(report, session.terminal, session.people, session.people.goOn('run'));
      session.terminal.out('');
      if (report.slices.total > 0) renderPromises(report.promises, session.terminal);
      else session.terminal.out(`There is nothing to prove yet. Next: ${session.people.command('run', file)}`);
      renderStrays(report.strays, session.terminal);
    }
    const { promises, stopped } = report;
    // Rows that are lost over the budget, as after a run; what else stopped one breaks no promise.
    const isLost = stopped !== undefined && exitCodeOf(stopped.code) === 4;
    return promises.every(({ holds }) => holds) && !isLost ? 0 : 4;
  },
};
