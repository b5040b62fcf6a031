import { hash } from 'node:crypto';

/** Visitors remembered per generation; two generations are kept. */
const REMEMBERED = 8_192;

/**
 * Puts visitors into `count` groups, numbered from 0. The group is the first six bytes of the SHA-256 of the visitor's
 * UTF-8 bytes, read as one big-endian integer, modulo `count`: the same on every machine, for ever (P2). Recent visitors
 * are remembered, in bounded memory.
 */
export function createGrouper(count: number): (visitor: string) => number {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`A number of visitor groups is 1 or more: ${count}`);
  if (count === 1) return () => 0;
  let recent = new Map<string, number>();
  let older = new Map<string, number>();
  return (visitor) => {
    const known = recent.get(visitor);
    if (known !== undefined) return known;
    const group = older.get(visitor) ?? Number.parseInt(hash('sha256', visitor, 'hex').slice(0, 12), 16) % count;
    if (recent.size >= REMEMBERED) {
      older = recent;
      recent = new Map();
    }
    recent.set(visitor, group);
    return group;
  };
}

/** The name of a visitor group: what Adobe gets as its visitor group id, and the folder of its chunks. */
export function groupName(prefix: string, index: number): string {
  return `${prefix}_${index}`;
}
