import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MigrationError, report, withIsoTimes } from '../../index.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { plural } from '../numbers.ts';
import { shortPath } from '../program-name.ts';
import { reportPage } from '../report-page.ts';
import { hanging } from '../wrap.ts';

export const reportCommand: Command<FileArgument & { out?: string }> = {
  words: 'report <file>',
  describe: 'Data quality of a build, as one HTML page',
  examples: [
    ['report migration.yaml', 'written into the work folder'],
    ['report migration.yaml --out quality.html', 'to show to others'],
  ],
  options: (builder) =>
    withFile(builder).option('out', {
      type: 'string',
      describe: 'write the page here; default: report.html in the work folder',
    }),
  run: async ({ file, out }, session) => {
    const { terminal } = session;
    const found = await report(file, {
      ...session.context((event) => {
        if (event.type === 'message') terminal.live(event.text);
      }),
    });
    const path = resolve(out ?? join(found.job.folder, 'report.html'));
    if (out !== undefined || !session.json) write(path, reportPage(found, Date.now()));
    if (session.json) {
      const streams = found.streams.map((stream) => withIsoTimes(stream, 'firstTime', 'lastTime'));
      terminal.out(JSON.stringify({ ...found, streams }, null, 2));
      return 0;
    }
    const { paint, screen } = terminal;
    for (const { level, text } of found.remarks)
      for (const line of hanging(level === 'bad' ? paint.red('✘ ') : paint.yellow('· '), text, screen))
        terminal.out(line);
    const streams = plural(found.streams.length, 'stream');
    terminal.out(
      `${plural(found.job.rows.hits, 'hit')} of ${streams}; the whole report: ${shortPath(path, process.cwd())}`,
    );
    return 0;
  },
};

function write(path: string, page: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, page);
  } catch (error) {
    throw new MigrationError('disk.failed', `${path} cannot be written: ${(error as Error).message}`, {
      next: 'name a file in a folder that you may write to, with --out',
      cause: error,
    });
  }
}
