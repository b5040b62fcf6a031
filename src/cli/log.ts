import pino from 'pino';
import { type JobEvent, MigrationError } from '../index.ts';

/** The structured log of one command. */
export interface Log {
  take(event: JobEvent): void;
  stop(code: string, message: string): void;
  close(): Promise<void>;
}

/** Appends JSON lines to `path`. Events hold no secrets (P11); nothing else is logged. Throws `input.invalid`. */
export function openLog(path: string, level: 'debug' | 'info' | 'warn'): Log {
  const destination = openDestination(path);
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return {
    take: (event) => {
      if (event.type === 'message') logger[event.level](event.text);
      else logger[event.type === 'progress' ? 'debug' : 'info'](event);
    },
    stop: (code, message) => logger.warn({ code }, message),
    close: async () => {
      destination.flushSync();
      destination.end();
    },
  };
}

function openDestination(path: string): ReturnType<typeof pino.destination> {
  try {
    return pino.destination({ dest: path, append: true, mkdir: true, sync: true });
  } catch (error) {
    throw new MigrationError('input.invalid', `--log-file ${path} cannot be written`, {
      next: 'give a file in a folder that you may write to',
      cause: error,
    });
  }
}
