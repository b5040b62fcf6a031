/** Numbers from 0 to below 1, the same for the same seed (Marsaglia's xorshift with 32 bits of state). */
export function createRandom(seed) {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
  // Neighbouring seeds begin alike; they have parted after a few steps.
  for (let step = 0; step < 32; step++) next();
  return next;
}
