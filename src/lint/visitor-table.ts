/** What is known of a visitor: the number of the group and the latest time, Unix seconds. */
export interface SeenVisitor {
  readonly group: number;
  readonly latest: number;
}

/** Visitors and when they were last seen, in bounded memory. */
export interface VisitorTable {
  /**
   * Enters a row. `new` for a visitor that was not seen before, or is not followed; else `same` group or `other` group,
   * with what was known before in `before`. A row in another group than the first changes nothing.
   */
  see(visitor: string, group: number, seconds: number): 'new' | 'same' | 'other';
  /** Written over by the next `see`. */
  readonly before: SeenVisitor;
  /** Visitors that are followed. */
  readonly size: number;
  /** The share of all visitors that is followed: 1, or a half, a quarter … once they were too many. */
  readonly share: number;
}

const firstSlots = 1_024;
const mostLoad = 0.75;

/**
 * An empty table for `most` visitors at a time, at 24 to 48 bytes each. When there are more, half of them, chosen by their hash, are
 * forgotten and left out from then on, and so on: what is said of the rest stays exact. Visitors are told apart by
 * 64 bits of hash; among three million, two share one with a chance of one in four million.
 */
export function createVisitorTable(most: number): VisitorTable {
  let slots = firstSlots;
  let low = new Uint32Array(slots);
  let high = new Uint32Array(slots);
  let groups = new Uint32Array(slots);
  let times = new Float64Array(slots);
  let size = 0;
  let mask = 0;
  const before = { group: 0, latest: 0 };
  let a = 0;
  let b = 0;

  const hash = (text: string): void => {
    a = 0x811c9dc5;
    b = 0x9e3779b1;
    for (let place = 0; place < text.length; place++) {
      const code = text.charCodeAt(place);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 15);
    }
    a = mixed(a ^ (b >>> 16));
    b = mixed(Math.imul(b, 0xc2b2ae35) ^ text.length);
    // Both zero means an empty slot.
    if (a === 0 && b === 0) a = 1;
  };

  const slotOf = (lowPart: number, highPart: number): number => {
    let slot = lowPart & (slots - 1);
    while ((low[slot] !== lowPart || high[slot] !== highPart) && (low[slot] !== 0 || high[slot] !== 0))
      slot = (slot + 1) & (slots - 1);
    return slot;
  };

  /** Moves everything that is still followed to a table of `wanted` slots. */
  const rebuild = (wanted: number): void => {
    const old = { low, high, groups, times };
    slots = wanted;
    low = new Uint32Array(slots);
    high = new Uint32Array(slots);
    groups = new Uint32Array(slots);
    times = new Float64Array(slots);
    size = 0;
    for (let from = 0; from < old.low.length; from++) {
      const lowPart = old.low[from] ?? 0;
      const highPart = old.high[from] ?? 0;
      if ((lowPart === 0 && highPart === 0) || (highPart & mask) !== 0) continue;
      const slot = slotOf(lowPart, highPart);
      low[slot] = lowPart;
      high[slot] = highPart;
      groups[slot] = old.groups[from] ?? 0;
      times[slot] = old.times[from] ?? 0;
      size++;
    }
  };

  const makeRoom = (): void => {
    while (size >= most) {
      mask = mask * 2 + 1;
      rebuild(slots);
    }
    if (size + 1 > slots * mostLoad) rebuild(slots * 2);
  };

  return {
    before,
    get size() {
      return size;
    },
    get share() {
      return 1 / (mask + 1);
    },
    see(visitor, group, seconds) {
      hash(visitor);
      if ((b & mask) !== 0) return 'new';
      const slot = slotOf(a, b);
      if (low[slot] === 0 && high[slot] === 0) {
        low[slot] = a;
        high[slot] = b;
        groups[slot] = group;
        times[slot] = seconds;
        size++;
        makeRoom();
        return 'new';
      }
      before.group = groups[slot] ?? 0;
      before.latest = times[slot] ?? 0;
      if (before.group !== group) return 'other';
      if (seconds > before.latest) times[slot] = seconds;
      return 'same';
    },
  };
}

function mixed(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
