import { open } from 'node:fs/promises';
import { MigrationError } from '../domain/error.ts';
import type { IncomingFile } from './store.ts';

/** What the journal says of one stored file. With it and the file, all that the store knew is read again. */
export interface JournalLine extends IncomingFile {
  /** Of the uncompressed CSV: tells a kept file from another under its name. */
  readonly sha256: string;
  /** When its rows were read, epoch ms; stands in some styles of the processing log. */
  readonly readAt: number;
  /** How many good rows a fault declared invalid. */
  readonly refusedRows: number;
  /** How many files had been received when it was, itself included: the next id must be a new one. */
  readonly arrival: number;
}

/** The lines of a journal, and how many bytes they fill: beyond stands what a killed sandbox was writing. */
export interface JournalText {
  readonly lines: readonly JournalLine[];
  readonly wholeBytes: number;
}

/** An open journal. */
export interface Journal {
  /** Adds a line; resolves when it is on disk. A line that could not be written whole is taken back. One at a time. */
  append(line: JournalLine): Promise<void>;
  close(): Promise<void>;
}

const types = {
  group: 'string',
  key: 'string',
  fileId: 'string',
  uploadName: 'string',
  size: 'number',
  startedAt: 'number',
  storedAt: 'number',
  sha256: 'string',
  readAt: 'number',
  refusedRows: 'number',
  arrival: 'number',
} as const satisfies Record<keyof JournalLine, 'string' | 'number'>;

const lineEnd = 0x0a;

/** Reads a journal. `path` is for messages. A torn last line is left out; any other fault throws `input.invalid`. */
export function parseJournal(bytes: Buffer, path: string): JournalText {
  const wholeBytes = bytes.lastIndexOf(lineEnd) + 1;
  const texts = bytes.toString('utf8', 0, wholeBytes).split('\n').slice(0, -1);
  const lines = texts.map((text, index) => {
    const line = parseLine(text);
    if (line !== null) return line;
    throw new MigrationError('input.invalid', `${path}, line ${index + 1}, is no line that a sandbox wrote`, {
      next: 'name another folder for accepted files, or empty this one and begin the migration anew',
    });
  });
  return { lines, wholeBytes };
}

function parseLine(text: string): JournalLine | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const fields = value as Record<string, unknown>;
    return Object.entries(types).every(([name, type]) => typeof fields[name] === type) ? (value as JournalLine) : null;
  } catch {
    return null;
  }
}

/** Opens a journal to go on after its whole lines, and makes it where there is none; what follows them is cut off. */
export async function openJournal(path: string, wholeBytes: number): Promise<Journal> {
  const handle = await open(path, 'a');
  let length = wholeBytes;
  /** Set where half a line could not be taken back: whatever came behind it could never be read again. */
  let isTorn = false;
  await handle.truncate(length);
  await handle.sync();

  const append = async (line: JournalLine): Promise<void> => {
    if (isTorn) throw new MigrationError('disk.failed', `${path} ends in half a line; start the sandbox again`);
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      await handle.appendFile(bytes);
      await handle.datasync();
      length += bytes.length;
    } catch (error) {
      await handle.truncate(length).catch(() => {
        isTorn = true;
      });
      throw error;
    }
  };

  return { append, close: () => handle.close() };
}
