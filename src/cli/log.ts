import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import pino from 'pino';
import { type JobEvent, MigrationError } from '../index.ts';

/** The structured log of one command. */
export interface Log {
  take(event: JobEvent): void;
  stop(code: string, message: string): void;
  close(): void;
}

/**
 * Appends JSON lines to `path`. Events hold no secrets (P11); nothing else is logged. What the disk refuses later on ends
 * the log, not the work: `note` is told, once. Throws `input.invalid`.
 */
export function openLog(path: string, level: 'debug' | 'info' | 'warn', note: (text: string) => void): Log {
  const file = openFile(path);
  let isOpen = true;
  const end = (why?: unknown): void => {
    if (!isOpen) return;
    isOpen = false;
    let fault = why;
    try {
      closeSync(file);
    } catch (error) {
      // A network folder may refuse only now what it took before.
      fault ??= error;
    }
    if (fault !== undefined) note(`--log-file ${path} ends here: ${fault instanceof Error ? fault.message : fault}`);
  };
  // pino's own destination tries again for ever where the disk is full.
  const write = (line: string): void => {
    const bytes = Buffer.from(line);
    try {
      for (let at = 0; isOpen && at < bytes.length; ) at += writeSync(file, bytes, at);
    } catch (error) {
      end(error);
    }
  };
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
  return {
    take: (event) => {
      if (event.type === 'message') logger[event.level](event.text);
      else logger[event.type === 'progress' ? 'debug' : 'info'](recordOf(event));
    },
    stop: (code, message) => logger.warn({ code }, message),
    close: () => end(),
  };
}

/** An event as a line of the log has it. */
function recordOf(event: JobEvent): object {
  if (event.type !== 'lane') return event;
  const { untilMs, ...rest } = event;
  return { ...rest, until: untilMs === null ? null : new Date(untilMs).toISOString() };
}

function openFile(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a');
  } catch (error) {
    throw new MigrationError('input.invalid', `--log-file ${path} cannot be written`, {
      next: 'give a file in a folder that you may write to',
      cause: error,
    });
  }
}
