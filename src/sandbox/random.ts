import { createHash } from 'node:crypto';

/** Numbers in [0, 1), the same for the same seed on any machine (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** 64 lower-case hex digits that depend on the seed and the name only. */
export function seededHex(seed: number, name: string): string {
  return createHash('sha256').update(`sandbox/${seed}/${name}`).digest('hex');
}

/** A GUID that depends on the seed and the name only. */
export function seededGuid(seed: number, name: string): string {
  const hex = seededHex(seed, name);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
