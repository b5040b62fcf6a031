import { describe, expect, it } from 'vitest';
import { columnFacts, safeExample } from '../../../src/inspection/init/column-facts.ts';

describe('columnFacts', () => {
  it.each([
    ['addresses', ['198.51.100.4', '2001:db8::1']],
    ['lists of addresses', ['198.51.100.4, 203.0.113.9']],
    ['URLs', ['https://example.com/', 'http://example.com']],
    ['paths', ['/', '/a?b=c']],
    ['user agents', ['Mozilla/5.0 (X11; Linux x86_64)', 'Dalvik/2.1.0 (Linux)']],
    ['languages', ['de', 'en-GB', 'en-US,en;q=0.9']],
    ['screen sizes', ['1920x1080', '375 x 812']],
    ['currencies', ['EUR', 'usd']],
    ['amounts', ['12.50', '-3', '0.99']],
    ['mail addresses', ['anna@example.com']],
    ['Experience Cloud IDs', ['12345678901234567890123456789012345678']],
    ['HTML', ['A &amp; B']],
  ] as const)('sees %s', (shape, values) => {
    expect(columnFacts('c', null, values).shapes[shape]).toBe(1);
  });

  it('counts what is there: placeholders and zero dates are not', () => {
    const facts = columnFacts('c', 'text', ['a', null, 'a', '-', 'unknown', '0000-00-00 00:00:00', 'b']);
    expect(facts).toMatchObject({ rows: 7, filled: 3, distinct: 2, frequent: ['a', 'b'], example: 'a' });
  });

  it('says whether Adobe would take the values as visitor IDs', () => {
    expect(columnFacts('c', null, ['7f3a11c2']).hasSigns).toBe(false);
    expect(columnFacts('c', null, ['7f3a-11c2']).hasSigns).toBe(true);
  });
});

describe('safeExample', () => {
  it.each([
    ['mail', 'anna.smith@example.com', 'a…@example.com'],
    ['ip', '198.51.100.4', '198.51.100.…'],
    ['ip', '2001:db8::1', '2001:db8::…'],
    ['url', 'https://example.com/reset?token=abc', 'https://example.com/reset?…'],
    ['path', '/reset?token=abc', '/reset?…'],
    ['session', 'abcdefgh', 'abcd…'],
    ['password', 'hunter22', 'hunt…'],
    ['visitor', '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0', '0b1c…'],
    ['author', 'Müller', 'Müller'],
    ['screen', '1920x1080', '1920x1080'],
    ['title', 'two\nlines', 'two lines'],
    ['title', 'x'.repeat(80), `${'x'.repeat(47)}…`],
  ])('of %s: %s', (name, value, shown) => {
    expect(safeExample(name, value)).toBe(shown);
  });
});
