/** `12,345`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 row`, `1,200 rows`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}
