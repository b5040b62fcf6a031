/** What reading a span of time has shown. */
export type SpanSeen = 'empty' | 'crowded';

/** Half-open, whole seconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Spans around the middle of a range, until one holds some rows and not too many. */
export interface SpanSearch {
  /** The span to look at next; `null` where none is left that could fit. */
  next(): Span | null;
  /** What `next` was found to be. */
  saw(seen: SpanSeen): void;
}

const day = 86_400;
const widerBy = 16;

/** As long as a slice may well be: a thousandth of the range, between an hour and a day. Around the middle. */
export function middleSpan(range: Span): Span {
  return around(range, Math.min(day, Math.max(3_600, (range.to - range.from) / 1_000)));
}

/**
 * Searches outwards from `middleSpan` while there are no rows and inwards while there are too many; `grain` is the
 * least span, in seconds. At most `tries` spans.
 */
export function createSpanSearch(range: Span, options: { readonly grain: number; readonly tries: number }): SpanSearch {
  const whole = range.to - range.from;
  let empty = 0;
  let crowded: number | null = null;
  const first = middleSpan(range);
  let length = first.to - first.from;
  let left = options.tries;
  return {
    next: () => (left > 0 ? around(range, length) : null),
    saw: (seen) => {
      left -= 1;
      if (seen === 'empty') empty = length;
      else crowded = length;
      if (crowded === null) {
        if (empty >= whole) left = 0;
        // The last try is at all there is.
        length = left === 1 ? whole : Math.min(whole, length * widerBy);
      } else {
        const between = Math.floor(empty === 0 ? crowded / widerBy : Math.sqrt(empty * crowded));
        length = Math.max(options.grain, between);
        if (length <= empty || length >= crowded) left = 0;
      }
    },
  };
}

function around({ from, to }: Span, length: number): Span {
  const whole = to - from;
  const span = Math.min(whole, Math.max(1, Math.round(length)));
  const start = from + Math.floor((whole - span) / 2);
  return { from: start, to: start + span };
}
