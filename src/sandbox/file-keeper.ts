import { mkdir, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { MigrationError } from '../domain/error.ts';
import { type JournalLine, openJournal, parseJournal } from './journal.ts';

/** Where accepted files go. */
export interface FileKeeper {
  /** A folder for files while they come, in the file system where they will stay. */
  readonly incoming: string;
  /** How many files were received before this sandbox started. */
  readonly arrivals: number;
  /**
   * Takes an accepted file away from `spool`; resolves when file and journal line are on disk. One at a time: the order
   * of the calls is the order of the files.
   */
  keep(spool: string, line: JournalLine): Promise<void>;
  /** Removes what was coming. */
  close(): Promise<void>;
}

type TakeUp = (path: string, line: JournalLine) => Promise<void>;

const journalName = 'store.jsonl';
const keptName = /^\d{6,}-.+\.csv\.gz$/;
const incomingName = /^\.incoming-(.*)$/;

/** Opens a keeper that keeps nothing. */
export async function openForgetful(): Promise<FileKeeper> {
  const incoming = await withFolder(tmpdir(), 'TMPDIR', () => mkdtemp(join(tmpdir(), 'bdia-sandbox-')));
  const close = (): Promise<void> => rm(incoming, { recursive: true, force: true });
  return { incoming, arrivals: 0, keep: async () => {}, close };
}

/**
 * Opens a folder of accepted files, `<number>-<group>.csv.gz` beside the journal `store.jsonl`, and hands what earlier
 * sandboxes stored to `takeUp`, in order. A file without a line, and half a line, are what a killed sandbox had not
 * stored yet: removed. `port` is the one that this sandbox listens on. Throws `input.invalid` where the folder holds
 * files without a journal, a journal that no sandbox wrote, or another sandbox that is still running, and `disk.failed`
 * where it cannot be made, read or written.
 */
export function openKeeper(folder: string, port: number, takeUp: TakeUp): Promise<FileKeeper> {
  return withFolder(folder, '--keep', () => openFolder(folder, port, takeUp));
}

async function openFolder(folder: string, port: number, takeUp: TakeUp): Promise<FileKeeper> {
  await mkdir(folder, { recursive: true });
  const names = await readdir(folder);
  await refuseShared(folder, names, port);
  const journalPath = join(folder, journalName);
  const { lines, wholeBytes } = await readJournal(folder, names);
  const kept = lines.map(({ group }, index) => nameOf(index + 1, group));
  for (const [index, line] of lines.entries()) await takeUp(join(folder, kept[index] ?? ''), line);

  const known = new Set(kept);
  const leftovers = names.filter((name) => incomingName.test(name) || (keptName.test(name) && !known.has(name)));
  for (const name of leftovers) await rm(join(folder, name), { recursive: true, force: true });
  // Before the first file: a file without any journal would look like one that is not the sandbox's.
  const journal = await openJournal(journalPath, wholeBytes);
  const incoming = join(folder, `.incoming-${port}`);
  await mkdir(incoming);
  await syncFolder(folder);

  let stored = lines.length;
  const keep = async (spool: string, line: JournalLine): Promise<void> => {
    const path = join(folder, nameOf(stored + 1, line.group));
    await syncFile(spool);
    await rename(spool, path);
    try {
      await syncFolder(folder);
      await journal.append(line);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    stored += 1;
  };
  const close = async (): Promise<void> => {
    await journal.close();
    await rm(incoming, { recursive: true, force: true });
  };
  // Not the last one's: of two uploads side by side the later may be stored first.
  const arrivals = lines.reduce((most, { arrival }) => Math.max(most, arrival), 0);
  return { incoming, arrivals, keep, close };
}

/** Does something with a folder; what the system refuses becomes `disk.failed` with the setting that names the folder. */
async function withFolder<T>(folder: string, setting: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new MigrationError('disk.failed', `the sandbox cannot keep files in ${folder}: ${error.message}`, {
      next: `name a folder that this user may write to, with ${setting}`,
      cause: error,
    });
  }
}

/** A group may hold any character; none of them may lead out of the folder. */
function nameOf(number: number, group: string): string {
  return `${String(number).padStart(6, '0')}-${encodeURIComponent(group)}.csv.gz`;
}

async function readJournal(folder: string, names: readonly string[]): Promise<ReturnType<typeof parseJournal>> {
  const path = join(folder, journalName);
  if (names.includes(journalName)) return parseJournal(await readFile(path), path);
  const foreign = names.find((name) => name.endsWith('.csv.gz'));
  if (foreign === undefined) return { lines: [], wholeBytes: 0 };
  throw new MigrationError(
    'input.invalid',
    `the folder for accepted files, ${folder}, holds ${foreign} but no journal`,
    {
      next: `name an empty folder, empty this one, or put back its ${journalName}`,
    },
  );
}

/**
 * Two sandboxes in one folder would write over each other. The folder for coming files names the port of its sandbox,
 * and a sandbox that was killed listens no more.
 */
async function refuseShared(folder: string, names: readonly string[], ownPort: number): Promise<void> {
  for (const name of names) {
    const port = Number(incomingName.exec(name)?.[1] ?? Number.NaN);
    if (!Number.isInteger(port) || port === ownPort || !(await isListening(port))) continue;
    throw new MigrationError('input.invalid', `a sandbox on port ${port} keeps its files in ${folder} already`, {
      next: `end it or name another folder; if port ${port} is no sandbox, remove ${join(folder, name)}`,
    });
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes new names survive a loss of power; Windows cannot sync folders. */
async function syncFolder(path: string): Promise<void> {
  if (platform() === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
