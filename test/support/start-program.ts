import { spawn } from 'node:child_process';
import { join } from 'node:path';

const main = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');

/** How a process ended; one of `exitCode` and `signal` is `null`. */
export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the built program. */
export interface Program {
  /** Sends a signal; nothing happens where it has ended already. */
  kill(signal: NodeJS.Signals): void;
  /** Calls back with each piece of standard error. */
  onNote(listen: (text: string) => void): void;
  readonly ended: Promise<ProgramEnd>;
}

/**
 * Starts the built program on a command line; `through` are words of another program that starts it, `result` is the file
 * descriptor that takes its standard output, which is not read then.
 */
export function startProgram(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  through: readonly string[] = [],
  result: number | 'pipe' = 'pipe',
): Program {
  const [command = '', ...line] = [...through, process.execPath, main, ...words];
  const child = spawn(command, line, {
    env: { ...process.env, ...env },
    stdio: ['ignore', result, 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<ProgramEnd>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
  return {
    kill: (signal) => {
      child.kill(signal);
    },
    onNote: (listen) => {
      child.stderr?.on('data', listen);
    },
    ended,
  };
}

/** Runs the built program on a command line to its end. */
export function runProgram(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  through: readonly string[] = [],
): Promise<ProgramEnd> {
  return startProgram(words, env, through).ended;
}
