import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { MigrationError, type Sandbox } from '../index.ts';

/** What a migration file needs to know of a sandbox. */
export type SandboxAccess = Pick<Sandbox, 'baseUrl' | 'tokenUrl' | 'clientId' | 'clientSecret'>;

/**
 * Writes BDIA_BASE_URL, BDIA_TOKEN_URL, BDIA_CLIENT_ID and BDIA_CLIENT_SECRET to an env file, which only its owner may
 * read, and a BDIA_REPORT_SUITE where it names none: a sandbox takes any. Other lines of the file stay, and a link is followed.
 * The file is whole at every moment. Throws `disk.failed`.
 */
export function writeSandboxEnv(path: string, { baseUrl, tokenUrl, clientId, clientSecret }: SandboxAccess): void {
  const ours = {
    BDIA_BASE_URL: baseUrl,
    BDIA_TOKEN_URL: tokenUrl,
    BDIA_CLIENT_ID: clientId,
    BDIA_CLIENT_SECRET: clientSecret,
  };
  try {
    const others = linesOf(path).filter((line) => !Object.hasOwn(ours, nameIn(line)));
    const suite = others.some((line) => nameIn(line) === 'BDIA_REPORT_SUITE') ? {} : { BDIA_REPORT_SUITE: 'sandbox' };
    const written = Object.entries({ ...ours, ...suite });
    const lines = [...others, ...written.map(([name, value]) => `${name}=${value}`)];
    putInPlace(existsSync(path) ? realpathSync(path) : path, `${lines.join('\n')}\n`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError('disk.failed', `the env file ${path} cannot be written: ${why}`, {
      next: 'name a file in a folder that is there and may be written to',
      cause,
    });
  }
}

/** The file is whole at every moment; what stops it leaves nothing beside it, which would hold secrets. */
function putInPlace(path: string, text: string): void {
  const unfinished = `${path}.tmp`;
  // An old one would keep its mode.
  rmSync(unfinished, { force: true });
  try {
    const file = openSync(unfinished, 'wx', 0o600);
    try {
      // All of it: `writeSync` takes no more than the disk does at once.
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

function nameIn(line: string): string {
  return line.split('=', 1)[0]?.trim() ?? '';
}

/** The port of the sandbox on this machine that an env file names; 0 where it names none. */
export function sandboxPortOf(path: string): number {
  for (const line of linesOf(path)) {
    const port = /^BDIA_BASE_URL=http:\/\/127\.0\.0\.1:(\d+)$/.exec(line)?.[1];
    if (port !== undefined) return Number(port);
  }
  return 0;
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
