/**
 * A 64-bit float as decimal digits: the shortest that read back as the same float, without an exponent, whole values
 * with `.0` as SQLite itself shows a REAL. `Inf`, `-Inf` are SQLite's words for what has no digits.
 */
export function realText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return `${value}.0`;
  const text = String(value);
  const split = text.indexOf('e');
  if (split === -1) return Number.isFinite(value) ? text : value < 0 ? '-Inf' : 'Inf';
  const sign = value < 0 ? '-' : '';
  const [whole = '', fraction = ''] = text.slice(sign.length, split).split('.');
  const exponent = Number(text.slice(split + 1));
  if (exponent < 0) return `${sign}0.${whole.padStart(whole.length - exponent - 1, '0')}${fraction}`;
  return `${sign}${whole}${fraction.padEnd(exponent, '0')}.0`;
}
