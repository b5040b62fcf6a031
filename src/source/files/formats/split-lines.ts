/** A line's text without its line end; `null` where it is longer than `maxLineChars`, and `shown` is its beginning. */
export interface Line {
  readonly text: string | null;
  readonly shown: string;
  /** The line's number in its file, from 1. */
  readonly number: number;
}

/** Cuts one file's text into lines. */
export interface LineSplitter {
  /** Takes the next text of any length and gives the lines that are complete; `last` is true once, with the file's end. */
  push(text: string, last: boolean): Iterable<Line>;
}

/** Longer lines are given up on, so that a file without line ends does not fill the memory. */
export const maxLineChars = 16_777_216;

const shownChars = 1_000;

/**
 * Line ends are `\n` and `\r\n`, mixed as they come. A byte order mark at the start of the file is no text; nothing else is
 * changed. The text begins with line `first`.
 */
export function createLineSplitter(first = 1): LineSplitter {
  const parts: string[] = [];
  let held = 0;
  let number = first - 1;
  let started = first > 1;

  const hold = (text: string): void => {
    // Beyond the limit only the beginning is still wanted.
    if (held <= maxLineChars) parts.push(text);
    else parts.splice(0, parts.length, parts.join('').slice(0, shownChars));
    held += text.length;
  };
  const line = (rest: string): Line => {
    number++;
    const isLong = held + rest.length > maxLineChars;
    const whole = parts.length === 0 ? rest : parts.join('') + rest;
    parts.length = 0;
    held = 0;
    const text = whole.endsWith('\r') && !isLong ? whole.slice(0, -1) : whole;
    return { text: isLong ? null : text, shown: text.slice(0, shownChars), number };
  };

  return {
    *push(pushed, last) {
      const text = !started && pushed.startsWith('\uFEFF') ? pushed.slice(1) : pushed;
      started ||= pushed !== '';
      let from = 0;
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
        yield line(text.slice(from, end));
        from = end + 1;
      }
      if (from < text.length) hold(text.slice(from));
      if (last && held > 0) yield line('');
    },
  };
}
