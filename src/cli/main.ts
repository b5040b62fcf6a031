#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { endOnSignals } from './early-signals.ts';
import { loadStop } from './load-stop.ts';
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

const words = process.argv.slice(2);
let ended = false;
outliveTerminal();
endOnSignals(words, () => ended);
// Left to end by itself, Node takes its listeners down before all else: a signal would then end the process without its
// exit code, for as long as that takes.
process.once('beforeExit', () => process.exit());
// Loading the rest takes long enough for a signal to come, and opens hundreds of files at once.
const { runCommandLine } = await import('./command-line.ts').catch((error: unknown) => {
  const stop = loadStop(error);
  if (stop === null) throw error;
  const { code, message, next } = stop;
  if (words.includes('--json'))
    process.stdout.write(`${JSON.stringify({ stopped: { code, message, next }, problems: [] }, null, 2)}\n`);
  process.stderr.write(`${message}\nNext: ${next}\n`);
  process.exit(3);
});
process.exitCode = await runCommandLine(words);
ended = true;
