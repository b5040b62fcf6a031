import { describe, expect, test } from 'vitest';
import { parseProcessingLog } from '../../src/delivery/processing-log.ts';

const two = [
  { row: 1, reason: "missing 'UserAgent'." },
  { row: 3, reason: 'inconsistent column count. Expected 5 columns, but found 6.' },
];

describe('the sentences of a processing log', () => {
  test.each([
    [
      'one blank between them',
      "On row: 1, missing 'UserAgent'. This row will not be submitted. On row: 3, inconsistent column count. Expected 5 columns, but found 6. Processing complete: 3 rows will be submitted. 2 rows were invalid.",
    ],
    [
      'two blanks',
      "On row: 1, missing 'UserAgent'.  This row will not be submitted.  On row: 3, inconsistent column count.  Expected 5 columns, but found 6.  Processing complete:  3 rows will be submitted.  2 rows were invalid.",
    ],
    [
      'line breaks',
      "On row: 1, missing 'UserAgent'. This row will not be submitted.\nOn row: 3, inconsistent column count. Expected 5 columns, but found 6.\r\nProcessing complete: 3 rows will be submitted. 2 rows were invalid.\n",
    ],
    [
      'a logger’s prefix',
      "17:05:12.123 [main] WARN - On row: 1, missing 'UserAgent'. This row will not be submitted.\n17:05:12.124 [main] WARN c.a.Reader - On row: 3, inconsistent column count. Expected 5 columns, but found 6.\n17:05:12.125 [main] INFO - Processing complete: 3 rows will be submitted. 2 rows were invalid.",
    ],
  ])('are found with %s', (_, log) => {
    expect(parseProcessingLog(log)).toEqual({ named: two, submitted: 3, invalid: 2 });
  });

  test('of one row with two faults become one', () => {
    expect(parseProcessingLog("On row: 2, missing 'A'. On row: 2, missing 'B'. On row: 2, missing 'A'.").named).toEqual(
      [{ row: 2, reason: "missing 'A'.; missing 'B'." }],
    );
  });

  test.each([
    ['', { named: [], submitted: null, invalid: null }],
    ['An error occurred: Not in GZIP format\n', { named: [], submitted: null, invalid: null }],
    [
      'No timestamp field found in the file header. Processing complete: 0 rows will be submitted. 5000 rows were invalid.',
      { named: [], submitted: 0, invalid: 5000 },
    ],
    ['Processing complete: 1 row will be submitted. 1 row was invalid.', { named: [], submitted: 1, invalid: 1 }],
    ['12 rows lacked a user agent, too many to list.', { named: [], submitted: null, invalid: null }],
  ])('%j', (log, expected) => {
    expect(parseProcessingLog(log)).toEqual(expected);
  });
});
