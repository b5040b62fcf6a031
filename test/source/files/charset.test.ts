import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Charset, createDecoder, hasUndecoded, showUndecoded } from '../../../src/source/files/charset.ts';

function decode(charset: Charset, pieces: readonly Uint8Array[]) {
  const decoder = createDecoder(charset, 'a.csv');
  let text = '';
  for (const piece of pieces) text += decoder.push(Buffer.from(piece), false);
  text += decoder.push(Buffer.alloc(0), true);
  return { text, damaged: decoder.damaged() };
}

const hex = (digits: string) => [...Buffer.from(digits.replaceAll(' ', ''), 'hex')];

describe('createDecoder', () => {
  it.each<[Charset, string, string]>([
    ['utf-8', '61 c3a9 e282ac f09f9880', 'aé€😀'],
    ['utf-8', 'efbbbf 61', '\uFEFFa'],
    ['latin1', '61 80 9f a0 e9 ff', 'a\x80\x9F\xA0éÿ'],
    ['windows-1252', '80 85 91 92 93 94 96 99 9c 9e 9f e9', '€…‘’“”–™œžŸé'],
    ['windows-1252', '81 8d 8f 90 9d', '\x81\x8D\x8F\x90\x9D'],
    ['utf-16le', '6100 e900 ac20 3dd8 00de', 'aé€😀'],
    ['utf-16be', '0061 00e9 20ac d83d de00', 'aé€😀'],
    ['utf-16', 'fffe 6100 ac20', '\uFEFFa€'],
    ['utf-16', 'feff 0061 20ac', '\uFEFFa€'],
    ['utf-16', '', ''],
  ])('%s of %s', (charset, bytes, text) => {
    const all = hex(bytes);
    for (let cut = 0; cut <= all.length; cut++) {
      const pieces = [Uint8Array.from(all.slice(0, cut)), Uint8Array.from(all.slice(cut))];
      expect(decode(charset, pieces)).toEqual({ text, damaged: false });
    }
    expect(
      decode(
        charset,
        all.map((byte) => Uint8Array.of(byte)),
      ),
    ).toEqual({ text, damaged: false });
  });

  it.each<[Charset, string, string]>([
    ['utf-8', '61 ff 62', 'a\uFFFDb'],
    ['utf-8', '61 e282 62', 'a\uFFFD\uFFFDb'],
    ['utf-8', '61 e282', 'a\uFFFD\uFFFD'],
    ['utf-8', 'c0af eda080 f4908080', '\uFFFD'.repeat(9)],
    ['utf-8', 'f09f9880 80 c3a9', '😀\uFFFDé'],
    ['utf-16le', '6100 3dd8 6200', 'a\uFFFDb'],
    ['utf-16le', '6100 00de', 'a\uFFFD'],
    ['utf-16le', '6100 62', 'a\uFFFD'],
    ['utf-16be', '0061 d83d 00', 'a\uFFFD\uFFFD'],
  ])('%s marks what is none in %s', (charset, bytes, shown) => {
    const all = hex(bytes);
    for (let cut = 0; cut <= all.length; cut++) {
      const { text, damaged } = decode(charset, [Uint8Array.from(all.slice(0, cut)), Uint8Array.from(all.slice(cut))]);
      expect([showUndecoded(text), hasUndecoded(text), damaged]).toEqual([shown, true, true]);
    }
  });

  it('needs a mark for utf-16', () => {
    expect(() => decode('utf-16', [Uint8Array.of(0x61, 0)])).toThrow('File a.csv has no byte order mark');
    expect(() => decode('utf-16', [Uint8Array.of(0x61)])).toThrow('File a.csv has no byte order mark');
  });

  it('is exact for any text, however it is cut', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 });
    fc.assert(
      fc.property(text, fc.nat(80), (whole, cut) => {
        const forms: [Charset, Buffer][] = [
          ['utf-8', Buffer.from(whole)],
          ['utf-16le', Buffer.from(whole, 'utf16le')],
          ['utf-16be', Buffer.from(whole, 'utf16le').swap16()],
        ];
        for (const [charset, bytes] of forms) {
          expect(decode(charset, [bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual({
            text: whole,
            damaged: false,
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('tells bytes that are no UTF-8 exactly where the platform does', () => {
    const anyBytes = fc.array(fc.constantFrom(0x61, 0x80, 0x9f, 0xa0, 0xbf, 0xc3, 0xe0, 0xe2, 0xed, 0xf0, 0xf4, 0xff));
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    fc.assert(
      fc.property(anyBytes, fc.nat(10), (bytes, cut) => {
        const all = Uint8Array.from(bytes);
        let expected: string | null = null;
        try {
          expected = strict.decode(all);
        } catch {}
        const { text, damaged } = decode('utf-8', [all.subarray(0, cut), all.subarray(cut)]);
        expect(damaged).toBe(expected === null);
        if (expected !== null) expect(text).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});
