import { describe, expect, it } from 'vitest';
import { bound, type Said } from './mapped.ts';

/** What is warned of, as `code column`. */
function warned(hit: NonNullable<Said['hit']>): string[] {
  const { problems } = bound({ columns: ['a'], hit });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return problems.map(({ code, message }) => `${code}: ${message.slice(0, message.indexOf(':'))}`);
}

const retired = (column: string) => `mapping.column-retired: reports no longer show ${column} (unsure)`;
const noEvent = 'mapping.product-view: no event is mapped (unsure)';
const noProducts = 'mapping.order: no products are mapped (unsure)';
const noPartner = 'mapping.alone: no eVar and no event is mapped (value lost)';
const products = { name: 'a' };

describe('columns of one stream', () => {
  it.each<[string, NonNullable<Said['hit']>, string[]]>([
    ['nothing of note', { eVar1: 'a', prop1: 'a' }, []],
    ['a hierarchy', { hier2: 'a', hier5: 'a' }, [retired('hier2'), retired('hier5')]],
    ['a hint with its ECID', { aamlh: 'a', marketingCloudVisitorID: 'a' }, []],
    ['a hint without', { aamlh: 'a' }, ['mapping.alone: no Experience Cloud ID is mapped (value lost)']],
    ['a transaction with an eVar', { transactionID: 'a', eVar9: 'a' }, []],
    ['a transaction with an event', { transactionID: 'a', events: ['event1'] }, []],
    ['a transaction beside a queryString, which may hold either', { transactionID: 'a', queryString: 'a' }, []],
    ['a transaction alone', { transactionID: 'a', prop1: 'a' }, [noPartner]],
    ['products with an event', { products, events: ['prodView'] }, []],
    ['products with events of their own', { products: { name: 'a', events: [{ event: 'event5', value: 'a' }] } }, []],
    ['products without', { products }, [noEvent]],
    ['finished products without', { products: 'a' }, [noEvent]],
    ['an order', { products, events: ['purchase'] }, []],
    ['an order without products', { events: ['event1', 'purchase'] }, [noProducts]],
    ['an order on a condition', { events: [{ event: 'purchase', when: { a: '1' } }] }, [noProducts]],
    ['an order as a constant', { events: { const: 'purchase' } }, [noProducts]],
    ['events that the source names', { events: ['event1', { from: 'a' }] }, []],
  ])('%s', (_name, hit, expected) => {
    expect(warned(hit)).toEqual(expected);
  });

  it('a visitorID, which a report suite that wants timestamps does not support', () => {
    const codes = (timestamps: 'optional' | 'required', hit: NonNullable<Said['hit']>) =>
      bound({ columns: ['a'], suite: { timestamps }, hit }).problems.map(({ code, severity }) => `${severity} ${code}`);
    expect(codes('optional', {})).toEqual([]);
    expect(codes('required', {})).toEqual(['warning mapping.visitor-on-timestamps']);
    expect(codes('required', { visitorID: undefined, marketingCloudVisitorID: 'a' })).toEqual([]);
  });
});
