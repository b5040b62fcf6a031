import dayjs from 'dayjs';
import customParseFormat from 'dayjs/plugin/customParseFormat.js';
import utc from 'dayjs/plugin/utc.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTimeReader } from '../../src/mapping/time.ts';
import { compileTimeFormat } from '../../src/mapping/time-format.ts';

dayjs.extend(utc);
dayjs.extend(customParseFormat);

function read(format: string, text: string, zone = 'UTC'): string {
  const reader = createTimeReader({ format });
  if (!reader.read(text, zone)) return reader.fault;
  return reader.nanos === 0 ? `${reader.seconds}` : `${reader.seconds}+${reader.nanos}ns`;
}

describe('compileTimeFormat', () => {
  it.each([
    ['DD/MMM/YYYY:HH:mm:ss ZZ', '01/Mar/2015:10:00:00 +0000', '1425204000'],
    ['DD/MMM/YYYY:HH:mm:ss ZZ', '01/Mar/2015:12:00:00 +0200', '1425204000'],
    ['YYYY-MM-DD[T]HH:mm:ssZ', '2015-03-01T02:00:00-08:00', '1425204000'],
    ['YYYY-MM-DDTHH:mm:ssZ', '2015-03-01T10:00:00Z', '1425204000'],
    ['YYYYMMDDHHmmss', '20150301100000', '1425204000'],
    ['DD.MM.YYYY HH:mm', '01.03.2015 10:00', '1425204000'],
    ['M/D/YYYY h:mm A', '3/1/2015 10:00 AM', '1425204000'],
    ['M/D/YYYY h:mm a', '3/1/2015 12:05 am', '1425168300'],
    ['M/D/YYYY h:mm A', '3/1/2015 12:05 PM', '1425211500'],
    ['MMMM D, YYYY', 'March 1, 2015', '1425168000'],
    ['DD.MM.YY', '01.03.15', '1425168000'],
    ['DD.MM.YY', '01.03.69', '-26438400'],
    ['YYYY-MM-DD HH:mm:ss.SSS', '2015-03-01 10:00:00.125', '1425204000+125000000ns'],
    ['YYYY-MM-DD HH:mm:ss.S', '2015-03-01 10:00:00.5', '1425204000+500000000ns'],
    ['YYYY-MM-DD HH:mm:ss,SSSSSS', '2015-03-01 10:00:00,000001', '1425204000+1000ns'],
    ['YYYY-MM-DD HH:mm:ss.SSSSSSSSS', '2015-03-01 10:00:00.123456789', '1425204000+123456789ns'],
    ['[at] YYYY-MM-DD', 'at 2015-03-01', '1425168000'],
    ['DD.MM.YYYY', '29.02.2023', 'no such date'],
    ['DD.MM.YYYY HH:mm', '01.03.2015 24:00', 'no such time of day'],
    ['M/D/YYYY h:mm A', '3/1/2015 13:00 PM', 'no such time of day'],
    ['M/D/YYYY h:mm A', '3/1/2015 0:00 AM', 'no such time of day'],
    ['DD.MM.YYYY', '1.3.2015', 'not a time'],
    ['D.M.YYYY', '01.03.2015', 'not a time'],
    ['DD.MM.YYYY', '01.03.2015 ', 'not a time'],
    ['DD.MM.YYYY', '01/03/2015', 'not a time'],
    ['MMM D YYYY', 'MAR 1 2015', 'not a time'],
    ['YYYY-MM-DD HH:mm:ss.SSS', '2015-03-01 10:00:00.12', 'not a time'],
    ['YYYY-MM-DD HH:mm:ss.SSS', '2015-03-01 10:00:00.1234', 'not a time'],
    ['[at] YYYY-MM-DD', 'on 2015-03-01', 'not a time'],
    ['DD.MM.YYYY', '', 'not a time'],
  ])('%j reads %j as %s', (format, text, expected) => {
    expect(read(format, text)).toBe(expected);
  });

  it('uses the zone where the format has no offset', () => {
    expect(read('DD.MM.YYYY HH:mm', '01.07.2015 10:00', 'Europe/Berlin')).toBe('1435737600');
    expect(read('DD.MM.YYYY HH:mm', '01.07.2015 10:00', '')).toBe('no zone');
  });

  it.each([
    ['YYYY-MM', 'names no day'],
    ['HH:mm:ss', 'names no year and no month and no day'],
    ['YYYY-MM-DD x', '"x"'],
    ['dddd, DD MMM YYYY', '"d"'],
    ['X', '"X"'],
    ['YYYY-MM-DD MM', 'names the month twice: MM and MM'],
    ['YYYY-MM-DD HH:mm h A', 'names the hour twice'],
    ['YYYY-MM-DD hh:mm', 'only one of h and A'],
    ['YYYY-MM-DD HH:mm A', 'only one of h and A'],
    ['', 'names no year'],
  ])('refuses %j: %s', (format, message) => {
    const compiled = compileTimeFormat(format);
    expect(compiled.kind === 'fault' && compiled.message).toContain(message);
  });
});

describe('against dayjs in UTC', () => {
  const separators = fc.constantFrom('-', '/', '.', ' ', ':', '');
  const format = fc
    .tuple(
      fc.shuffledSubarray(
        [
          ['YYYY', 'YY'],
          ['MM', 'MMM', 'MMMM'],
          ['DD', 'DD'],
          ['HH:mm:ss', 'HHmmss', 'hh:mm:ss A', 'HH:mm', 'HH:mm:ss.SSS', '[at] H:m:s', 'h:mm a'],
        ],
        { minLength: 4 },
      ),
      fc.array(fc.nat({ max: 6 }), { minLength: 4, maxLength: 4 }),
      separators,
    )
    .map(([parts, picks, separator]) =>
      parts.map((choices, index) => choices[picks[index]! % choices.length]!).join(separator),
    );
  // Two-digit years of dayjs cover 1969 to 2068.
  const instant = fc.integer({ min: 0, max: 3_000_000_000 });

  it('reads what dayjs reads, to the same instant', () => {
    let compared = 0;
    fc.assert(
      fc.property(format, instant, fc.nat({ max: 999 }), (pattern, second, millisecond) => {
        const compiled = compileTimeFormat(pattern);
        const text = dayjs.utc(second * 1000 + millisecond).format(pattern);
        const theirs = dayjs.utc(text, pattern, true);
        if (compiled.kind === 'fault' || !theirs.isValid()) return;
        compared += 1;
        const reader = createTimeReader({ format: pattern });
        expect(reader.read(text, 'UTC')).toBe(true);
        expect(reader.seconds * 1000 + reader.nanos / 1e6).toBe(theirs.valueOf());
      }),
      { numRuns: 500 },
    );
    expect(compared).toBeGreaterThan(150);
  });

  it('takes no text that dayjs refuses', () => {
    const digit = fc.constantFrom(...'0123456789');
    const text = fc
      .tuple(...Array.from({ length: 8 }, () => digit), fc.constantFrom('-', '/', '.'))
      .map(([a, b, c, d, e, f, g, h, mark]) => `${a}${b}${mark}${c}${d}${mark}19${e}${f} ${g}${h}:00`);
    fc.assert(
      fc.property(text, (sample) => {
        const format = 'DD/MM/YYYY HH:mm';
        expect(read(format, sample).startsWith('no')).toBe(!dayjs.utc(sample, format, true).isValid());
      }),
      { numRuns: 500 },
    );
  });
});
