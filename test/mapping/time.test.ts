import { describe, expect, it } from 'vitest';
import { createTimeReader, type TimeReaderOptions } from '../../src/mapping/time.ts';

function read(text: string, options: TimeReaderOptions = {}, zone = ''): string {
  const reader = createTimeReader(options);
  if (!reader.read(text, zone)) return reader.fault;
  return reader.nanos === 0 ? `${reader.seconds}` : `${reader.seconds}+${reader.nanos}ns`;
}

describe('texts without unit and format', () => {
  it.each([
    ['2015-03-01T10:00:00Z', '1425204000'],
    ['2015-03-01t10:00:00z', '1425204000'],
    ['2015-03-01 10:00:00Z', '1425204000'],
    ['2015-03-01 10:00:00 Z', '1425204000'],
    ['2015-03-01 10:00:00 UTC', '1425204000'],
    ['2015-03-01 10:00:00+00', '1425204000'],
    ['2015-03-01 10:00:00.000000+00', '1425204000'],
    ['2015-03-01 12:30:00+0230', '1425204000'],
    ['2015-03-01 12:30:00+02:30', '1425204000'],
    ['2015-03-01 12:30:00 +02:30', '1425204000'],
    ['2015-03-01 02:00:00-08', '1425204000'],
    ['2015-03-01T10:00Z', '1425204000'],
    ['20150301T100000Z', '1425204000'],
    ['20150301T1000Z', '1425204000'],
    ['20150301 100000.5+01', '1425200400+500000000ns'],
    ['  2015-03-01T10:00:00Z  ', '1425204000'],
    ['1800-01-01 00:53:28+00:53:28', '-5364662400'],
    ['2015-03-01T10:00:00.1Z', '1425204000+100000000ns'],
    ['2015-03-01T10:00:00,123456Z', '1425204000+123456000ns'],
    ['2015-03-01T10:00:00.123456789Z', '1425204000+123456789ns'],
    ['2015-03-01T10:00:00.1234567899999Z', '1425204000+123456789ns'],
    ['1969-12-31T23:59:59.75Z', '-1+750000000ns'],
    ['1970-01-01T00:00:00-00:00', '0'],
    ['0001-01-01T00:00:00Z', '-62135596800'],
    ['9999-12-31T23:59:59Z', '253402300799'],
    ['2000-02-29T00:00:00Z', '951782400'],
    ['2024-02-29T00:00:00Z', '1709164800'],
    ['2024-12-31T23:59:59Z', '1735689599'],
  ])('%j is %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['1900-02-29T00:00:00Z', 'no such date'],
    ['2023-02-29T00:00:00Z', 'no such date'],
    ['2015-04-31', 'no such date'],
    ['2015-13-01', 'no such date'],
    ['2015-00-10', 'no such date'],
    ['2015-01-00', 'no such date'],
    ['0000-00-00 00:00:00', 'no such date'],
    ['2015-03-01T24:00:00Z', 'no such time of day'],
    ['2015-03-01T10:60:00Z', 'no such time of day'],
    ['2016-12-31T23:59:60Z', 'no such time of day'],
    ['', 'not a time'],
    [' ', 'not a time'],
    ['2015', 'not a time'],
    ['2015-03', 'not a time'],
    ['2015-3-1', 'not a time'],
    ['15-03-01', 'not a time'],
    ['2015/03/01', 'not a time'],
    ['2015-W09-7', 'not a time'],
    ['2015-060', 'not a time'],
    ['+002015-03-01', 'not a time'],
    ['2015-03-01T', 'not a time'],
    ['2015-03-01T10', 'not a time'],
    ['2015-03-01T10:', 'not a time'],
    ['2015-03-01T10:00:', 'not a time'],
    ['2015-03-01T10:00:0', 'not a time'],
    ['2015-03-01T10:00:00.', 'not a time'],
    ['2015-03-01T10:00:00.Z', 'not a time'],
    ['2015-03-01T1000Z', 'not a time'],
    ['20150301T10:00Z', 'not a time'],
    ['2015-03-01T10:00:00+', 'not a time'],
    ['2015-03-01T10:00:00+1', 'not a time'],
    ['2015-03-01T10:00:00+24', 'not a time'],
    ['2015-03-01T10:00:00+01:60', 'not a time'],
    ['2015-03-01T10:00:00+01:', 'not a time'],
    ['2015-03-01T10:00:00ZZ', 'not a time'],
    ['2015-03-01T10:00:00 CET', 'not a time'],
    ['2015-03-01T10:00:00Z[Europe/Berlin]', 'not a time'],
    ['0044-03-15 12:00:00 BC', 'not a time'],
    ['infinity', 'not a time'],
    ['1425204000', 'not a time'],
    ['２０１５-03-01', 'not a time'],
  ])('%j: %s', (text, fault) => {
    expect(read(text, {}, 'UTC')).toBe(fault);
  });

  it('needs a zone only where the text has no offset', () => {
    expect(read('2015-03-01 10:00:00')).toBe('no zone');
    expect(read('2015-03-01')).toBe('no zone');
    expect(read('2015-03-01', {}, 'UTC')).toBe('1425168000');
    expect(read('2015-03-01 10:00:00', {}, 'Europe/Berlin')).toBe('1425200400');
    expect(read('2015-03-01 10:00:00', {}, 'europe/berlin')).toBe('1425200400');
    expect(read('2015-03-01 10:00:00', {}, '+05:30')).toBe('1425184200');
    expect(read('2015-03-01 10:00:00', {}, 'Europe/Atlantis')).toBe('unknown zone');
    expect(read('2015-03-01 10:00:00Z', {}, 'Europe/Atlantis')).toBe('1425204000');
  });

  it('goes on after a fault, with another zone and with the first again', () => {
    const reader = createTimeReader();
    const seen = ['UTC', 'Mars/Base', 'Asia/Kolkata', '', 'UTC'].map((zone) =>
      reader.read('2024-06-01 12:00:00', zone) ? reader.seconds : reader.fault,
    );
    expect(seen).toEqual([1717243200, 'unknown zone', 1717223400, 'no zone', 1717243200]);
  });
});

describe('wall-clock times that happen twice or never', () => {
  it.each([
    ['America/New_York', '2024-11-03 01:30:00', '1730611800', '1730615400', 'ambiguous'],
    ['Europe/London', '2024-10-27 01:30:00', '1729989000', '1729992600', 'ambiguous'],
    ['Australia/Lord_Howe', '2024-04-07 01:45:00', '1712414700', '1712416500', 'ambiguous'],
    ['America/St_Johns', '2010-11-06 23:30:00', '1289095200', '1289098800', 'ambiguous'],
    ['America/New_York', '2024-11-03 00:59:59', '1730609999', '1730609999', '1730609999'],
    ['America/New_York', '2024-11-03 02:00:00', '1730617200', '1730617200', '1730617200'],
  ])('%s %s: earlier %s, later %s, reject %s', (zone, text, earlier, later, rejected) => {
    expect(read(text, {}, zone)).toBe(earlier);
    expect(read(text, { ambiguous: 'earlier' }, zone)).toBe(earlier);
    expect(read(text, { ambiguous: 'later' }, zone)).toBe(later);
    expect(read(text, { ambiguous: 'reject' }, zone)).toBe(rejected);
  });

  it.each([
    ['America/New_York', '2024-03-10 02:30:00', '1710055800', 'gap'],
    ['Australia/Lord_Howe', '2024-10-06 02:15:00', '1728143100', 'gap'],
    ['Pacific/Apia', '2011-12-30 12:00:00', '1325282400', 'gap'],
    ['America/New_York', '2024-03-10 01:59:59', '1710053999', '1710053999'],
    ['America/New_York', '2024-03-10 03:00:00', '1710054000', '1710054000'],
  ])('%s %s: forward %s, reject %s', (zone, text, forward, rejected) => {
    expect(read(text, {}, zone)).toBe(forward);
    expect(read(text, { ambiguous: 'later', gap: 'forward' }, zone)).toBe(forward);
    expect(read(text, { gap: 'reject' }, zone)).toBe(rejected);
  });
});

describe('numbers since 1970', () => {
  it.each([
    ['s', '1425204000', '1425204000'],
    ['s', ' 1425204000 ', '1425204000'],
    ['s', '1425204000.5', '1425204000+500000000ns'],
    ['s', '1425204000.1234567891', '1425204000+123456789ns'],
    ['s', '0', '0'],
    ['s', '-0', '0'],
    ['s', '-1', '-1'],
    ['s', '-1.25', '-2+750000000ns'],
    ['s', '-0.0000000001', '0'],
    ['s', '0001425204000', '1425204000'],
    ['ms', '1425204000123', '1425204000+123000000ns'],
    ['ms', '1425204000123.25', '1425204000+123250000ns'],
    ['ms', '5', '0+5000000ns'],
    ['ms', '-5', '-1+995000000ns'],
    ['us', '1425204000123456', '1425204000+123456000ns'],
    ['us', '1425204000123456.789', '1425204000+123456789ns'],
    ['ns', '1425204000123456789', '1425204000+123456789ns'],
    ['ns', '-1425204000123456789', '-1425204001+876543211ns'],
    ['ns', '1425204000123456789.9', '1425204000+123456789ns'],
    ['ns', '7', '0+7ns'],
    ['s', '253402300799', '253402300799'],
    ['s', '253402300800', 'out of range'],
    ['s', '-62135596801', 'out of range'],
    ['s', '1425204000123', 'out of range'],
    ['s', '1425204000123456789', 'out of range'],
    ['s', '9'.repeat(500), 'out of range'],
    ['s', '', 'not a number'],
    ['s', '-', 'not a number'],
    ['s', '.5', 'not a number'],
    ['s', '5.', 'not a number'],
    ['s', '1.5.5', 'not a number'],
    ['s', '+5', 'not a number'],
    ['s', '1.4252E9', 'not a number'],
    ['s', '1,425,204,000', 'not a number'],
    ['s', '0x10', 'not a number'],
    ['ms', '2015-03-01', 'not a number'],
    ['ms', 'NaN', 'not a number'],
  ] as const)('%s %j is %s', (unit, text, expected) => {
    expect(read(text, { unit })).toBe(expected);
    expect(read(text, { unit }, 'Asia/Tokyo')).toBe(expected);
  });
});

describe('createTimeReader', () => {
  it('throws for options that the mapping compiler must refuse before', () => {
    expect(() => createTimeReader({ unit: 's', format: 'YYYY' })).toThrow('not both');
    expect(() => createTimeReader({ format: 'YYYY-MM' })).toThrow('names no day');
  });
});
