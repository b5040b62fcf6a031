import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaryOf, createMultipartReader } from '../../src/sandbox/multipart.ts';

/** All parts of a body that comes in pieces, cut at the places given. */
function read(body: Buffer, boundary: string, cuts: readonly number[]) {
  const reader = createMultipartReader(boundary);
  const parts: { name: string | null; fileName: string | null; text: string; ended: boolean }[] = [];
  const places = [0, ...cuts.map((cut) => cut % (body.length + 1)).sort((a, b) => a - b), body.length];
  for (let index = 1; index < places.length; index++) {
    for (const event of reader.push(body.subarray(places[index - 1], places[index]))) {
      const part = parts[parts.length - 1];
      if (event.kind === 'begin') parts.push({ name: event.name, fileName: event.fileName, text: '', ended: false });
      else if (event.kind === 'data' && part !== undefined) part.text += event.bytes.toString('latin1');
      else if (part !== undefined) part.ended = true;
    }
  }
  return { parts, complete: reader.isComplete() };
}

const body = Buffer.from(
  'preamble\r\n--B\r\nContent-Disposition: form-data; name="note"\r\n\r\n\r\n--B\r\n' +
    'Content-Type: application/gzip\r\ncontent-disposition: form-data; filename="a b.gz"; name="file"\r\n\r\nab\r\n--\r\n-B\r\ncd\r\n--B--\r\nepilogue',
);

describe('createMultipartReader', () => {
  it('finds the same parts however the body is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 12 }), (cuts) => {
        expect(read(body, 'B', cuts)).toEqual({
          parts: [
            { name: 'note', fileName: null, text: '', ended: true },
            { name: 'file', fileName: 'a b.gz', text: 'ab\r\n--\r\n-B\r\ncd', ended: true },
          ],
          complete: true,
        });
      }),
    );
  });

  it('finds the same parts byte by byte', () => {
    const cuts = Array.from(body.keys());
    expect(read(body, 'B', cuts)).toEqual(read(body, 'B', []));
  });

  it.each([
    ['cut short', body.subarray(0, body.length - 12)],
    ['without a delimiter', Buffer.from('abc')],
    ['with text after a delimiter', Buffer.from('--Bx\r\n\r\n--B--')],
    ['with endless headers', Buffer.from(`--B\r\n${'x'.repeat(20_000)}`)],
  ])('calls a body broken that is %s', (_, broken) => {
    expect(read(broken, 'B', []).complete).toBe(false);
  });
});

describe('boundaryOf', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['multipart/form-data; charset=utf-8; boundary="a b"', 'a b'],
    ['Multipart/Form-Data;boundary=----x', '----x'],
    ['multipart/mixed; boundary=abc', null],
    ['multipart/form-data', null],
    [undefined, null],
  ])('%s → %s', (type, expected) => expect(boundaryOf(type)).toBe(expected));
});
