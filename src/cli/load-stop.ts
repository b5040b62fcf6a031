import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { ErrorCode } from '../index.ts';

/** A stop before there is a library to throw it. */
export interface LoadStop {
  readonly code: ErrorCode;
  readonly message: string;
  /** What a person does next. */
  readonly next: string;
}

/** The oldest Node.js that the program is made for; package.json says the same. */
export const oldestNode = '20.19';

/**
 * What keeps the program, or SQLite inside it, from being loaded here, as a stop that a person can act on (exit code 3);
 * `null` for any other error. `node` is the version that runs.
 */
export function loadStop(error: unknown, node = process.versions.node): LoadStop | null {
  if (!(error instanceof Error)) return null;
  if (/better[-_]sqlite3\S*\.node|'better-sqlite3(-\d+)?'/.test(error.message))
    return {
      code: 'program.unloadable',
      message: `SQLite cannot be loaded: ${reasonIn(error.message)}`,
      next:
        'Install bdia-migrate again (`npm ci` in a clone), on this machine and with this Node.js, optional packages included; ' +
        'or with Node.js 22.14 or newer, where nothing is compiled and no install script has to be allowed.',
    };
  if (isShortOfFiles(error))
    return {
      code: 'disk.failed',
      message: 'the program cannot be loaded: too many open files',
      next: 'Raise the limit of open files (ulimit -n) to 1024 or more, then run again.',
    };
  // Older ones lack what is imported, or cannot read the syntax: there is no other way to be sure of them.
  if (isOlder(node, oldestNode) && (error instanceof SyntaxError || 'code' in error))
    return {
      code: 'program.unloadable',
      message: `bdia-migrate needs Node.js ${oldestNode} or newer, and this is ${node}`,
      next: 'Install a newer Node.js, install bdia-migrate again with it, then run again.',
    };
  return null;
}

/** The system's own words on one line, without its advice and the list of all the places that were looked at. */
function reasonIn(message: string): string {
  return (message.split(/Please try|Tried:|Require stack:/)[0] ?? '').replaceAll(/\s+/g, ' ').trim();
}

function isShortOfFiles(error: Error): boolean {
  if (!('code' in error)) return false;
  if (error.code !== 'ERR_MODULE_NOT_FOUND') return error.code === 'EMFILE' || error.code === 'ENFILE';
  // A package whose package.json cannot be opened Node takes for one that has none, and says which file it looked for then.
  const path = /^Cannot find package '([^']+)'/.exec(error.message)?.[1] ?? '';
  return isAbsolute(path) && existsSync(join(dirname(path), 'package.json'));
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = than.split('.').map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}
