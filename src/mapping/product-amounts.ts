import { currencyDigits } from '../adobe/currency.ts';
import { isProductPrice, isProductQuantity } from '../adobe/products.ts';
import type { ProductsSpec } from '../config/mapping-schema.ts';
import type { Row } from '../domain/row.ts';
import { constantsOf } from './constants.ts';
import { multiplyDecimals, parseDecimal, roundDecimal } from './decimal.ts';
import type { Path } from './faults.ts';
import type { Counter } from './row-state.ts';
import type { Reader } from './scope.ts';
import { compileText, type ValueContext, type ValueUse } from './value.ts';

const use: ValueUse = { reason: 'no products', column: 'products' };

/** Quantity and line total of a product, in registers. */
export interface Amounts {
  quantity: string;
  total: string;
  read(row: Row, currency: string): void;
}

/**
 * Compiles `quantity` and one of `unitPrice` and `lineTotal`. What Adobe calls price is the total of the line (Adobe docs,
 * purchase event); it is exact, and rounded half-even to the currency's digits. One below zero is left empty and counted.
 */
export function compileAmounts(spec: ProductsSpec, path: Path, context: ValueContext): Amounts {
  const { state, faults } = context;
  const unit = spec.unitPrice !== undefined;
  const price = spec.unitPrice ?? spec.lineTotal;
  const pricePath = [...path, unit ? 'unitPrice' : 'lineTotal'];
  const quantityPath = [...path, 'quantity'];
  const priceOf = price === undefined ? null : compileText(price, pricePath, use, context);
  const quantityOf = spec.quantity === undefined ? null : compileText(spec.quantity, quantityPath, use, context);
  for (const { text, path: at } of constantsOf(spec.quantity, quantityPath)) {
    if (!isProductQuantity(parseDecimal(text)))
      faults.error(at, 'products-number', `"${text}" is no quantity of a product`, 'write a whole number, such as 1');
  }
  for (const { text, path: at } of constantsOf(price, pricePath)) {
    if (!isProductPrice(parseDecimal(text)))
      faults.error(at, 'products-number', `"${text}" is no price`, 'write a plain number, such as 9.95');
  }
  const badQuantity = state.counter('emptied', 'products', 'quantity not a whole number');
  const badPrice = state.counter('emptied', 'products', 'price not a number');
  const refund = state.counter('emptied', 'products', 'price below zero');
  const noTotal = state.counter('emptied', 'products', 'no quantity to multiply the price by');
  const amounts: Amounts = {
    quantity: '',
    total: '',
    read(row, currency) {
      const count = numberOf(quantityOf, row, badQuantity);
      amounts.quantity = '';
      amounts.total = '';
      if (isProductQuantity(count)) amounts.quantity = count;
      else if (count !== '') state.bump(badQuantity);
      const money = numberOf(priceOf, row, badPrice);
      if (money === '') return;
      const multiplies = unit && quantityOf !== null;
      if (multiplies && count === '') {
        state.bump(noTotal);
        return;
      }
      const total = roundDecimal(multiplies ? multiplyDecimals(money, count) : money, currencyDigits(currency));
      if (!isProductPrice(total)) {
        state.bump(refund);
        return;
      }
      amounts.total = total;
      // A price without any quantity column is of one piece: Adobe counts units from here.
      if (quantityOf === null) amounts.quantity = '1';
    },
  };
  const numberOf = (read: Reader | null, row: Row, bad: Counter): string => {
    const said = read === null ? '' : read(row);
    if (said === '') return '';
    const number = parseDecimal(said);
    if (number === '') state.bump(bad);
    return number;
  };
  return amounts;
}
