import { describe, expect, it } from 'vitest';
import { feedEvent, feedMerchandising } from '../../../src/adobe/feed.ts';
import { feedEvents, feedProducts } from '../../../src/mapping/transforms/feed.ts';
import { mapperOf } from '../mapped.ts';

describe('ids of a data feed', () => {
  it.each([
    ['1', 'purchase'],
    ['2', 'prodView'],
    ['10', 'scOpen'],
    ['11', 'scCheckout'],
    ['12', 'scAdd'],
    ['13', 'scRemove'],
    ['14', 'scView'],
    ['20', 'derived'],
    ['100', 'derived'],
    ['199', 'derived'],
    ['200', 'event1'],
    ['299', 'event100'],
    ['10000', 'derived'],
    ['20100', 'event101'],
    ['20999', 'event1000'],
    ['21000', null],
    ['300', null],
    ['toString', null],
    ['', null],
  ])('event %s is %s', (id, expected) => {
    expect(feedEvent(id)).toBe(expected);
  });

  it.each([
    ['101', 'eVar1'],
    ['175', 'eVar75'],
    ['176', null],
    ['275', 'eVar76'],
    ['299', 'eVar100'],
    ['1200', 'eVar101'],
    ['1349', 'eVar250'],
    ['1350', null],
    ['x', null],
  ])('merchandising eVar %s is %s', (id, expected) => {
    expect(feedMerchandising(id)).toBe(expected);
  });
});

describe('feedEvents', () => {
  it.each([
    ['1,200,201=2.50', ['purchase', 'event1', 'event2=2.50']],
    ['20,100,12', ['scAdd']],
    ['event5=2:abc, 200:x1', ['event5=2:abc', 'event1:x1']],
    ['999', ['999']],
    ['100', []],
    [',,', []],
  ])('of %j is %j', (text, expected) => {
    if (feedEvents.kind !== 'split') throw new Error(feedEvents.kind);
    expect(feedEvents.apply(text)).toEqual(expected);
  });

  it('leaves what it does not know to the events builder, which counts it', () => {
    const hit = { events: { from: 'e', then: ['feedEvents'] } };
    const mapped = mapperOf({ columns: ['e'], hit }).map({ e: '1,100,201=2.5,999' });
    expect(mapped.cells?.['events']).toBe('purchase,event2=2.5');
    expect(mapped.tallies).toEqual(['emptied events no event of Adobe 1']);
  });
});

describe('feedProducts', () => {
  it.each([
    ['c;A;1;9.99', 'c;A;1;9.99'],
    [';;;;', ''],
    [';A;1;2,;;;;,;B', ';A;1;2,;B'],
    [';;2;19.98,;A,;;;;200=4.50,Shoes;;,;;;;100=1,Hats', ';;2;19.98,;A,;;;;event1=4.50,Shoes;,Hats;'],
    ['x^,y;A^;b^|c^^d;1;2', 'x y;A b c^d;1;2'],
    [';A;;;200=1.5|100=1|20100=2;101=red|275=XL', ';A;;;event1=1.5|event101=2;eVar1=red|eVar76=XL'],
    [';A;;;event3=1;evar7=a^=b|eVar8=', ';A;;;event3=1;eVar7=a=b'],
    [';A;;;;999=x^|y|101=z|888=|red|evar251=q', ';A;;;;999=x y|eVar1=z|red|eVar251=q'],
    [';A;1;2;200=3;101=x;y^;z;', ';A;1;2;event1=3;eVar1=x;y z'],
  ])('of %j is %j', (text, expected) => {
    if (feedProducts.kind !== 'text') throw new Error(feedProducts.kind);
    expect(feedProducts.apply(text)).toBe(expected);
  });

  it('fills products, and lists their events', () => {
    const hit = { products: { from: 'p', then: ['feedProducts'] } };
    const { cells, tallies } = mapperOf({ columns: ['p'], hit }).map({ p: ';B;1;2;200=3,;A;;;999=1|201=4' });
    expect(cells?.['products']).toBe(';A;;;event2=4,;B;1;2;event1=3');
    expect(cells?.['events']).toBe('event1,event2');
    expect(tallies).toEqual(['emptied products no event of Adobe 1']);
  });

  it('leaves eVars that are not known, and entries with too many parts, to the products builder, which counts them', () => {
    const hit = { products: { from: 'p', then: ['feedProducts'] } };
    const { cells, tallies } = mapperOf({ columns: ['p'], hit }).map({ p: ';A;1;2;;999=x|101=z,;B;1;2;;101=x;rest' });
    expect(cells?.['products']).toBe(';A;1;2;;eVar1=z');
    expect(tallies).toEqual(["left out products not in Adobe's grammar 1", 'emptied products no eVar of Adobe 1']);
  });

  it('leaves entries without a product to the products builder, which counts them', () => {
    const hit = { products: { from: 'p', then: ['feedProducts'] } };
    const { cells, tallies } = mapperOf({ columns: ['p'], hit }).map({ p: ';;2;19.98,;Tea;1;5,;;;;200=4.50,;;;' });
    expect([cells?.['products'], cells?.['events']]).toEqual([';Tea;1;5', undefined]);
    expect(tallies).toEqual(['left out products product without a name 2']);
  });
});
