#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { endOnSignals } from './early-signals.ts';
import { outliveTerminal } from './lost-terminal.ts';

// V8 looks at this when it has collected all garbage, and else may let several times of what lives lie about, now and then:
// memory over hours was a third more than over minutes. It holds for the threads too.
setFlagsFromString('--heap-growing-percent=20');

// A reader that has seen enough (`| head`), or a terminal that is gone, is no fault: what is under way goes on and the
// exit code stays true. A result that a full disk did not take is told.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO' || stream === process.stderr) return;
    process.stderr.write(`The result cannot be written to standard output: ${error.message}\n`);
    process.once('exit', () => {
      process.exitCode ||= 3;
    });
  });

const moreFiles = 'Raise the limit of open files (ulimit -n) to 1024 or more, then run again.';

const words = process.argv.slice(2);
let ended = false;
outliveTerminal();
endOnSignals(words, () => ended);
// Left to end by itself, Node takes its listeners down before all else: a signal would then end the process without its
// exit code, for as long as that takes.
process.once('beforeExit', () => process.exit());
// Loading the rest takes long enough for a signal to come, and opens hundreds of files at once.
const { runCommandLine } = await import('./command-line.ts').catch((error: unknown) => {
  if (!isShortOfFiles(error)) throw error;
  const stopped = {
    code: 'disk.failed',
    message: 'the program cannot be loaded: too many open files',
    next: moreFiles,
  };
  if (words.includes('--json')) process.stdout.write(`${JSON.stringify({ stopped, problems: [] }, null, 2)}\n`);
  process.stderr.write(`${stopped.message}\nNext: ${stopped.next}\n`);
  process.exit(3);
});
process.exitCode = await runCommandLine(words);
ended = true;

function isShortOfFiles(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  if (error.code !== 'ERR_MODULE_NOT_FOUND') return error.code === 'EMFILE' || error.code === 'ENFILE';
  // A package whose package.json cannot be opened Node takes for one that has none, and says which file it looked for then.
  const path = /^Cannot find package '([^']+)'/.exec(error.message)?.[1] ?? '';
  return isAbsolute(path) && existsSync(join(dirname(path), 'package.json'));
}
