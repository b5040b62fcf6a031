import { expect, it } from 'vitest';
import { currencyCodes, currencyDigits, currencyStanding } from '../../src/adobe/currency.ts';

it('has the 173 codes of the published list', () => {
  expect(currencyCodes()).toHaveLength(173);
  expect(new Set(currencyCodes()).size).toBe(173);
});

it.each([
  ['EUR', 'listed'],
  ['TRL', 'listed'],
  ['TRY', 'iso only'],
  ['RUB', 'iso only'],
  ['SSP', 'iso only'],
  ['eur', 'unknown'],
  ['XXX', 'unknown'],
  ['', 'unknown'],
])('%s is %s', (code, standing) => {
  expect(currencyStanding(code)).toBe(standing);
});

it.each([
  ['EUR', 2],
  ['USD', 2],
  ['JPY', 0],
  ['KRW', 0],
  ['ISK', 0],
  ['KWD', 3],
  ['TND', 3],
  ['QQQ', 2],
])('%s has %i digits', (code, digits) => {
  expect(currencyDigits(code)).toBe(digits);
});
