import { isUtf8 } from 'node:buffer';

/** Text out of bytes that come in pieces. `valid` is false where bytes were no UTF-8; U+FFFD stands in their place. */
export interface DecodedText {
  readonly text: string;
  readonly valid: boolean;
}

/** Decodes UTF-8 piece by piece, strictly, keeping a byte order mark. `last` is true once, with the end of the bytes. */
export function createUtf8Decoder(): (bytes: Buffer, last: boolean) => DecodedText {
  let carry: Buffer = Buffer.alloc(0);
  return (bytes, last) => {
    const whole = carry.length === 0 ? bytes : Buffer.concat([carry, bytes]);
    const end = last ? whole.length : completeLength(whole);
    // A copy: the rest must not hold the whole piece in memory.
    carry = Buffer.from(whole.subarray(end));
    const ready = whole.subarray(0, end);
    return { text: ready.toString('utf8'), valid: isUtf8(ready) };
  };
}

/** The length without a character that has begun at the end and is not complete. */
function completeLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return size > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
