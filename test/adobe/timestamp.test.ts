import { expect, it } from 'vitest';
import { timestampFault, timestampSeconds } from '../../src/adobe/timestamp.ts';

it.each<[string, number, string | null]>([
  ['1425204000', 1425204000, null],
  ['9999999999', 9999999999, null],
  ['999999999', 999999999, 'timestamp-early'],
  ['0', 0, 'timestamp-early'],
  ['-1', -1, 'timestamp-early'],
  ['-1000000000', -1000000000, 'timestamp-early'],
  ['1425204000000', Number.NaN, 'timestamp'],
  ['1425204000.0', Number.NaN, 'timestamp'],
  ['2017-02-10T16:23:49-07:00', 1486769029, null],
  ['2017-02-10T23:23:49Z', 1486769029, null],
  ['2017-02-10T23:23:49+0000', 1486769029, null],
  ['2017-02-11T05:08:49+05:45', 1486769029, null],
  ['2017-02-11T01:23:49+02', 1486769029, null],
  ['2017-02-11T13:23:49+14:00', 1486769029, null],
  ['2017-02-10T23:23:49+14:01', Number.NaN, 'timestamp'],
  ['2017-02-10T23:23:49+01:60', Number.NaN, 'timestamp'],
  ['2017-02-10T23:23:49-9999', Number.NaN, 'timestamp'],
  ['0999999999', 999999999, 'timestamp-early'],
  ['1000000000', 1000000000, null],
  ['2001-09-09T01:46:39Z', 999999999, 'timestamp-early'],
  ['2001-09-09T01:46:40Z', 1000000000, null],
  ['1999-12-31T23:59:59', 946684799, 'timestamp-zone'],
  ['2017-02-10T23:23Z', 1486768980, null],
  ['2017-02-10T23:23:49', 1486769029, 'timestamp-zone'],
  ['2017-02-10T23:23:49.000Z', Number.NaN, 'timestamp'],
  ['2017-02-10 23:23:49Z', Number.NaN, 'timestamp'],
  ['2017-02-10', Number.NaN, 'timestamp'],
  ['2017-02-30T00:00:00Z', Number.NaN, 'timestamp'],
  ['2017-13-01T00:00:00Z', Number.NaN, 'timestamp'],
  ['2017-02-10T24:00:00Z', Number.NaN, 'timestamp'],
  ['2017-W06-5T00:00:00Z', Number.NaN, 'timestamp'],
  ['today', Number.NaN, 'timestamp'],
])('%s', (text, seconds, rule) => {
  expect(timestampSeconds(text)).toBe(seconds);
  expect(timestampFault(text)?.rule ?? null).toBe(rule);
});
