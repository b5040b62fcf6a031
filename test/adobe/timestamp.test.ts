import { expect, it } from 'vitest';
import { timestampFault, timestampSeconds } from '../../src/adobe/timestamp.ts';

it.each<[string, number, string | null]>([
  ['1425204000', 1425204000, null],
  ['9999999999', 9999999999, null],
  ['999999999', 999999999, 'unsure'],
  ['0', 0, 'unsure'],
  ['-1', -1, 'unsure'],
  ['1425204000000', Number.NaN, 'row skipped'],
  ['1425204000.0', Number.NaN, 'row skipped'],
  ['2017-02-10T16:23:49-07:00', 1486769029, null],
  ['2017-02-10T23:23:49Z', 1486769029, null],
  ['2017-02-10T23:23:49+0000', 1486769029, null],
  ['2017-02-11T05:08:49+05:45', 1486769029, null],
  ['2017-02-11T01:23:49+02', 1486769029, null],
  ['2017-02-10T23:23Z', 1486768980, null],
  ['2017-02-10T23:23:49', 1486769029, 'value misread'],
  ['2017-02-10T23:23:49.000Z', Number.NaN, 'row skipped'],
  ['2017-02-10 23:23:49Z', Number.NaN, 'row skipped'],
  ['2017-02-10', Number.NaN, 'row skipped'],
  ['2017-02-30T00:00:00Z', Number.NaN, 'row skipped'],
  ['2017-13-01T00:00:00Z', Number.NaN, 'row skipped'],
  ['2017-02-10T24:00:00Z', Number.NaN, 'row skipped'],
  ['2017-W06-5T00:00:00Z', Number.NaN, 'row skipped'],
  ['today', Number.NaN, 'row skipped'],
])('%s', (text, seconds, consequence) => {
  expect(timestampSeconds(text)).toBe(seconds);
  expect(timestampFault(text)?.consequence ?? null).toBe(consequence);
});
