/**
 * Bytes that sort as row keys do: part by part, integers by value and before texts, texts by their UTF-8 bytes,
 * a shorter key before every longer one that begins with it.
 *
 * A part of decimal digits is one byte with the number of its significant digits (or `LONG_INTEGER` and four bytes)
 * and the digits; any other part is `TEXT`, its UTF-8 bytes and `END`. Only where some integer has leading zeros, `END`
 * and each integer's number of them follow: they break ties between keys of equal value, and no more than that.
 */
const END = 0x00;
const MOST_DIGITS = 0xfa;
const LONG_INTEGER = 0xfb;
const TEXT = 0xfc;
/** In a text, before `byte + 1`: keeps the bytes 0 and 1 apart from `END` without changing how texts compare. */
const ESCAPE = 0x01;
const LONG_COUNT = 0xff;

const ZERO = 0x30;
const NINE = 0x39;

const BLANK = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** How many bytes `writeKey` may need at most; cheap, and generous. */
export function keyBytesAtMost(key: readonly string[]): number {
  let bytes = 1;
  for (const part of key) bytes += 3 * part.length + 10;
  return bytes;
}

/**
 * Writes the sortable form of a key and returns the position after it. `target` must have room for
 * `keyBytesAtMost(key)`. Parts are well-formed Unicode; a lone surrogate would become U+FFFD.
 */
export function writeKey(key: readonly string[], target: Buffer, start: number): number {
  let at = start;
  let zeros = 0;
  for (const part of key) {
    if (isInteger(part)) {
      const leading = leadingZeros(part);
      zeros += leading;
      at = writeInteger(part, leading, target, at);
    } else {
      at = writeText(part, target, at);
    }
  }
  return zeros === 0 ? at : writeZeros(key, target, at);
}

/** Gives back the exact parts of the key that `writeKey` wrote between `start` and `end`. */
export function decodeKey(source: Buffer, start: number, end: number): string[] {
  const key: string[] = [];
  const integers: number[] = [];
  let at = start;
  while (at < end && source[at] !== END) {
    const kind = source[at++]!;
    if (kind === TEXT) {
      const stop = source.indexOf(END, at);
      key.push(readText(source, at, stop));
      at = stop + 1;
      continue;
    }
    let digits = kind;
    if (kind === LONG_INTEGER) {
      digits = source.readUInt32BE(at);
      at += 4;
    }
    integers.push(key.length);
    key.push(source.toString('latin1', at, at + digits));
    at += digits;
  }
  if (at < end) restoreZeros(key, integers, source, at + 1);
  return key;
}

/**
 * Writes the parts of the key between `start` and `end` as members of a JSON array, each after a comma, and returns the
 * position after them. -1 where that takes decoding: leading zeros, very long integers, and texts that JSON escapes. `target`
 * must have room for three times the key's bytes.
 */
export function writeKeyJson(source: Buffer, start: number, end: number, target: Buffer, targetStart: number): number {
  let to = targetStart;
  let at = start;
  while (at < end) {
    const kind = source[at++]!;
    if (kind === END || kind === LONG_INTEGER) return -1;
    target[to++] = COMMA;
    target[to++] = QUOTE;
    if (kind === TEXT) {
      for (let byte = source[at++]!; byte !== END; byte = source[at++]!) {
        // Below the blank stand what JSON escapes and our own escape.
        if (byte < BLANK || byte === QUOTE || byte === BACKSLASH) return -1;
        target[to++] = byte;
      }
    } else {
      for (const stop = at + kind; at < stop; ) target[to++] = source[at++]!;
    }
    target[to++] = QUOTE;
  }
  return to;
}

function isInteger(part: string): boolean {
  for (let index = 0; index < part.length; index++) {
    const code = part.charCodeAt(index);
    if (code < ZERO || code > NINE) return false;
  }
  return part.length > 0;
}

/** Zeros that do not count; the last digit always does. */
function leadingZeros(digits: string): number {
  let zeros = 0;
  while (zeros < digits.length - 1 && digits.charCodeAt(zeros) === ZERO) zeros++;
  return zeros;
}

function writeInteger(part: string, leading: number, target: Buffer, start: number): number {
  const digits = part.length - leading;
  let at = start;
  if (digits <= MOST_DIGITS) {
    target[at++] = digits;
  } else {
    target[at++] = LONG_INTEGER;
    at = target.writeUInt32BE(digits, at);
  }
  for (let index = leading; index < part.length; index++) target[at++] = part.charCodeAt(index);
  return at;
}

function writeText(part: string, target: Buffer, start: number): number {
  let at = start;
  target[at++] = TEXT;
  for (let index = 0; index < part.length; index++) {
    const code = part.charCodeAt(index);
    if (code >= 0x80) {
      for (const byte of Buffer.from(part.slice(index))) at = writeTextByte(byte, target, at);
      break;
    }
    at = writeTextByte(code, target, at);
  }
  target[at++] = END;
  return at;
}

function writeTextByte(byte: number, target: Buffer, at: number): number {
  if (byte > ESCAPE) {
    target[at] = byte;
    return at + 1;
  }
  target[at] = ESCAPE;
  target[at + 1] = byte + 1;
  return at + 2;
}

function readText(source: Buffer, start: number, end: number): string {
  const bytes = source.subarray(start, end);
  if (!bytes.includes(ESCAPE)) return bytes.toString('utf8');
  const plain: number[] = [];
  for (let at = 0; at < bytes.length; at++) plain.push(bytes[at] === ESCAPE ? bytes[++at]! - 1 : bytes[at]!);
  return Buffer.from(plain).toString('utf8');
}

function writeZeros(key: readonly string[], target: Buffer, start: number): number {
  let at = start;
  target[at++] = END;
  for (const part of key) {
    if (!isInteger(part)) continue;
    const leading = leadingZeros(part);
    if (leading < LONG_COUNT) {
      target[at++] = leading;
    } else {
      target[at++] = LONG_COUNT;
      at = target.writeUInt32BE(leading, at);
    }
  }
  return at;
}

function restoreZeros(key: string[], integers: readonly number[], source: Buffer, start: number): void {
  let at = start;
  for (const index of integers) {
    let leading = source[at++]!;
    if (leading === LONG_COUNT) {
      leading = source.readUInt32BE(at);
      at += 4;
    }
    key[index] = '0'.repeat(leading) + key[index]!;
  }
}
