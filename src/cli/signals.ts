import { MigrationError } from '../index.ts';
import type { Terminal } from './terminal.ts';

/** The first Ctrl-C (or SIGTERM, SIGHUP) asks for a soft stop; the second ends the process at once. Both can be resumed. */
export function catchSignals(terminal: Terminal): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new MigrationError('interrupted', 'stopped by a signal; nothing is lost'));
    terminal.note('stopping after the request in flight; once more stops at once');
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
