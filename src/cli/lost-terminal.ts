import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Keeps the exit code of a process whose terminal goes away. Node sets its terminals back when it ends, and aborts where
 * one is gone (Node.js source, `ResetStdio` in node.cc); a closed one it passes over.
 */
export function outliveTerminal(): void {
  const terminals = [0, 1, 2].filter((file) => isatty(file));
  process.once('exit', () => {
    for (const file of terminals) if (!isatty(file)) close(file);
  });
}

function close(file: number): void {
  try {
    closeSync(file);
  } catch {
    // Whoever closed it before has done what was to do.
  }
}
