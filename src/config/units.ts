const DURATIONS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const SIZES: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['KB', 1000],
  ['MB', 1000 ** 2],
  ['GB', 1000 ** 3],
  ['TB', 1000 ** 4],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
  ['TiB', 1024 ** 4],
]);

/** Milliseconds of a text such as `180s`, `1.5h`, `0`; units ms s m h d. `null` where it is no duration. */
export function parseDuration(text: string): number | null {
  return text === '0' ? 0 : amount(text, DURATIONS);
}

/** Bytes of a text such as `95MB` (powers of 1000) or `64MiB` (powers of 1024). `null` where it is no size. */
export function parseSize(text: string): number | null {
  return text === '0' ? 0 : amount(text, SIZES);
}

/** The fraction, 0 to 1, of a text such as `0.1%`. `null` where it is no share. */
export function parseShare(text: string): number | null {
  const digits = /^(\d+(?:\.\d+)?) ?%$/.exec(text)?.[1];
  if (digits === undefined) return text === '0' ? 0 : null;
  // Dividing the digits by a power of ten is correctly rounded: 0.1% is the double that `0.001` is.
  const decimals = digits.split('.')[1]?.length ?? 0;
  const fraction = Number(digits.replace('.', '')) / 10 ** (decimals + 2);
  return fraction <= 1 ? fraction : null;
}

/** A plain decimal number without sign or exponent. `null` where it is none. */
export function parseDecimal(text: string): number | null {
  return /^\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : null;
}

/** A whole number without sign that is exact as a `number`. `null` where it is none. */
export function parseCount(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function amount(text: string, units: ReadonlyMap<string, number>): number | null {
  const match = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(text);
  const unit = units.get(match?.[2] ?? '');
  if (match?.[1] === undefined || unit === undefined) return null;
  const value = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(value) ? value : null;
}
