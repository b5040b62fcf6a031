import type { FileDigest } from './read-rows.ts';
import type { Reply } from './reply.ts';
import type { BreachLog, FileReport, GroupReport } from './report.ts';
import { createHashSet } from './row-hashes.ts';

/** A file about to be stored. */
export type IncomingFile = Omit<FileReport, 'number' | 'rows' | 'invalidRows' | 'sha256'>;

/** A stored file, with the answer that its sender got or should have got. */
export interface StoredFile extends FileReport {
  readonly reply: Reply;
}

/** Everything that was accepted, in order of arrival. */
export interface Store {
  /** Stores a file at once and notes the breaches that it brings to light. */
  add(file: IncomingFile, digest: FileDigest, reply: Reply): StoredFile;
  /** The first file stored under a key. */
  find(key: string): StoredFile | null;
  /** Notes that an upload of a group has begun; call the result once when it has ended. */
  beginUpload(group: string): () => void;
  files(): FileReport[];
  groups(): Record<string, GroupReport>;
  duplicateRows(): number;
}

interface Visitor {
  readonly group: string;
  latest: number;
  latestFile: number;
}

interface Group {
  files: number;
  rows: number;
  invalidRows: number;
  visitors: number;
  firstTime: number | null;
  lastTime: number | null;
}

/**
 * Opens an empty store. It keeps no rows: per file one record, per visitor the latest time and the group, per row a
 * 64-bit hash.
 */
export function createStore(breaches: BreachLog): Store {
  const stored: StoredFile[] = [];
  const byKey = new Map<string, StoredFile>();
  const byHash = new Map<string, number>();
  const groups = new Map<string, Group>();
  const visitors = new Map<string, Visitor>();
  /** Visitors that came to a second group, under group and visitor. */
  const strays = new Map<string, Visitor>();
  const rowHashes = createHashSet();
  const uploads = new Map<string, number>();
  let duplicateRows = 0;

  const groupOf = (name: string): Group => {
    const found = groups.get(name) ?? {
      files: 0,
      rows: 0,
      invalidRows: 0,
      visitors: 0,
      firstTime: null,
      lastTime: null,
    };
    groups.set(name, found);
    return found;
  };

  /** The record of a visitor in a group; `null` where the visitor is new there. */
  const findVisitor = (visitor: string, group: string): Visitor | null => {
    const home = visitors.get(visitor);
    return (home?.group === group ? home : strays.get(`${group}\u0000${visitor}`)) ?? null;
  };

  const enterVisitor = (visitor: string, group: string, record: Visitor): void => {
    const home = visitors.get(visitor);
    if (home === undefined) {
      visitors.set(visitor, record);
    } else {
      strays.set(`${group}\u0000${visitor}`, record);
      breaches.add(
        'disjointness',
        `visitor ${visitor} stands in group ${home.group} and, from file ${record.latestFile} on, in ${group}`,
      );
    }
    groupOf(group).visitors += 1;
  };

  const placeVisitors = (group: string, number: number, digest: FileDigest): void => {
    for (const [visitor, span] of digest.visitors) {
      const known = findVisitor(visitor, group);
      if (known === null) {
        enterVisitor(visitor, group, { group, latest: span.latest, latestFile: number });
        continue;
      }
      if (span.first < known.latest) {
        breaches.add(
          'order',
          `group ${group}: visitor ${visitor} goes back from ${known.latest} in file ${known.latestFile} to ${span.first} at row ${span.firstRow} of file ${number}`,
        );
      }
      if (span.latest >= known.latest) {
        known.latest = span.latest;
        known.latestFile = number;
      }
    }
    const { count, samples } = digest.stepsBack;
    for (const [index, { visitor, row, time, latest }] of samples.entries()) {
      // The last sample stands for the rows beyond the samples too.
      const rows = index === samples.length - 1 ? count - index : 1;
      breaches.add(
        'order',
        `group ${group}: visitor ${visitor} goes back from ${latest} to ${time} at row ${row} of file ${number}`,
        rows,
      );
    }
  };

  const countRows = (hashes: Uint32Array): void => {
    for (let at = 0; at < hashes.length; at += 2) {
      if (rowHashes.add(hashes[at] ?? 0, hashes[at + 1] ?? 0)) duplicateRows += 1;
    }
  };

  const noteCopies = (file: StoredFile): void => {
    const { number, group, key, sha256 } = file;
    const sameKey = byKey.get(key);
    if (sameKey === undefined) byKey.set(key, file);
    else breaches.add('duplicate-key', `files ${sameKey.number} and ${number} of group ${group} have the key ${key}`);
    const sameBytes = byHash.get(sha256);
    if (sameBytes === undefined) byHash.set(sha256, number);
    else breaches.add('duplicate-file', `files ${sameBytes} and ${number} of group ${group} hold the same bytes`);
  };

  const add = (incoming: IncomingFile, digest: FileDigest, reply: Reply): StoredFile => {
    const { rows, invalidRows, rawSha256 } = digest;
    const file: StoredFile = { number: stored.length + 1, ...incoming, rows, invalidRows, sha256: rawSha256, reply };
    stored.push(file);
    noteCopies(file);
    placeVisitors(file.group, file.number, digest);
    countRows(digest.hashes);
    const group = groupOf(file.group);
    group.files += 1;
    group.rows += rows;
    group.invalidRows += invalidRows;
    group.firstTime = earlier(group.firstTime, digest.firstTime);
    group.lastTime = later(group.lastTime, digest.lastTime);
    return file;
  };

  const beginUpload = (group: string): (() => void) => {
    const open = uploads.get(group) ?? 0;
    if (open > 0) breaches.add('in-flight', `group ${group}: an upload began while ${open} of it had not ended`);
    uploads.set(group, open + 1);
    let ended = false;
    return () => {
      if (!ended) uploads.set(group, (uploads.get(group) ?? 1) - 1);
      ended = true;
    };
  };

  return {
    add,
    find: (key) => byKey.get(key) ?? null,
    beginUpload,
    files: () => stored.map(({ reply: _, ...file }) => file),
    groups: () => Object.fromEntries([...groups].map(([name, group]) => [name, { ...group }])),
    duplicateRows: () => duplicateRows,
  };
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
