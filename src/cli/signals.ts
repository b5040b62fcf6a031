import { interruption } from '../index.ts';
import { interruptedDocument, stopSignals } from './early-signals.ts';
import type { Terminal } from './terminal.ts';

/**
 * The first Ctrl-C (or SIGTERM, SIGHUP) asks for a soft stop; the second ends the process at once. Both can be resumed:
 * `again` is the command line that goes on. With `json`, the one document stands on standard output however it ends.
 *
 * A SIGHUP is no second one: where a terminal is closed, its shell hands that on to what it runs, and the system sends
 * another when the shell ends (POSIX.1-2017, `_exit`, "Consequences of Process Termination").
 */
export function catchSignals(
  terminal: Terminal,
  again: string,
  json: boolean,
): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      if (name === 'SIGHUP') return;
      terminal.live('');
      const message = 'stopped at once; nothing is lost';
      if (json && !terminal.hasResult()) terminal.out(interruptedDocument(message, again));
      terminal.note(`${message}\nNext: ${again}`);
      process.exit(130);
    }
    terminal.note('stopping after what is under way; once more stops at once');
    controller.abort(interruption());
  };
  for (const name of stopSignals) process.on(name, stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of stopSignals) process.off(name, stop);
    },
  };
}
