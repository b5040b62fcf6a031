import { currencyStanding } from '../adobe/currency.ts';
import type { ValueFault } from './value-rule.ts';

/** What Adobe makes of a currency code; `null` for one that it publishes. */
export function currencyFault(code: string): ValueFault | null {
  const standing = currencyStanding(code);
  if (standing === 'listed') return null;
  if (standing === 'unknown') return { rule: 'currency', message: 'no currency code of Adobe’s (upper case)' };
  const message = 'in ISO 4217, but not on the list that Adobe publishes: the hit may be dropped';
  return { rule: 'currency-unlisted', message };
}
