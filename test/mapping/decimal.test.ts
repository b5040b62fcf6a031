import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDecimals, multiplyDecimals, parseDecimal, roundDecimal } from '../../src/mapping/decimal.ts';

describe('parseDecimal', () => {
  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['-0.000', '0'],
    ['007', '7'],
    ['+1', '1'],
    ['12.50', '12.5'],
    ['.5', '0.5'],
    ['-.5', '-0.5'],
    ['5.', '5'],
    [' 42 ', '42'],
    ['100', '100'],
    ['0.0010', '0.001'],
    ['12345678901234567890.123456789', '12345678901234567890.123456789'],
    ['1e5', '100000'],
    ['1.5E3', '1500'],
    ['1.5e+1', '15'],
    ['-25e-3', '-0.025'],
    ['1200e-2', '12'],
    ['0e999999', '0'],
    ['1e399', `1${'0'.repeat(399)}`],
    ['1e400', ''],
    ['1e-400', `0.${'0'.repeat(399)}1`],
    ['1e-401', ''],
    ['1e999999', ''],
    ['1e9999999', ''],
    ['9'.repeat(400), '9'.repeat(400)],
    ['9'.repeat(401), ''],
    [`1${'0'.repeat(1_000_000)}1`, ''],
    ['', ''],
    ['.', ''],
    ['-', ''],
    ['e5', ''],
    ['1e', ''],
    ['1 000', ''],
    ['1,5', ''],
    ['1.2.3', ''],
    ['--1', ''],
    ['0x10', ''],
    ['NaN', ''],
    ['Infinity', ''],
    ['12 EUR', ''],
    ['٣', ''],
  ])('reads %j as %j', (text, expected) => {
    expect(parseDecimal(text)).toBe(expected);
  });

  it.each([
    ['1.234.567,89', ',', '.', '1234567.89'],
    ['-1.234,50', ',', '.', '-1234.5'],
    ['1234,5', ',', '.', '1234.5'],
    ['1234,5', ',', '', '1234.5'],
    ['1234.5', ',', '', ''],
    ['1,234.5', '.', ',', '1234.5'],
    ['12,34,567', '.', ',', '1234567'],
    ['1,5', '.', ',', ''],
    ['1,2345', '.', ',', ''],
    [',123', '.', ',', ''],
    ['123,', '.', ',', ''],
    ['1,,234', '.', ',', ''],
    ['1234,567', '.', ',', ''],
    ['1.5,000', '.', ',', ''],
    ['1 234 567,8', ',', ' ', '1234567.8'],
    ['1\u00a0234\u202f567,8', ',', ' ', '1234567.8'],
    ["1'234.50", '.', "'", '1234.5'],
    ['1x23,456', '.', ',', ''],
    ['1,2,3', ',', '', ''],
  ])('reads %j with decimal %j and group %j as %j', (text, decimal, group, expected) => {
    expect(parseDecimal(text, { decimal, group })).toBe(expected);
  });
});

describe('arithmetic', () => {
  it.each([
    ['1.005', 2, '1'],
    ['1.015', 2, '1.02'],
    ['1.025', 2, '1.02'],
    ['1.0250000000000000000001', 2, '1.03'],
    ['0.5', 0, '0'],
    ['1.5', 0, '2'],
    ['2.5', 0, '2'],
    ['-0.5', 0, '0'],
    ['-1.5', 0, '-2'],
    ['-2.5', 0, '-2'],
    ['-0.004', 2, '0'],
    ['9.995', 2, '10'],
    ['99.5', 0, '100'],
    ['12345678901234567890.55', 1, '12345678901234567890.6'],
    ['7', 2, '7'],
  ])('rounds %s to %i digits: %s', (text, digits, expected) => {
    expect(roundDecimal(text, digits)).toBe(expected);
  });

  it.each([
    ['0.1', '0.2', '0.02'],
    ['-1.5', '1.5', '-2.25'],
    ['999999999999999999.99', '0.01', '9999999999999999.9999'],
    ['0', '-5', '0'],
  ])('%s times %s is %s', (a, b, product) => {
    expect(multiplyDecimals(a, b)).toBe(product);
  });

  it('refuses a text that is not canonical, as a mistake of the caller', () => {
    expect(() => multiplyDecimals('1e5', '1')).toThrow(RangeError);
  });
});

/** Decimals as hundred-thousandths, so that ordinary BigInt arithmetic can be the judge. */
const fine = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });

function written(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(6, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -5)}.${digits.slice(-5)}`;
}

describe('properties', () => {
  it('reads what it wrote, the same', () => {
    fc.assert(
      fc.property(fine, (units) => {
        const text = parseDecimal(written(units));
        expect(text).toMatch(/^(?:0|-?(?:[1-9]\d*|0(?=\.))(?:\.\d*[1-9])?)$/);
        expect(parseDecimal(text)).toBe(text);
      }),
    );
  });

  it('compares, adds and multiplies as whole numbers do', () => {
    fc.assert(
      fc.property(fine, fine, (a, b) => {
        const left = parseDecimal(written(a));
        const right = parseDecimal(written(b));
        expect(Math.sign(compareDecimals(left, right))).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(multiplyDecimals(left, right)).toBe(parseDecimal(`${a * b}e-10`));
      }),
    );
  });

  it('orders close neighbours', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2000, max: 2000 }), fc.integer({ min: -2000, max: 2000 }), (a, b) => {
        const left = parseDecimal(`${a}e-2`);
        const right = parseDecimal(`${b}e-2`);
        expect(Math.sign(compareDecimals(left, right))).toBe(Math.sign(a - b));
      }),
    );
  });

  it('rounds to the nearest, and a half to the even one', () => {
    fc.assert(
      fc.property(fine, fc.integer({ min: 0, max: 4 }), (units, digits) => {
        const step = 10n ** BigInt(5 - digits);
        const rounded = parseDecimal(`${roundDecimal(parseDecimal(written(units)), digits)}e5`);
        const distance = BigInt(rounded) - units;
        expect(BigInt(rounded) % step).toBe(0n);
        const twice = (distance < 0n ? -distance : distance) * 2n;
        expect(twice <= step).toBe(true);
        if (twice === step) expect((BigInt(rounded) / step) % 2n).toBe(0n);
      }),
    );
  });
});
