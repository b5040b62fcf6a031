import { join, resolve } from 'node:path';
import { report, withIsoTimes, writeWholeFile } from '../../index.ts';
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
    if (out !== undefined || !session.json) await writeWholeFile(path, [reportPage(found, Date.now())]);
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
