import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/domain/row.ts';
import { bound, errors, mapperOf } from './mapped.ts';

const columns = ['cat', 'sku', 'qty', 'price', 'items', 'cur', 'e'];

function products(spec: unknown, row: Record<string, Cell>, currency: string | null = null): [string, ...string[]] {
  const mapped = mapperOf({ columns, suite: { currency }, hit: { currencyCode: 'cur', products: spec } }).map(row);
  return [mapped.cells?.['products'] ?? '', ...mapped.tallies];
}

const line = { category: 'cat', name: 'sku', quantity: 'qty', unitPrice: 'price' };
const list = { each: 'items', category: 'category', name: 'sku', quantity: 'quantity', unitPrice: 'price' };

describe('products', () => {
  it.each<[string, unknown, Record<string, Cell>, string, ...string[]]>([
    ['one per row', line, { cat: 'shoes', sku: 'A-1', qty: '2', price: '9.99' }, 'shoes;A-1;2;19.98'],
    ['the semicolon of the category stays', line, { sku: 'A', qty: '1', price: '1' }, ';A;1;1'],
    ['a name alone', { name: 'sku' }, { sku: 'A' }, ';A'],
    ['three tenths are three tenths', line, { sku: 'A', qty: '3', price: '0.1' }, ';A;3;0.3'],
    ['a half goes to the even cent', line, { sku: 'A', qty: '1', price: '0.125' }, ';A;1;0.12'],
    ['and up to an even one', line, { sku: 'A', qty: '1', price: '0.135' }, ';A;1;0.14'],
    ['yen have no cents', line, { sku: 'A', qty: '3', price: '33.5', cur: 'JPY' }, ';A;3;100'],
    ['dinars have three digits', line, { sku: 'A', qty: '1', price: '1.2345', cur: 'KWD' }, ';A;1;1.234'],
    [
      'a line total is not multiplied',
      { name: 'sku', quantity: 'qty', lineTotal: 'price' },
      { sku: 'A', qty: '3', price: '30.00' },
      ';A;3;30',
    ],
    [
      'a price without a quantity column is of one',
      { name: 'sku', unitPrice: 'price' },
      { sku: 'A', price: '5' },
      ';A;1;5',
    ],
    [
      'an absent quantity leaves no total',
      line,
      { sku: 'A', price: '5' },
      ';A',
      'emptied products no quantity to multiply the price by 1',
    ],
    [
      'a quantity that is not whole',
      line,
      { sku: 'A', qty: '1.5', price: '2' },
      ';A;;3',
      'emptied products quantity not a whole number 1',
    ],
    [
      'a price that is no number',
      line,
      { sku: 'A', qty: '2', price: '€5' },
      ';A;2',
      'emptied products price not a number 1',
    ],
    [
      'a total below zero, of which Adobe says nothing',
      line,
      { sku: 'A', qty: '2', price: '-5' },
      ';A;2',
      'emptied products price below zero 1',
    ],
    [
      'a refund of one piece',
      { name: 'sku', lineTotal: 'price' },
      { sku: 'A', price: '-10' },
      ';A',
      'emptied products price below zero 1',
    ],
    ['less than half a cent below zero', line, { sku: 'A', qty: '1', price: '-0.004' }, ';A;1;0'],
    [
      'separators are taken out',
      line,
      { cat: 'a;b', sku: 'x,y|z', qty: '1', price: '1' },
      'a b;x y z;1;1',
      'mended products separators taken out 2',
    ],
    [
      'a long name is cut',
      { name: 'sku' },
      { sku: 'x'.repeat(101) },
      `;${'x'.repeat(100)}`,
      'cut products over 100 bytes 1',
    ],
    [
      'no name, and a number of its own',
      { name: 'sku', events: [{ event: 'event5', value: 'price' }] },
      { price: '1.5' },
      '',
      'left out products product without a name 1',
    ],
    [
      'no name, and an eVar of its own',
      { name: 'sku', eVar2: { from: 'cat', else: 'reject' } },
      { cat: 'c' },
      '',
      'left out products product without a name 1',
    ],
    [
      'no name, and nothing but what every row has',
      {
        name: 'sku',
        category: { template: 'all' },
        quantity: { const: '1' },
        unitPrice: { first: ['price', { const: '9.99' }] },
        eVar2: { from: 'cat', else: { const: 'none' } },
        events: [{ event: 'event5', value: { const: '1' } }],
      },
      {},
      '',
    ],
    [
      'no name, and a price of its own beside what every row has',
      { name: 'sku', quantity: { const: '1' }, unitPrice: { first: ['price', { const: '9.99' }] } },
      { price: '5' },
      '',
      'left out products product without a name 1',
    ],
    [
      'no name, and a constant of some rows',
      { name: 'sku', eVar2: { const: 'sale', when: { cat: 's' } } },
      { cat: 's' },
      '',
      'left out products product without a name 1',
    ],
    [
      'no name, and an event of some rows',
      { name: 'sku', events: [{ event: 'event5', value: { const: '1' }, when: { cat: 's' } }] },
      { cat: 's' },
      '',
      'left out products product without a name 1',
    ],
    [
      'an item without a name that has only what every item has',
      { ...list, quantity: { const: '1' } },
      { items: '[{"other":"x"},{"sku":"A"}]' },
      ';A;1',
    ],
    ['no name, no product', line, { cat: 'c', qty: '1' }, '', 'left out products product without a name 1'],
    [
      'items of a JSON column, in a stable order',
      list,
      {
        items:
          '[{"sku":"B","quantity":2,"price":16.403361},{"sku":"A","category":"c","quantity":"1","price":14.596638}]',
      },
      ';B;2;32.81,c;A;1;14.6',
    ],
    ['nothing of a product', line, {}, ''],
    ['an empty list', list, { items: '[]' }, ''],
    ['no list at all', list, { items: '{"sku":"A"}' }, '', 'emptied products no list of items 1'],
    ['no items', list, {}, ''],
    ['a finished text', 'e', { e: 'c;A;1;2,;B' }, ';B,c;A;1;2'],
    ['a finished text with all its parts', 'e', { e: 'c;A;1;2.50;;eVar1=x,;B;;' }, ';B;;,c;A;1;2.50;;eVar1=x'],
    [
      'a finished text with a refund',
      'e',
      { e: 'c;A;1;-2.50;;eVar1=x,;B;1;--1' },
      ';B;1,c;A;1;;;eVar1=x',
      'emptied products price not a number 1',
      'emptied products price below zero 1',
    ],
    [
      'a finished text without the amounts that are none',
      'e',
      { e: 'c;A;two;$9.99;event1=2;eVar1=x,;B;1.5;9.99,;C;3;9.99 EUR,;D;x' },
      ';B;;9.99,;C;3,;D,c;A;;;event1=2;eVar1=x',
      'emptied products quantity not a whole number 3',
      'emptied products price not a number 2',
    ],
    [
      'a finished text with entries that say nothing, or have no name',
      'e',
      { e: 'c;A;1;2,;;2;19.98,Shoes;,;;;, ,;;;;event5=4.50,;B,' },
      ';B,c;A;1;2',
      'left out products product without a name 3',
    ],
    ['a finished text out of grammar', 'e', { e: 'running shoes' }, '', "emptied products not in Adobe's grammar 1"],
    [
      'a finished text with pieces that are too long',
      'e',
      { e: `${'c'.repeat(101)};${'ä'.repeat(51)};1;2;;eVar1=${'v'.repeat(256)}|eVar2=w` },
      `${'c'.repeat(100)};${'ä'.repeat(50)};1;2;;eVar1=${'v'.repeat(255)}|eVar2=w`,
      'cut products over 100 bytes 2',
      'cut products over 255 bytes 1',
    ],
    [
      'a finished text with bars in names, and blanks',
      'e',
      { e: ' men | shoes ; A|B; 2 ; 9.98 ,; ;1' },
      'men shoes;A B;2;9.98',
      'mended products separators taken out 2',
      'left out products product without a name 1',
    ],
    [
      'a finished text with what is no eVar',
      'e',
      { e: ';A;1;2;;red|eVar1=|eVar251=x|evar2=y=z|eVar3= ,;B;;;;size' },
      ';A;1;2;;evar2=y=z,;B',
      'emptied products no eVar of Adobe 5',
    ],
    [
      'a finished text with more parts than an entry has',
      'e',
      { e: ';A;1;2;event1=2;eVar1=x;eVar2=y,;B;1;2;;;; ,;C' },
      ';B;1;2,;C',
      "left out products not in Adobe's grammar 1",
    ],
    [
      'a finished text with an order inside a product',
      'e',
      { e: ';A;1;2;purchase=1|prodView|event1=2' },
      ';A;1;2;event1=2',
      'emptied products no event of Adobe 2',
    ],
    [
      'a finished text with serial numbers that cannot be used',
      'e',
      { e: ';A;1;2;event1=2:a-b|event2=3:x1|purchase:1|event3=:x' },
      ';A;1;2;event1=2|event2=3:x1',
      'emptied products no event of Adobe 2',
      'emptied products event id unusable 1',
    ],
    [
      'merchandising eVars, by number',
      { name: 'sku', eVar10: 'cat', eVar2: { const: 'x|y' } },
      { sku: 'A', cat: 'c' },
      ';A;;;;eVar2=x y|eVar10=c',
      'mended products separators taken out 1',
    ],
  ])('%s', (_name, spec, row, expected, ...tallies) => {
    expect(products(spec, row)).toEqual([expected, ...tallies]);
  });

  it('takes for no fault what a row lacks that is about no product', () => {
    const spec = { name: 'sku', category: { from: 'e', else: 'reject' }, eVar2: { from: 'cat', else: 'reject' } };
    const { map } = mapperOf({ columns, hit: { products: spec } });
    expect(map({})).toMatchObject({ outcome: 'hit', tallies: [] });
    expect(map({ sku: 'A' })).toMatchObject({ outcome: 'rejected', reason: 'no products' });
  });

  it("rounds by the suite's currency where the row names none", () => {
    expect(products(line, { sku: 'A', qty: '1', price: '10.5' }, 'JPY')).toEqual([';A;1;10']);
  });

  it('takes a number from events that products give, since it would win over theirs', () => {
    const spec = { name: 'sku', events: [{ event: 'event5', value: 'price', id: 'cat' }] };
    const events = ['purchase', { event: 'event5', value: 'qty' }];
    const { cells, tallies } = mapperOf({ columns, hit: { products: spec, events } }).map({
      sku: 'A',
      price: '1.5',
      cat: 'x1',
      qty: '7',
    });
    expect(cells?.['products']).toBe(';A;;;event5=1.5:x1');
    expect(cells?.['events']).toBe('purchase,event5');
    expect(tallies).toEqual(['left out events number that products give 1']);
  });

  it('leaves such an event its serial id, by which Adobe knows it again', () => {
    const spec = { name: 'sku', events: [{ event: 'event5', value: 'price' }] };
    const events = ['purchase', { event: 'event5', value: 'qty', id: 'cat' }];
    const { cells, tallies } = mapperOf({ columns, hit: { products: spec, events } }).map({
      sku: 'A',
      price: '1.5',
      cat: 'abc',
      qty: '7',
    });
    expect(cells).toMatchObject({ products: ';A;;;event5=1.5', events: 'purchase,event5:abc' });
    expect(tallies).toEqual(['left out events number that products give 1']);
  });

  it('reads a finished list: its events too, without those that Adobe would not count', () => {
    const finished = mapperOf({ columns, hit: { products: { first: ['items', 'e'] }, events: ['purchase'] } });
    const { cells, tallies } = finished.map({ e: ';B;1;2;event1=3|Event2=1;eVar1=x,c;A;;;event4=2|event1=1' });
    expect(cells?.['products']).toBe(';B;1;2;event1=3;eVar1=x,c;A;;;event4=2|event1=1');
    expect(cells?.['events']).toBe('purchase,event1,event4');
    expect(tallies).toEqual(['emptied products no event of Adobe 1']);
    expect(finished.map({}).cells?.['products']).toBeUndefined();
  });

  it('holds decimals only of events that the suite has as numeric, where that is known', () => {
    const suite = { numericEvents: ['event1'] };
    const spec = {
      name: 'sku',
      events: [
        { event: 'event1', value: 'price' },
        { event: 'event2', value: 'price' },
      ],
    };
    const built = mapperOf({ columns, suite, hit: { products: spec } }).map({ sku: 'A', price: '1.5' });
    expect([built.cells?.['products'], built.cells?.['events'], ...built.tallies]).toEqual([
      ';A;;;event1=1.5',
      'event1',
      'emptied products decimals of a counter 1',
    ]);
    const finished = mapperOf({ columns, suite, hit: { products: 'e' } }).map({ e: ';A;;;event2=1.5|event1=2.5' });
    expect([finished.cells?.['products'], finished.cells?.['events'], ...finished.tallies]).toEqual([
      ';A;;;event1=2.5',
      'event1',
      'emptied products decimals of a counter 1',
    ]);
  });

  it('loses whole products of a list that is too long, in linear time', () => {
    const items = JSON.stringify(Array.from({ length: 20_000 }, (_, index) => ({ sku: `p${10_000 + index}` })));
    const [text, ...tallies] = products(list, { items });
    expect(text.length).toBeLessThanOrEqual(64_000);
    expect(text.startsWith(';p10000,;p10001,')).toBe(true);
    expect(text.split(',').every((entry) => /^;p\d{5}$/.test(entry))).toBe(true);
    expect(text.split(',')).toHaveLength(8_000);
    expect(tallies).toEqual(['cut products over 64000 bytes 1']);
  });

  it('lists the events of products in events, once', () => {
    const spec = { ...list, events: [{ event: 'event5', value: 'tax' }] };
    const items = '[{"sku":"A","tax":"1.5"},{"sku":"B","tax":2},{"sku":"C"}]';
    const said = { columns, hit: { products: spec, events: ['purchase', { event: 'event6', when: { e: '1' } }] } };
    const { cells } = mapperOf(said).map({ items });
    expect(cells?.['products']).toBe(';A;;;event5=1.5,;B;;;event5=2,;C');
    expect(cells?.['events']).toBe('purchase,event5');
    const alone = mapperOf({ columns, hit: { products: spec } });
    expect(alone.map({ items }).cells?.['events']).toBe('event5');
    expect(alone.map({ items: '[]' }).cells?.['events']).toBeUndefined();
  });
});

describe('faults of products', () => {
  it.each([
    [
      { name: 'sku', price: 'price' },
      "mapping.products-price: Adobe's price is the total of the line, which is not multiplied by the quantity: say which one you have",
    ],
    [
      { name: 'sku', unitPrice: 'price', lineTotal: 'price' },
      'mapping.products-price: a product has a unitPrice or a lineTotal, not both',
    ],
    [{ category: 'cat' }, 'mapping.products-name: products need a name'],
    [{ name: 'sku', colour: 'cat' }, 'mapping.products-key: products have no "colour"'],
    [
      { name: 'sku', eVar3: 'cat', evar3: 'cur' },
      'mapping.products-key: "evar3" is given twice (also as "eVar3"): Adobe would take one of them',
    ],
    [{ name: 'sku', eVar251: 'cat' }, 'mapping.products-key: products have no "eVar251"'],
    [
      { name: 'sku', events: [{ event: 'purchase', value: 'price' }] },
      'mapping.products-event: an event inside products has a name and a value',
    ],
    [{ each: 'itemz', name: 'sku' }, 'mapping.unknown-source-column: the source has no column "itemz"'],
  ])('%o', (spec, expected) => {
    expect(errors({ columns, hit: { products: spec } })).toEqual([expected]);
  });

  it('explains price', () => {
    const { problems } = bound({ columns, hit: { events: ['prodView'], products: { name: 'sku', price: 'price' } } });
    expect(problems[0]?.hint).toBe('unitPrice: is multiplied by quantity:, lineTotal: is taken as it is');
  });
});
