import { expect, it } from 'vitest';
import { productsFault } from '../../src/adobe/products.ts';

it.each([
  [';shoe', null],
  ['c;shoe;1;9.99;event1=2|event2=1.5:ab;eVar1=red|eVar250=x,;hat', null],
  ['shoe', 'product 1: "shoe" has no semicolon, so that it is read as a category without a product'],
  [';shoe;1;1,999.98', 'product 2: "999.98" has no semicolon, so that it is read as a category without a product'],
  [';;1', 'product 1: it has no name'],
  [';a;1;2;;;;', 'product 1: 8 parts; an entry has six'],
  [';a;1.5', 'product 1: the quantity "1.5" is no whole number'],
  [';a,;b;1;€9', 'product 2: the price "€9" is no plain decimal number'],
  [';a;1;2;Event1=1', 'product 1: "Event1" must be written event1'],
  [';a;1;2;purchase=1', 'product 1: "purchase" is no event of a product, but of the whole row'],
  ['c|d;a', 'product 1: a vertical bar divides events and eVars, and stands in its category or name'],
  [';a,;b|c;1', 'product 2: a vertical bar divides events and eVars, and stands in its category or name'],
  [';a;1;2;;eVar251=x', 'product 1: "eVar251=x" is no eVar with a value'],
  [';a;1;2;;red', 'product 1: "red" is no eVar with a value'],
])('%s: %s', (list, fault) => {
  expect(productsFault(list)).toBe(fault);
});
