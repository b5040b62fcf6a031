/**
 * Whether a value of an eVar that counts is one that Adobe counts: a plus and a number that is not negative, with a period
 * before decimals, which are rounded to two (Adobe docs, eVar variable).
 */
export function isCounterStep(text: string): boolean {
  return /^\+\d+(?:\.\d+)?$/.test(text);
}
