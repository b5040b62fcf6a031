import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Database } from '../../src/domain/sqlite.ts';

export const root = resolve(import.meta.dirname, '..', '..');
export const main = join(root, 'dist', 'cli', 'main.js');

/** What one command line printed, and its exit code. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Nothing listens there: what a migration file needs to be complete. */
export const nowhere = {
  BDIA_BASE_URL: 'http://127.0.0.1:9',
  BDIA_TOKEN_URL: 'http://127.0.0.1:9/ims/token/v3',
  BDIA_CLIENT_ID: 'example',
  BDIA_CLIENT_SECRET: 'example-secret',
};

/** Starts a process and gathers what it prints. */
export function start(
  command: string,
  words: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): { readonly child: ChildProcess; readonly ended: Promise<Ended>; printed(text: string): Promise<void> } {
  // Started by npm, the program would call itself `npx bdia-migrate`.
  const { npm_command: _, NO_COLOR: __, FORCE_COLOR: ___, ...env } = process.env;
  const child = spawn(command, words, {
    cwd: options.cwd,
    env: { ...env, COLUMNS: '100', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  const listeners = new Set<() => void>();
  const heard = (): void => {
    for (const listen of listeners) listen();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    heard();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    heard();
  });
  const ended = new Promise<Ended>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ code, out, err }));
  });
  return {
    child,
    ended,
    printed: (text) =>
      new Promise((done, fail) => {
        const look = (): void => {
          if (out.includes(text) || err.includes(text)) done();
        };
        listeners.add(look);
        look();
        void ended.then(() => fail(new Error(`ended without printing ${text}:\n${out}${err}`)), fail);
      }),
  };
}

/** Runs the built program to its end. */
export function bdia(
  words: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = nowhere,
): Promise<Ended> {
  return start(process.execPath, [main, ...words], { cwd, env }).ended;
}

/** An empty folder; `remove` takes it away. */
export function emptyFolder(): { readonly path: string; remove(): void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'bdia-cli-')));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** A copy of an example in `folder`, its database seeded. */
export function copyExample(name: 'csv-export' | 'ga4-export' | 'legacy-shop', folder: string): void {
  cpSync(join(root, 'migrations-examples', name), join(folder, name), { recursive: true });
  if (!existsSync(join(folder, name, 'seed.sql'))) return;
  const database = new Database(join(folder, name, 'legacy.sqlite'));
  database.exec(readFileSync(join(folder, name, 'schema.sql'), 'utf8'));
  database.exec(readFileSync(join(folder, name, 'seed.sql'), 'utf8'));
  database.close();
}
