import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRowReader } from '../../src/sandbox/read-rows.ts';
import { fillSettings, type SandboxSettings } from '../../src/sandbox/settings.ts';
import { header, row } from './sandbox-client.ts';

/** The digest of a text that comes in pieces, cut at the places given, with hashes and visitors as plain values. */
function read(text: string, { cuts = [], settings = {} }: { cuts?: number[]; settings?: SandboxSettings } = {}) {
  const reader = createRowReader(fillSettings(settings), 0, 0);
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  for (let index = 1; index < places.length; index++) {
    reader.push(text.slice(places[index - 1], places[index]), index === places.length - 1);
  }
  const digest = reader.finish('', null);
  return { ...digest, hashes: [...digest.hashes], visitors: [...digest.visitors] };
}

describe('createRowReader', () => {
  it('takes LF and CRLF, a missing last line end, empty lines, and line breaks in quotes', () => {
    const text = `${header}\n\n${row(1_500_000_000, 'v')}\r\n\r\n1500000001,v,s,"two\r\nlines, ""quoted""",p`;
    expect(read(text)).toMatchObject({
      rows: 2,
      invalidRows: 0,
      firstTime: 1_500_000_000,
      lastTime: 1_500_000_001,
      error: null,
      visitors: [['visitorID:v', { first: 1_500_000_000, latest: 1_500_000_001, firstRow: 1 }]],
    });
  });

  it('glues a byte order mark to the first name, which makes it another column', () => {
    expect(read(`\uFEFF${header}\n${row(1_500_000_000, 'v')}`)).toMatchObject({
      error: 'No valid rows were found in the file.',
      headerFault: { missing: 'timestamp' },
      invalidRows: 1,
    });
  });

  it('skips a record with broken quotes in its place', () => {
    const text = `${header}\n${row(1_500_000_000, 'v')}\n1500000001,"v"x,s,ua,p\n${row(1_500_000_002, 'v')}\n,v,s,ua,p\n`;
    expect(read(text)).toMatchObject({
      rows: 4,
      invalidRows: 2,
      firstBadRow: 2,
      log: "On row: 2, malformed CSV. This row will not be submitted. On row: 4, missing 'Timestamp'. This row will not be submitted. Processing complete: 2 rows will be submitted. 2 rows were invalid.",
    });
  });

  it('refuses a header that is no CSV', () => {
    expect(read(`timestamp,"visitor"ID\n${row(1_500_000_000, 'v')}\n`)).toMatchObject({
      rows: 1,
      error: 'No valid rows were found in the file.',
      log: 'The file header is no CSV. Processing complete: 0 rows will be submitted. 1 rows were invalid.',
    });
  });

  it('numbers rows from where it is told', () => {
    const text = `${header}\n,v,s,ua,p\n${row(1_500_000_000, 'v')}\n`;
    expect(read(text, { settings: { firstRowNumber: 2 } })).toMatchObject({ firstBadRow: 2 });
  });

  it('reads the same however the text is cut', () => {
    const text = `${header}\r\n${row(1_500_000_005, 'v', '"a\r\n""b"""')}\r\n\r\nx,v,s,ua,p\r\n${row(1_500_000_004, 'V', '🙂é')}\r\n`;
    const whole = read(text);
    expect([whole.rows, whole.invalidRows, whole.stepsBack.count]).toEqual([3, 1, 1]);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), (cuts) => {
        expect(read(text, { cuts })).toEqual(whole);
      }),
    );
  });
});
