import { describe, expect, it } from 'vitest';
import { guessTime } from '../../../src/inspection/init/time-form.ts';

describe('guessTime', () => {
  it.each([
    ['seconds', ['1425204000', '1425204001'], { unit: 's', window: 's', isZoned: true }],
    ['seconds of 1999', ['915148800'], { unit: 's', window: 's' }],
    ['milliseconds', ['1425204000123'], { unit: 'ms', window: 'ms' }],
    ['microseconds', ['1425204000123456'], { unit: 'us', window: 'us' }],
    ['nanoseconds', ['1425204000123456789'], { unit: 'ns', window: 'ns' }],
    ['SQL', ['2015-03-01 10:00:00', '2015-03-01 10:00:00.25'], { window: 'datetime', isZoned: false }],
    ['SQL in UTC', ['2015-03-01 10:00:00+00', '2015-03-01 10:00:00.1+00'], { window: 'datetime', isZoned: true }],
    ['ISO 8601', ['2015-03-01T10:00:00'], { window: 'iso', isZoned: false }],
    ['ISO 8601 in UTC', ['2015-03-01T10:00:00Z'], { window: 'iso', isZoned: true }],
    [
      'ISO 8601 with offsets',
      ['2015-03-01T10:00:00+01:00', '2015-07-01T10:00:00+02:00'],
      { window: null, isZoned: true },
    ],
    ['SQL with offsets', ['2015-03-01 10:00:00Z', '2015-03-01 10:00:00 UTC'], { window: null, isZoned: true }],
    ['SQL without seconds', ['2015-03-01 10:00'], { window: null, isZoned: false }],
    ['days', ['2015-03-01'], { window: 'date' }],
    [
      'an access log',
      ['10/Oct/2015:13:55:36 +0200'],
      { format: 'DD/MMM/YYYY:HH:mm:ss ZZ', isZoned: true, window: null },
    ],
    [
      'days before months',
      ['31/12/2015 10:00:00', '01/02/2015 10:00:00'],
      { format: 'DD/MM/YYYY HH:mm:ss', window: null },
    ],
    ['months before days', ['12/31/2015 10:00:00', '01/02/2015 10:00:00'], { format: 'MM/DD/YYYY HH:mm:ss' }],
    ['points', ['31.12.2015 10:00'], { format: 'DD.MM.YYYY HH:mm' }],
    ['digits alone', ['20151231100000'], { format: 'YYYYMMDDHHmmss' }],
  ])('reads %s', (_, values, form) => {
    expect(guessTime(values)?.form).toMatchObject(form);
  });

  it.each([
    ['nothing', []],
    ['small numbers', ['1', '2', '300']],
    ['years', ['2015', '2016']],
    ['IDs of ten digits that are no time', ['5425204000', '9925204000']],
    ['texts', ['yesterday', 'today']],
    ['dates that do not exist', ['2015-13-01 10:00:00', '2015-02-30 10:00:00']],
    ['times in one of two rows', ['2015-03-01 10:00:00', 'n/a']],
  ])('sees none in %s', (_, values) => {
    expect(guessTime(values)).toBeNull();
  });

  it('bears a few values that are broken, and says how many', () => {
    const values = [...new Array<string>(9).fill('2015-03-01 10:00:00'), 'broken'];
    expect(guessTime(values)?.share).toBe(0.9);
  });

  it('names the other reading where nothing says which it is', () => {
    expect(guessTime(['01/02/2015 10:00:00'])).toMatchObject({
      form: { format: 'DD/MM/YYYY HH:mm:ss' },
      rival: 'MM/DD/YYYY HH:mm:ss',
    });
    expect(guessTime(['31/12/2015 10:00:00'])?.rival).toBeNull();
    expect(guessTime(['2015-03-01T10:00:00Z'])?.rival).toBeNull();
  });
});
