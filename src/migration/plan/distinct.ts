const bits = 12;
const registers = 2 ** bits;

/** Estimates how many different texts it was shown, in 4 kB (HyperLogLog); off by 1.6 % typically, exact for very few. */
export interface DistinctCount {
  add(text: string): void;
  estimate(): number;
}

/** A count that has seen nothing. The same texts give the same estimate, in any order and on any machine. */
export function createDistinctCount(): DistinctCount {
  const longest = new Uint8Array(registers);
  return {
    add(text) {
      const hash = hashOf(text);
      const register = hash >>> (32 - bits);
      const rank = Math.clz32((hash << bits) | (1 << (bits - 1))) + 1;
      if (rank > (longest[register] ?? 0)) longest[register] = rank;
    },
    estimate() {
      let sum = 0;
      let empty = 0;
      for (const rank of longest) {
        sum += 2 ** -rank;
        if (rank === 0) empty += 1;
      }
      const raw = ((0.7213 / (1 + 1.079 / registers)) * registers * registers) / sum;
      if (raw <= 2.5 * registers && empty > 0) return Math.round(registers * Math.log(registers / empty));
      const all = 2 ** 32;
      return Math.round(raw <= all / 30 ? raw : -all * Math.log(1 - raw / all));
    },
  };
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
