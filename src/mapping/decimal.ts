/** How people write a number: the mark before the fraction, and the mark between groups of digits (empty: none). */
export interface DecimalMarks {
  readonly decimal?: string | undefined;
  readonly group?: string | undefined;
}

/** An exact decimal in parts: `units` / 10^`scale`. */
interface Parts {
  readonly units: bigint;
  readonly scale: number;
}

const maxDigits = 400;
/** Longer texts are no numbers of anybody; the bound keeps the patterns below cheap. */
const maxLength = 1_000;
const plain = /^(-?)(\d+)(?:\.(\d+))?$/;
const written = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;
const blanks = /[ \u00a0\u202f]/g;

/**
 * Reads a number into its one canonical text: a minus where it is below zero, no leading and no trailing zeros, `.`
 * before a fraction. `-1.234,50` with marks `,` and `.` gives `-1234.5`; `1.5E3` gives `1500`. Blanks around it are
 * ignored; the group mark ` ` stands for every kind of blank.
 *
 * Gives the empty text for what is no number: a group mark that does not part thousands (`1,5` read with group `,` is
 * rather a decimal comma than fifteen), a currency sign, more than 400 digits once an exponent is written out.
 */
export function parseDecimal(text: string, marks: DecimalMarks = {}): string {
  const decimal = marks.decimal ?? '.';
  const group = marks.group ?? '';
  let number = text.trim();
  if (number.length > maxLength) return '';
  if (group !== '') {
    number = withoutGroups(group === ' ' ? number.replace(blanks, ' ') : number, group, decimal);
  }
  if (decimal !== '.') {
    if (number.includes('.')) return '';
    number = number.replace(decimal, '.');
  }
  const match = written.exec(number);
  if (match === null) return '';
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return '';
  return canonical(sign === '-', whole, fraction, Number(exponent));
}

/** Below, equal or above zero as `a` is below, equal to or above `b`; both canonical. */
export function compareDecimals(a: string, b: string): number {
  const isNegative = a.startsWith('-');
  if (isNegative !== b.startsWith('-')) return isNegative ? -1 : 1;
  return isNegative ? compareUnsigned(b.slice(1), a.slice(1)) : compareUnsigned(a, b);
}

/** The exact product of two canonical decimals, canonical. */
export function multiplyDecimals(a: string, b: string): string {
  const left = partsOf(a);
  const right = partsOf(b);
  return textOf(left.units * right.units, left.scale + right.scale);
}

/** A canonical decimal rounded to at most `digits` (0 or more) after the point, a half to the even neighbour; canonical. */
export function roundDecimal(a: string, digits: number): string {
  const { units, scale } = partsOf(a);
  if (scale <= digits) return a;
  const divisor = 10n ** BigInt(scale - digits);
  const rest = units < 0n ? -(units % divisor) : units % divisor;
  const kept = units / divisor;
  const isUp = rest * 2n > divisor || (rest * 2n === divisor && kept % 2n !== 0n);
  return textOf(isUp ? kept + (units < 0n ? -1n : 1n) : kept, digits);
}

/** Takes group marks out; a text that groups otherwise than in thousands (or lakhs) keeps them and so is no number. */
function withoutGroups(number: string, group: string, decimal: string): string {
  const sign = /^[+-]/.exec(number)?.[0] ?? '';
  const end = number.indexOf(decimal);
  const whole = number.slice(sign.length, end < 0 ? number.length : end);
  const parts = whole.split(group);
  const last = parts.length - 1;
  const areThousands = parts.every((part, index) => {
    const least = index === 0 ? 1 : index === last ? 3 : 2;
    return last === 0 || (part.length >= least && part.length <= 3);
  });
  return areThousands ? sign + parts.join('') + (end < 0 ? '' : number.slice(end)) : '';
}

/** Moves the point by the exponent and strips zeros. */
function canonical(isNegative: boolean, whole: string, fraction: string, exponent: number): string {
  let digits = (whole + fraction).replace(/^0+/, '');
  let scale = fraction.length - exponent;
  const trailing = /0*$/.exec(digits)?.[0].length ?? 0;
  digits = digits.slice(0, digits.length - trailing);
  scale -= trailing;
  if (digits === '') return '0';
  if (digits.length - Math.min(scale, 0) > maxDigits || scale > maxDigits) return '';
  const sign = isNegative ? '-' : '';
  if (scale <= 0) return sign + digits + '0'.repeat(-scale);
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

function compareUnsigned(a: string, b: string): number {
  const wholeOfA = wholeLength(a);
  const wholeOfB = wholeLength(b);
  // Canonical texts with whole parts of one length order as texts do: the point stands at the same place.
  if (wholeOfA !== wholeOfB) return wholeOfA - wholeOfB;
  return a === b ? 0 : a < b ? -1 : 1;
}

function wholeLength(text: string): number {
  const point = text.indexOf('.');
  return point < 0 ? text.length : point;
}

function partsOf(text: string): Parts {
  const match = plain.exec(text);
  if (match === null) throw new RangeError(`not a canonical decimal: "${text.slice(0, 60)}"`);
  const [, sign, whole = '', fraction = ''] = match;
  return { units: BigInt(`${sign}${whole}${fraction}`), scale: fraction.length };
}

function textOf(units: bigint, scale: number): string {
  const isNegative = units < 0n;
  const digits = (isNegative ? -units : units).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const fraction = digits.slice(point).replace(/0+$/, '');
  const whole = digits.slice(0, point);
  return `${isNegative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
