import { programName, shellWord } from './program-name.ts';

/** What asks a command to stop. */
export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What `--json` prints of a command that was ended before it had a result; `next` is the command line that goes on. */
export function interruptedDocument(message: string, next: string): string {
  return JSON.stringify({ stopped: { code: 'interrupted', message, next }, problems: [] }, null, 2);
}

/**
 * Ends the process with exit code 130 at a signal that no command listens to yet, as while the program is loaded, or any
 * more. `words` are its command line; `ended` says that the result, if there is one, has been printed.
 */
export function endOnSignals(words: readonly string[], ended: () => boolean): void {
  for (const name of stopSignals)
    process.on(name, () => {
      // A command that listens itself stops in its own way.
      if (process.listenerCount(name) > 1) return;
      const program = programName({ argv: process.argv, env: process.env, cwd: process.cwd() });
      const next = [program, ...words.map(shellWord)].join(' ');
      if (words.includes('--json') && !ended())
        process.stdout.write(`${interruptedDocument('interrupted before anything was begun', next)}\n`);
      process.exit(130);
    });
}
