import { fork, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A user who may run a server; `{}` is the one who runs the tests. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** The first of these users that exists where the tests run as root, since servers refuse to run as root. */
export function serverAccount(...users: readonly string[]): Account {
  if (process.getuid?.() !== 0) return {};
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const user of [...users, 'nobody']) {
    const line = lines.find((each) => each.startsWith(`${user}:`));
    const [, , uid, gid] = line?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('the tests run as root, and there is no other user for a database server: create the user nobody');
}

/** An empty folder that belongs to a server's user. Its path is short, as sockets' paths must be. */
export function serverFolder(name: string, account: Account): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `bdia-${name}-`)));
  if (account.uid !== undefined) chownSync(folder, account.uid, account.gid!);
  return folder;
}

/** Writes a file that only the server's user can read. */
export function writeServerFile(path: string, text: string, account: Account): string {
  writeFileSync(path, text, { mode: 0o600 });
  if (account.uid !== undefined) chownSync(path, account.uid, account.gid!);
  return path;
}

/** Runs a tool of a server to its end as the server's user; what it printed is in the error where it fails. */
export function runServerTool(program: string, words: readonly string[], folder: string, account: Account): void {
  const env = { PATH: process.env['PATH'], LC_ALL: 'C' };
  const { error, status, stdout, stderr } = spawnSync(program, words, {
    cwd: folder,
    encoding: 'utf8',
    env,
    ...account,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ended with ${status}:\n${stdout}${stderr}`);
}

/** A server that its guard holds: it ends with this process, and its folder goes with it. */
export interface ServerProcess {
  /** Starts the server and waits until `isReady` does not throw any more; the log's end is in the error otherwise. */
  start(command: readonly string[], isReady: () => Promise<unknown>): Promise<void>;
  /** Sends the server a signal and waits for its end. */
  stop(signal: NodeJS.Signals): Promise<void>;
  /** Ends the server without ceremony, if it runs, and removes its folder. */
  remove(): Promise<void>;
}

/** Starts the guard of a server whose files are in `folder`; `quickEnd` is the signal that ends it at once. */
export function guardServer(folder: string, account: Account, quickEnd: NodeJS.Signals): ServerProcess {
  const guard = fork(join(import.meta.dirname, 'server-guard.js'), [JSON.stringify({ folder, account, quickEnd })], {
    // A Ctrl-C in the terminal is for the tests, which then end their servers.
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  });
  guard.unref();
  guard.channel?.unref();

  let ended: string | null = 'not started';
  guard.on('message', (message: { pid?: number; ended?: string }) => {
    if (message.ended !== undefined) ended = message.ended;
  });
  const log = () => readFileSync(join(folder, 'server.log'), 'utf8').slice(-2000);

  return {
    start: async (command, isReady) => {
      ended = null;
      guard.send({ start: command });
      const deadline = Date.now() + 60_000;
      for (;;) {
        try {
          await isReady();
          return;
        } catch (error) {
          if (ended !== null) throw new Error(`${command[0]} ended at its start (${ended}):\n${log()}`);
          if (Date.now() > deadline) {
            throw new Error(`${command[0]} is not ready after 60 s: ${(error as Error).message}\n${log()}`);
          }
          await new Promise((resolve) => setTimeout(resolve, 25));
        }
      }
    },
    stop: (signal) =>
      new Promise((resolve) => {
        const listen = (message: { ended?: string }) => {
          if (message.ended === undefined) return;
          guard.off('message', listen);
          resolve();
        };
        guard.on('message', listen);
        guard.send({ signal });
      }),
    remove: () =>
      new Promise((resolve) => {
        if (!guard.connected) {
          resolve();
          return;
        }
        guard.ref();
        guard.once('exit', () => resolve());
        guard.disconnect();
      }),
  };
}
