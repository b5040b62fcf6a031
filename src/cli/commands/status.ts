import { status } from '../../index.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { renderReport } from '../render-report.ts';

export const statusCommand: Command<FileArgument & { watch: boolean }> = {
  words: 'status <file>',
  describe: 'Lanes, chunks, rows, what stopped and the command that goes on; works beside a running migration',
  examples: [
    ['status migration.yaml', 'once'],
    ['status migration.yaml --watch', 'every two seconds, until Ctrl-C'],
  ],
  options: (builder) =>
    withFile(builder).option('watch', { type: 'boolean', default: false, describe: 'again every two seconds' }),
  run: async ({ file, watch }, session) => {
    const context = session.context();
    for (;;) {
      const report = await status(file, context);
      if (session.json) session.terminal.out(JSON.stringify(report, null, 2));
      else renderReport(report, session.terminal);
      if (!watch || context.signal?.aborted === true || report.state === 'finished') return 0;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 2000);
        context.signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      });
      session.terminal.out('');
    }
  },
};
