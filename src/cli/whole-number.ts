import { MigrationError } from '../index.ts';

/** Throws `input.invalid` where what stands behind `option` is no whole number of at least `least`. */
export function assertWholeNumber(option: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new MigrationError('input.invalid', `${option} ${value} is no whole number of ${least} or more`);
}
