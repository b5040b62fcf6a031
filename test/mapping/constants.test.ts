import { describe, expect, it } from 'vitest';
import { bound, type Said } from './mapped.ts';

const columns = ['a', 'b', 'tz'];

/** What is told of a mapping, with its severity and the end of its path. */
function told(said: Said): string[] {
  return bound({ columns, ...said }).problems.map(({ severity, code, message }) => `${severity} ${code} ${message}`);
}

const emptied = (text: string, says: string, when = 'wherever it stands') =>
  `error mapping.constant "${text}" would be emptied ${when} (${says})`;
const noEvent = (name: string) => `error mapping.unknown-event "${name}" is no event of Adobe's, which would drop it`;
const currency = 'currencyCode: upper case; a code that Adobe does not know emptied';
const link = 'linkType: `d`, `e` or `o`, also as `lnk_o`; else emptied';

describe('constants whose allowed values are known are told before a row is read', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'what a map makes of a text',
      { currencyCode: { from: 'a', then: [{ map: { 1: 'EURO', 2: 'USD' } }] } },
      [emptied('EURO', currency)],
    ],
    [
      'a map at the end alone',
      { currencyCode: { from: 'a', then: [{ map: { 1: 'EURO' } }, { map: { EURO: 'EUR' } }] } },
      [],
    ],
    [
      'a map inside first',
      { linkType: { first: [{ from: 'a', then: [{ map: { x: 'down' } }] }, { const: 'o' }] } },
      [emptied('down', link)],
    ],
    [
      'an else of an else',
      { linkType: { from: 'a', else: { from: 'b', else: { const: 'x' } } } },
      [emptied('x', link)],
    ],
    ['a constant with a condition', { linkType: { const: 'x', when: { a: '1' } } }, [emptied('x', link)]],
    ['a constant alone', { linkType: { const: 'x' } }, [emptied('x', link, 'in every row')]],
    ['a constant that is transformed', { linkType: { const: 'xo', then: [{ extract: 'o' }] } }, []],
    [
      'a parameter of queryString',
      { queryString: { s: { const: 'big' }, c1: { const: 'any' } } },
      [emptied('big', 'resolution: `1280x1024`, else emptied', 'in every row')],
    ],
    ['an event in else', { events: [{ from: 'a', else: { const: 'evnt1' } }] }, [noEvent('evnt1')]],
    ['an event in first', { events: [{ first: ['a', { const: 'event5' }, { const: 'foo' }] }] }, [noEvent('foo')]],
    [
      'an event of a map',
      { events: { from: 'a', then: [{ map: { x: 'event0', y: 'event7=2', z: 'purchase' } }] } },
      [noEvent('event0')],
    ],
    [
      'a number of an event entry',
      { events: [{ const: 'event5=1;5' }] },
      ['error mapping.event "1;5" is no plain decimal number'],
    ],
    [
      'several events in one text',
      { events: [{ const: 'event1,event2=3' }, { from: 'a', then: [{ split: ',' }] }] },
      ['error mapping.event "event1,event2=3" is several events in one text, and none would be counted'],
    ],
    [
      'the number and the id of an event',
      { events: [{ event: 'event3', value: { from: 'a', else: { const: 'x' } }, id: { const: 'a-b' } }] },
      [
        'error mapping.event "x" is no number that an event can have',
        'error mapping.event "a-b" is no serial id of an event',
      ],
    ],
    [
      'amounts of products',
      {
        events: ['purchase'],
        products: { name: 'a', quantity: { const: '1.5' }, unitPrice: { from: 'b', else: { const: '1,5' } } },
      },
      [
        'error mapping.products-number "1.5" is no quantity of a product',
        'error mapping.products-number "1,5" is no price',
      ],
    ],
    [
      'amounts that can be sent',
      { events: ['purchase'], products: { name: 'a', quantity: { const: '2.0' }, lineTotal: { const: '1.50' } } },
      [],
    ],
    [
      'separators in products',
      { events: ['purchase'], products: { name: { const: 'a;b' }, eVar5: { from: 'a', else: { const: 'x|y' } } } },
      [
        'warning mapping.constant "a;b" would become "a b" in every row',
        'warning mapping.constant "x|y" would become "x y" wherever it stands',
      ],
    ],
    [
      'parts of a user agent',
      {
        userAgent: {
          real: { const: 'unknown' },
          browser: { const: 'Chrom' },
          os: { const: 'Windows 10' },
          device: { from: 'a', else: { const: 'dsktop' } },
        },
      },
      [
        'error mapping.constant "unknown" is a placeholder, and no user agent',
        'error mapping.user-agent "Chrom" is no browser that is known',
        'error mapping.user-agent "dsktop" is no class of device that is known',
      ],
    ],
    ['codes of a user agent', { userAgent: { browser: { const: 'CH' }, codes: 'matomo' } }, []],
  ])('%s', (_, hit, expected) => {
    expect(told({ hit })).toEqual(expected);
  });

  const zone = (zone: unknown) => told({ time: { from: 'ts', zone } as never });
  it.each([
    [{ from: 'tz', else: { const: 'Europe/Berln' } }, ['error mapping.zone "Europe/Berln" is no time zone']],
    [{ first: ['tz', { const: 'Mars' }] }, ['error mapping.zone "Mars" is no time zone']],
    [
      { from: 'tz', then: [{ map: { de: 'Europe/Berlin', us: 'America/NewYork' } }] },
      ['error mapping.zone "America/NewYork" is no time zone'],
    ],
    [{ const: 'DE', then: [{ map: { DE: 'Europe/Berlin' } }] }, []],
  ])('a zone %o', (spec, expected) => {
    expect(zone(spec)).toEqual(expected);
  });

  it('a time', () => {
    const times = (time: unknown) => told({ time: time as never });
    const bad = (text: string, why: string) => [
      `error mapping.time "${text}" would reject the row wherever it stands: ${why}`,
    ];
    expect(times({ from: 'ts', zone: 'UTC', else: { const: '2015-13-01' } })).toEqual(
      bad('2015-13-01', 'no such date'),
    );
    expect(times({ from: 'ts', unit: 's', else: { const: '2015-01-01' } })).toEqual(bad('2015-01-01', 'not a number'));
    expect(times({ from: 'ts', unit: 's', else: { const: '1425204000' } })).toEqual([]);
  });
});
