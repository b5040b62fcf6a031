/** Runs shorter than this are made longer by insertion before any merging. */
const LEAST_RUN = 16;

/** Orders two positions: negative, zero or positive, as for `Array.sort`. */
export type ComparePositions = (left: number, right: number) => number;

/**
 * The numbers from 0 to `count - 1`, sorted; equal ones keep their order. A merge sort over the runs it finds, so rows
 * of a few streams that are each in order cost little more than one comparison a row. Needs eight bytes a row.
 */
export function sortedPositions(count: number, compare: ComparePositions): Uint32Array {
  let from = inArrivalOrder(count);
  let bounds = findRuns(from, compare);
  if (bounds.length <= 2) return from;
  let to = new Uint32Array(count);
  while (bounds.length > 2) {
    const merged = [0];
    for (let run = 0; run + 1 < bounds.length; run += 2) {
      const middle = bounds[run + 1]!;
      const end = bounds[run + 2] ?? middle;
      merge(from, bounds[run]!, middle, end, to, compare);
      merged.push(end);
    }
    bounds = merged;
    [from, to] = [to, from];
  }
  return from;
}

/** The numbers from 0 to `count - 1`. */
export function inArrivalOrder(count: number): Uint32Array<ArrayBuffer> {
  const positions = new Uint32Array(count);
  for (let position = 0; position < count; position++) positions[position] = position;
  return positions;
}

/** Makes `positions` a row of sorted runs and returns where they begin, and the end of the last. */
function findRuns(positions: Uint32Array, compare: ComparePositions): number[] {
  const bounds = [0];
  let start = 0;
  while (start < positions.length) {
    let end = start + 1;
    while (end < positions.length && compare(positions[end - 1]!, positions[end]!) <= 0) end++;
    const least = Math.min(start + LEAST_RUN, positions.length);
    for (; end < least; end++) insert(positions, start, end, compare);
    bounds.push(end);
    start = end;
  }
  return bounds;
}

/** Moves the element at `end` into its place in the sorted run from `start` to `end`. */
function insert(positions: Uint32Array, start: number, end: number, compare: ComparePositions): void {
  const position = positions[end]!;
  let at = end;
  for (; at > start && compare(positions[at - 1]!, position) > 0; at--) positions[at] = positions[at - 1]!;
  positions[at] = position;
}

function merge(
  from: Uint32Array,
  start: number,
  middle: number,
  end: number,
  to: Uint32Array,
  compare: ComparePositions,
): void {
  if (middle === end || compare(from[middle - 1]!, from[middle]!) <= 0) {
    to.set(from.subarray(start, end), start);
    return;
  }
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const takeLeft = right === end || (left < middle && compare(from[left]!, from[right]!) <= 0);
    to[at] = takeLeft ? from[left++]! : from[right++]!;
  }
}
