/** A text and how often it came; at most `over` of that may belong to others that were forgotten. */
export interface FrequentText {
  readonly text: string;
  readonly count: number;
  readonly over: number;
}

/** Finds the texts that come most often, in bounded memory. */
export interface FrequentTexts {
  add(text: string): void;
  /** The most frequent, by count. */
  top(most: number): FrequentText[];
}

/**
 * Keeps about `room` texts. When there are twice as many, the rarer half is forgotten, and what is new from then on is
 * counted as if it had come as often as the most frequent of those: no text's count is too small, and one that makes up
 * more than a `room`-th of all is never missed.
 */
export function createFrequentTexts(room: number): FrequentTexts {
  let counts = new Map<string, { count: number; over: number }>();
  let floor = 0;
  return {
    add(text) {
      const known = counts.get(text);
      if (known !== undefined) {
        known.count += 1;
        return;
      }
      counts.set(text, { count: floor + 1, over: floor });
      if (counts.size < 2 * room) return;
      const sorted = [...counts].sort(([, one], [, other]) => other.count - one.count);
      floor = sorted[room]?.[1].count ?? floor;
      counts = new Map(sorted.slice(0, room));
    },
    top: (most) =>
      [...counts]
        .map(([text, { count, over }]) => ({ text, count, over }))
        .sort((one, other) => other.count - one.count || (one.text < other.text ? -1 : 1))
        .slice(0, most),
  };
}
