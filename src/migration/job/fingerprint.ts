import { createHash } from 'node:crypto';

/**
 * What makes a job this job. `identity` decides which rows there are, whose they are, and where they stand in order:
 * it never changes after the first attempt. `content` decides what the other columns say: it may change with an
 * explicit `--accept-change`. Each entry is stored as a digest beside its name, so that a change can be named without
 * keeping anything secret.
 */
export interface Fingerprint {
  readonly identity: Readonly<Record<string, string>>;
  readonly content: Readonly<Record<string, string>>;
}

/** The digest of any plain value; maps are equal whatever the order of their keys, lists are not. */
export function digest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 32);
}

/** Digests of a record's entries, sorted by name. */
export function digestEntries(entries: Readonly<Record<string, unknown>>): Record<string, string> {
  const names = Object.keys(entries).sort();
  return Object.fromEntries(names.map((name) => [name, digest(entries[name])]));
}

/** Names of the entries that differ, were added or are gone; sorted. */
export function changedEntries(
  stored: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): string[] {
  const names = new Set([...Object.keys(stored), ...Object.keys(now)]);
  return [...names].filter((name) => stored[name] !== now[name]).sort();
}

function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_, member: unknown) => {
      if (typeof member === 'bigint') return `${member}n`;
      if (member === null || typeof member !== 'object' || Array.isArray(member)) return member;
      return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
    }) ?? 'undefined'
  );
}
