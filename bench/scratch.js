import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * Gives `work` a new folder in `root`, a `signal` that is aborted by Ctrl-C, SIGTERM and SIGHUP, and `atEnd`, which takes
 * what has to be undone. However `work` ends, what was given to `atEnd` is called, the last first, and the folder is
 * removed; only SIGKILL leaves it. Resolves to the exit code: that of `work`, or the shell's for the signal.
 */
export async function withScratch(root, work) {
  const folder = mkdtempSync(join(root, 'bdia-bench-'));
  // A database server runs as another user where this is root.
  chmodSync(folder, 0o755);
  const stopping = new AbortController();
  const ends = [];
  let code = null;
  const onSignal = (name) => {
    code = signals[name];
    stopping.abort(new Error(`stopped by ${name}`));
  };
  for (const name of Object.keys(signals)) process.on(name, onSignal);
  try {
    return await work({ folder, signal: stopping.signal, atEnd: (end) => ends.push(end) });
  } catch (error) {
    if (code === null) throw error;
    process.stderr.write('stopped; everything that was started is ended and removed\n');
    return code;
  } finally {
    for (const end of ends.reverse()) await end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    for (const name of Object.keys(signals)) process.off(name, onSignal);
  }
}
