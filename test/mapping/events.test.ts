import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/domain/row.ts';
import { bound, errors, mapperOf } from './mapped.ts';

const columns = ['a', 'b', 'id2'];

function events(spec: unknown, row: Record<string, Cell>): [string, ...string[]] {
  const lookups = {
    goals: new Map([
      ['3', { event: 'event30' }],
      ['4', { event: 'Event4' }],
    ]),
  };
  const declared = { goals: { key: 'idgoal', values: ['event'] } };
  const mapped = mapperOf({ columns, lookups, declared, hit: { events: spec } }).map(row);
  return [mapped.cells?.['events'] ?? '', ...mapped.tallies];
}

describe('events', () => {
  it.each<[string, unknown, Record<string, Cell>, string, ...string[]]>([
    ['bare names of Adobe are literal', ['purchase', 'event12'], {}, 'purchase,event12'],
    ['other bare words are columns that hold a name', ['a'], { a: 'scAdd' }, 'scAdd'],
    ['one value without a list', 'a', { a: 'event7' }, 'event7'],
    [
      'a name that Adobe does not know',
      ['a', 'event2'],
      { a: 'click' },
      'event2',
      'emptied events no event of Adobe 1',
    ],
    [
      'several events in one text, which nobody took apart',
      ['a', 'event2'],
      { a: 'event1, purchase' },
      'event2',
      'emptied events several events in one text 1',
    ],
    [
      'several events in one text, of which one has an id that cannot be used',
      ['a'],
      { a: 'event1:a,event2:b-c' },
      '',
      'emptied events no event of Adobe 1',
    ],
    ['a comma in a name of none', ['a'], { a: 'event1,click' }, '', 'emptied events no event of Adobe 1'],
    ['case counts', ['a'], { a: 'Event7' }, '', 'emptied events no event of Adobe 1'],
    [
      'when',
      [
        { event: 'event1', when: { a: '1' } },
        { event: 'event2', when: { a: '2' } },
      ],
      { a: '2' },
      'event2',
    ],
    [
      'a value is exact',
      [{ event: 'event5', value: 'a' }],
      { a: '12345678901234567890.10' },
      'event5=12345678901234567890.1',
    ],
    ['a value of zero is sent', [{ event: 'event5', value: 'a' }], { a: '0.00' }, 'event5=0'],
    ['an absent value sends nothing', [{ event: 'event5', value: 'a' }], {}, ''],
    [
      'what is no number sends nothing',
      [{ event: 'event5', value: 'a' }],
      { a: '1,50' },
      '',
      'emptied events event5 not a number 1',
    ],
    [
      'a negative number sends nothing',
      [{ event: 'event5', value: 'a' }],
      { a: '-1' },
      '',
      'emptied events event5 not a number 1',
    ],
    ['an id', [{ event: 'event5', id: 'id2' }], { id2: 'A1b2' }, 'event5:A1b2'],
    ['a value and an id', [{ event: 'event5', value: 'a', id: 'id2' }], { a: '2', id2: 'abcd' }, 'event5=2:abcd'],
    [
      'an id that cannot be used',
      [{ event: 'event5', id: 'id2' }],
      { id2: 'a-b' },
      'event5',
      'emptied events event5 id unusable 1',
    ],
    [
      'the first of two entries stays',
      ['event1', 'a', { event: 'event1', value: 'b' }],
      { a: 'event1', b: '2' },
      'event1',
      'left out events given twice 2',
    ],
    [
      'a split list of names',
      [{ from: 'a', then: [{ split: ',' }] }],
      { a: 'event1, event2,nope' },
      'event1,event2',
      'emptied events no event of Adobe 1',
    ],
    [
      'finished entries',
      [{ from: 'a', then: [{ split: ',' }] }],
      { a: 'event1=2.50:x1,event2:abc,event3=,event4=1e3,event5=:x' },
      'event1=2.50:x1,event2:abc',
      'emptied events no event of Adobe 3',
    ],
    [
      'a finished entry with a serial number that cannot be used: the event stays, as in { event, id }',
      [{ from: 'a', then: [{ split: ',' }] }],
      { a: `event1:a-b,event2=2:${'x'.repeat(21)},purchase:1,event3:,event4=-1:x` },
      'event1,event2=2,purchase,event3',
      'emptied events no event of Adobe 1',
      'emptied events event id unusable 3',
    ],
    [
      'two entries of one event, in other words',
      [
        { from: 'a', then: [{ split: ',' }] },
        { event: 'event1', value: 'b' },
      ],
      { a: 'event1:x', b: '2' },
      'event1:x',
      'left out events given twice 1',
    ],
    ['a serial number alone from a constant', [{ const: 'event1:x1' }], {}, 'event1:x1'],
    [
      'names by look-up',
      [{ from: 'a', then: [{ split: ',' }, { lookup: 'goals.event' }] }],
      { a: '3,4,5' },
      'event30',
      'emptied events no event of Adobe 1',
    ],
  ])('%s', (_name, spec, row, expected, ...tallies) => {
    expect(events(spec, row)).toEqual([expected, ...tallies]);
  });

  it.each<[string, unknown, Record<string, Cell>, string, ...string[]]>([
    ['a numeric event holds decimals', [{ event: 'event5', value: 'a' }], { a: '2.50' }, 'event5=2.5'],
    ['a counter holds a whole number', [{ event: 'event6', value: 'a' }], { a: '2.00' }, 'event6=2'],
    [
      'a counter with decimals is not sent',
      [{ event: 'event6', value: 'a', id: 'id2' }, 'event7'],
      { a: '2.5', id2: 'x' },
      'event7',
      'emptied events decimals of a counter 1',
    ],
    [
      'finished entries too',
      [{ from: 'a', then: [{ split: ',' }] }],
      { a: 'event5=1.5,event6=1.5,event7=2.0,event8=0.01:x,event9' },
      'event5=1.5,event7=2.0,event9',
      'emptied events decimals of a counter 2',
    ],
  ])('where the suite is known: %s', (_name, spec, row, expected, ...tallies) => {
    const suite = { numericEvents: ['event5'] };
    const mapped = mapperOf({ columns, suite, hit: { events: spec } }).map(row);
    expect([mapped.cells?.['events'] ?? '', ...mapped.tallies]).toEqual([expected, ...tallies]);
  });

  it('loses whole entries of a list that is too long', () => {
    const a = Array.from({ length: 1_000 }, (_, index) => `event${index + 1}=${'1'.repeat(60)}`).join(' ');
    const [text, ...tallies] = events([{ from: 'a', then: [{ split: ' ' }] }, 'purchase'], { a });
    // 9 entries of 67 bytes, 90 of 68, then 69 each, and commas: 915 of them are 63,941 bytes.
    expect([text.length, text.split(',').length]).toEqual([63_941, 915]);
    expect(text.endsWith(`,event915=${'1'.repeat(60)}`)).toBe(true);
    expect(tallies).toEqual(['cut events over 64000 bytes 1']);
  });
});

describe('faults of events', () => {
  it.each([
    [['event1001'], 'mapping.unknown-event: "event1001" is no event of Adobe\'s, which would drop it'],
    [[{ event: 'Purchase' }], 'mapping.unknown-event: "Purchase" is no event of Adobe\'s, which would drop it'],
    [[{ const: 'event1001=2' }], 'mapping.unknown-event: "event1001" is no event of Adobe\'s, which would drop it'],
    [[{ const: 'buy' }], 'mapping.unknown-event: "buy" is no event of Adobe\'s, which would drop it'],
    [[{ event: 'purchase', id: 'a' }], 'mapping.event: purchase takes neither a value nor an id'],
    [[{ event: 'event1', value: { const: '1,5' } }], 'mapping.event: "1,5" is no number that an event can have'],
    [[{ event: 'event1', value: { const: '-1' } }], 'mapping.event: "-1" is no number that an event can have'],
    [['prchase'], 'mapping.unknown-source-column: the source has no column "prchase"'],
  ])('%o', (spec, expected) => {
    expect(errors({ columns, hit: { events: spec } })).toEqual([expected]);
  });

  it('says which event was meant', () => {
    expect(bound({ columns, hit: { events: [{ event: 'purchse' }] } }).problems[0]?.hint).toBe(
      'did you mean "purchase"?',
    );
  });
});
