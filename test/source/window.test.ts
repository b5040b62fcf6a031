import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WindowColumn } from '../../src/source/source.ts';
import { compareWindow, openEnds, readWall, windowText } from '../../src/source/window.ts';

type WindowType = WindowColumn['type'];
const types: WindowType[] = ['datetime', 'iso', 'date', 's', 'ms', 'us', 'ns'];

describe('windowText', () => {
  const cases: [WindowType, number, string | bigint][] = [
    ['datetime', 1425204000, '2015-03-01 10:00:00'],
    ['iso', 1425204000, '2015-03-01T10:00:00'],
    ['date', 1425168000, '2015-03-01'],
    ['date', 1425168001, '2015-03-02'],
    ['s', 1425204000, 1425204000n],
    ['ms', 1425204000, 1425204000000n],
    ['us', -1, -1000000n],
    ['ns', 1425204000, 1425204000000000000n],
    ['datetime', -1, '1969-12-31 23:59:59'],
    ['datetime', -62167219200, '0000-01-01 00:00:00'],
    ['datetime', -62167219201, ''],
    ['datetime', 253402300799, '9999-12-31 23:59:59'],
    ['iso', 253402300800, '\u{10FFFF}'],
    ['date', 253402214401, '\u{10FFFF}'],
    ['date', 9e15, '\u{10FFFF}'],
    ['date', -9e15, ''],
  ];
  it.each(cases)('%s at %s is %s', (type, wall, expected) => {
    expect(windowText(type, wall)).toBe(expected);
  });
});

describe('openEnds', () => {
  it('are the ends of 64-bit integers and of all texts', () => {
    expect(openEnds('ns')).toEqual({ from: -9223372036854775808n, to: 9223372036854775807n });
    expect(openEnds('iso')).toEqual({ from: '', to: '\u{10FFFF}' });
  });
});

describe('readWall', () => {
  const cases: [WindowType, string | Uint8Array | null, number | null][] = [
    ['datetime', '2015-03-01 10:00:00', 1425204000],
    ['datetime', '2015-03-01 10:00:00.999999', 1425204000],
    ['datetime', '2015-03-01 10:00:00.', null],
    ['datetime', '2015-03-01T10:00:00', null],
    ['datetime', '2015-03-01 10:00:00+00', 1425204000],
    ['datetime', '2015-03-01 10:00:00.5+00', 1425204000],
    ['datetime', '2015-03-01 10:00:00+02', null],
    ['datetime', '2015-03-01 10:00:00+00:00', null],
    ['datetime', '2015-03-01 10:00:00+00 BC', null],
    ['date', '2015-03-01+00', null],
    ['iso', '2015-03-01T10:00:00+00', null],
    ['datetime', '2015-03-01 10:00', null],
    ['datetime', '2015-02-29 10:00:00', null],
    ['datetime', '2016-02-29 00:00:00', 1456704000],
    ['datetime', '1900-02-29 00:00:00', null],
    ['datetime', '0000-00-00 00:00:00', null],
    ['datetime', '2015-03-01 24:00:00', null],
    ['datetime', '1969-12-31 23:59:59.5', -1],
    ['iso', '2015-03-01T10:00:00Z', 1425204000],
    ['iso', '2015-03-01T10:00:00.123Z', 1425204000],
    ['iso', '2015-03-01T10:00:00', 1425204000],
    ['iso', '2015-03-01T10:00:00+02:00', null],
    ['iso', '2015-03-01 10:00:00Z', null],
    ['date', '2015-03-01', 1425168000],
    ['date', '2015-03-01 10:00:00', null],
    ['s', '1425204000', 1425204000],
    ['s', '0', 0],
    ['s', '-1', -1],
    ['s', '01425204000', 1425204000],
    ['s', '1425204000.75', 1425204000],
    ['s', '-0.5', -1],
    ['s', '', null],
    ['s', '1e9', null],
    ['s', '99999999999999999999', null],
    ['s', '8639999827200', 8639999827200],
    ['s', '8639999827201', null],
    ['s', '-8639999827201', null],
    ['ms', '1609459200000000000', null],
    ['ms', '8700000000000000000', null],
    ['ms', '1425204000999', 1425204000],
    ['ms', '999', 0],
    ['ms', '-1', -1],
    ['ms', '-1000', -1],
    ['ms', '-1001', -2],
    ['us', '1425204000999999', 1425204000],
    ['ns', '1425204000999999999', 1425204000],
    ['ns', '9223372036854775807', 9223372036],
    ['datetime', null, null],
    ['s', new Uint8Array([49]), null],
  ];
  it.each(cases)('%s %j is %s', (type, cell, expected) => {
    expect(readWall(type, cell)).toBe(expected);
  });

  it('agrees with the calendar of Date on every day of four centuries', () => {
    for (let at = Date.UTC(1799, 11, 25); at < Date.UTC(2201, 0, 5); at += 86_400_000) {
      const text = new Date(at).toISOString().slice(0, 10);
      if (readWall('date', text) !== at / 1000) throw new Error(text);
    }
  });
});

describe('compareWindow', () => {
  const cases: [WindowType, string, string, -1 | 0 | 1][] = [
    ['s', '9', '10', -1],
    ['s', '10', '10', 0],
    ['s', '010', '10', 0],
    ['s', '-10', '-9', -1],
    ['s', '-10', '-10', 0],
    ['s', '-1', '1', -1],
    ['s', '-0', '0', 0],
    ['s', '0', '-0.0', 0],
    ['s', '1.5', '1', 1],
    ['s', '-1.5', '-1', -1],
    ['s', '-1.5', '-2', 1],
    ['ns', '9223372036854775807', '9223372036854775806', 1],
    ['ns', '9223372036854775808', '9223372036854775807', 1],
    ['ns', '-9223372036854775808', '-9223372036854775807', -1],
    ['ns', '123456789012345678901234567890', '123456789012345678901234567891', -1],
    ['datetime', '2015-03-01 10:00:00', '2015-03-01 10:00:00', 0],
    ['datetime', '2015-03-01 10:00:00.5', '2015-03-01 10:00:00', 1],
    ['datetime', '2015-03-01', '', 1],
    ['datetime', '\uFFFD', '\u{10FFFF}', -1],
    ['datetime', '\u{1F600}', '\uFFFD', 1],
    ['iso', '2015-03-01T10:00:00.5Z', '2015-03-01T10:00:00', 1],
  ];
  it.each(cases)('%s: %j against %j', (type, cell, bound, expected) => {
    expect(Math.sign(compareWindow(type, cell, bound))).toBe(expected);
  });

  it('orders texts as their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareWindow('iso', a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('orders integers of any length by value', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), (a, b) => {
        expect(Math.sign(compareWindow('ns', String(a), String(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  it('puts a cell at or after a cut point exactly when its wall second is', () => {
    const wall = fc.integer({ min: -3_000_000_000, max: 7_000_000_000 });
    const near = fc.integer({ min: -90_000, max: 90_000 });
    const fraction = fc.constantFrom('', '000001', '5', '999999999');
    fc.assert(
      fc.property(fc.constantFrom(...types), wall, near, fraction, (type, second, distance, part) => {
        const cell = cellAt(type, second, part);
        const cut = second + distance;
        expect(compareWindow(type, cell, String(windowText(type, cut))) >= 0).toBe(readWall(type, cell)! >= cut);
      }),
    );
  });
});

function cellAt(type: WindowType, second: number, fraction: string): string {
  const iso = new Date(second * 1000).toISOString().slice(0, 19);
  const dotted = fraction === '' ? '' : `.${fraction}`;
  if (type === 'date') return iso.slice(0, 10);
  if (type === 'iso') return `${iso}${dotted}Z`;
  if (type === 'datetime') return `${iso.replace('T', ' ')}${dotted}`;
  const digits = { s: 0, ms: 3, us: 6, ns: 9 }[type];
  const inside = BigInt(`0${fraction.padEnd(9, '0').slice(0, digits)}`);
  return String(BigInt(second) * 10n ** BigInt(digits) + inside);
}
