import { interruption } from '../index.ts';
import type { Terminal } from './terminal.ts';

/**
 * The first Ctrl-C (or SIGTERM, SIGHUP) asks for a soft stop; the second ends the process at once. Both can be resumed:
 * `again` is the command line that goes on.
 */
export function catchSignals(terminal: Terminal, again: string): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) {
      terminal.live('');
      terminal.note(`stopped at once; nothing is lost\nNext: ${again}`);
      process.exit(130);
    }
    terminal.note('stopping after what is under way; once more stops at once');
    controller.abort(interruption());
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of names) process.off(name, stop);
    },
  };
}
