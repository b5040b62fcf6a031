import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MigrationError } from '../../index.ts';
import { count, plural } from '../numbers.ts';
import { type SandboxAccess, sandboxPortOf, writeSandboxEnv } from '../sandbox-env.ts';
import { writeLegacyDatabase } from './legacy-database.ts';

/** The demo's files, all below one folder. */
export interface DemoFiles {
  readonly folder: string;
  readonly migration: string;
  readonly work: string;
  /** Where the sandbox keeps what it accepted. */
  readonly received: string;
  /** The port of an earlier run: an attempt is looked up where it was made. 0 where there was none. */
  readonly port: number;
  /** Writes `.env`, which the migration file reads. */
  point(sandbox: SandboxAccess): void;
}

const example = fileURLToPath(new URL('../../../migrations-examples/legacy-shop', import.meta.url));
const seed = 20_230_101;

/**
 * Makes the demo's folder, or takes up the one that is there: an interrupted demo goes on with its own database. Throws
 * `input.invalid` where the folder holds anything but a demo, before anything is written, and `disk.failed`.
 */
export function prepareDemo(folderName: string, rows: number, note: (line: string) => void): DemoFiles {
  const folder = resolve(folderName);
  try {
    refuseForeign(folder);
    return makeFolder(folder, rows, note);
  } catch (error) {
    if (!isOfDisk(error)) throw error;
    throw new MigrationError('disk.failed', `the demo cannot be put into ${folder}: ${error.message}`, {
      next: 'name a folder that this user may write to, with --folder',
      cause: error,
    });
  }
}

/** What lies in somebody's folder would be run as the demo. */
function refuseForeign(folder: string): void {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  // All that a demo leaves which was killed at its first file.
  if (names.every((name) => name === 'migration.yaml.tmp')) return;
  const isOurs = (): boolean =>
    readFileSync(join(folder, 'migration.yaml')).equals(readFileSync(join(example, 'migration.yaml')));
  if (names.includes('migration.yaml') && isOurs()) return;
  const says = names.includes('migration.yaml')
    ? `${folder} holds a migration.yaml that is not the demo's`
    : `${folder} holds files that are not the demo's`;
  throw new MigrationError('input.invalid', says, {
    next: 'name a folder that is empty or not there yet, with --folder',
  });
}

function isOfDisk(error: unknown): error is Error {
  if (!(error instanceof Error && 'code' in error)) return false;
  return 'syscall' in error || String(error.code).startsWith('SQLITE_');
}

function makeFolder(folder: string, rows: number, note: (line: string) => void): DemoFiles {
  mkdirSync(folder, { recursive: true });
  for (const name of ['migration.yaml', 'mapping.yaml', 'actions.csv', 'schema.sql'])
    copyOnce(join(example, name), join(folder, name));
  const database = join(folder, 'legacy.sqlite');
  if (existsSync(database)) {
    note(`Going on in ${folder}.`);
  } else {
    const unfinished = `${database}.tmp`;
    rmSync(unfinished, { force: true });
    const written = writeLegacyDatabase(unfinished, { schemaFile: join(folder, 'schema.sql'), rows, seed });
    renameSync(unfinished, database);
    note(
      `${folder}/legacy.sqlite: two years of a shop's tracker, ${plural(written.visits, 'visit')}, ` +
        `${count(written.pageviews)} page views, ${count(written.events)} events, ${count(written.orders)} orders.`,
    );
  }
  const env = join(folder, '.env');
  return {
    folder,
    migration: join(folder, 'migration.yaml'),
    work: join(folder, 'work'),
    received: join(folder, 'received'),
    port: sandboxPortOf(env),
    point: (sandbox) => writeSandboxEnv(env, sandbox),
  };
}

/** Copies a file that is not there yet; half a copy of a killed demo is not taken for it. */
function copyOnce(from: string, to: string): void {
  if (existsSync(to)) return;
  copyFileSync(from, `${to}.tmp`);
  renameSync(`${to}.tmp`, to);
}
