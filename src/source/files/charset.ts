import { isUtf8 } from 'node:buffer';
import type { FileSetSpec } from '../../config/mapping-schema.ts';
import { MigrationError } from '../../domain/error.ts';
import { fromWindows1252 } from '../../domain/windows-1252.ts';

/** How a file's bytes are text. A `utf-16` file says by its byte order mark which of the two it is. */
export type Charset = NonNullable<FileSetSpec['charset']>;

/**
 * Turns one file's bytes into text, piece by piece, without splitting a character. A byte that is no text in the charset
 * stands in it as a lone surrogate, which no proper text holds: what is around it stays exact, and its row can be told.
 */
export interface Decoder {
  /** The text of what is complete; `last` is true once, with the end of the file. A byte order mark is passed on. */
  push(bytes: Buffer, last: boolean): string;
  /** True once bytes were met that are no text. */
  damaged(): boolean;
}

/** A decoder for one file; `name` is for messages. Its `push` throws `input.invalid` for `utf-16` without a mark. */
export function createDecoder(charset: Charset, name: string): Decoder {
  switch (charset) {
    case 'latin1':
      return { push: (bytes) => bytes.toString('latin1'), damaged: () => false };
    case 'windows-1252':
      return { push: (bytes) => fromWindows1252(bytes.toString('latin1')), damaged: () => false };
    case 'utf-8':
      return wholeCharacters(endOfUtf8, (bytes) =>
        isUtf8(bytes) ? { text: bytes.toString('utf8'), damaged: false } : { text: markInvalid(bytes), damaged: true },
      );
    case 'utf-16':
      return marked(name);
    default:
      return wholeCharacters(...utf16(charset === 'utf-16be'));
  }
}

const loneSurrogate = /\p{Surrogate}/u;

/** True for text with bytes in it that its file's charset does not have. */
export function hasUndecoded(text: string): boolean {
  return loneSurrogate.test(text);
}

/** The text with U+FFFD for bytes that its file's charset does not have. */
export function showUndecoded(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

type Decode = (bytes: Buffer) => { readonly text: string; readonly damaged: boolean };

/** Holds back what may be an unfinished character: `end` says where that begins. */
function wholeCharacters(end: (bytes: Buffer) => number, decode: Decode): Decoder {
  let carry: Buffer = Buffer.alloc(0);
  let damaged = false;
  return {
    push(bytes, last) {
      const all = carry.length === 0 ? bytes : Buffer.concat([carry, bytes]);
      const whole = last ? all.length : end(all);
      carry = all.subarray(whole);
      const decoded = decode(all.subarray(0, whole));
      damaged ||= decoded.damaged;
      return decoded.text;
    },
    damaged: () => damaged,
  };
}

/** Where the last character that may be unfinished begins; the length where the last one is whole or no UTF-8 at all. */
function endOfUtf8(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needs > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

/** UTF-8 in which every byte that belongs to no character has become the low surrogate U+DC00 + byte. */
function markInvalid(bytes: Buffer): string {
  let text = '';
  let sound = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = characterAt(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += bytes.toString('utf8', sound, at) + String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
    at++;
    sound = at;
  }
  return text + bytes.toString('utf8', sound);
}

/** The bytes of the character that begins here, 0 where none does (RFC 3629, section 4). */
function characterAt(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  const second = bytes[at + 1] ?? 0;
  if (second < low || second > high) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (let place = at + 2; place < at + length; place++) {
    if (((bytes[place] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}

function utf16(bigEndian: boolean): [end: (bytes: Buffer) => number, decode: Decode] {
  const end = (bytes: Buffer): number => {
    const whole = bytes.length - (bytes.length % 2);
    const upper = bytes[bigEndian ? whole - 2 : whole - 1] ?? 0;
    return whole > 0 && (upper & 0xfc) === 0xd8 ? whole - 2 : whole;
  };
  const decode: Decode = (bytes) => {
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 2));
    const text = (bigEndian ? Buffer.from(whole).swap16() : whole).toString('utf16le');
    // A high surrogate at the very end stays alone, whatever stands before it.
    const all = bytes.length % 2 === 0 ? text : `${text}\uD800`;
    return { text: all, damaged: hasUndecoded(all) };
  };
  return [end, decode];
}

function marked(name: string): Decoder {
  let head: Buffer = Buffer.alloc(0);
  let decoder: Decoder | null = null;
  return {
    push(bytes, last) {
      if (decoder !== null) return decoder.push(bytes, last);
      head = Buffer.concat([head, bytes]);
      if (head.length < 2 && !last) return '';
      if (head.length === 0) return '';
      const mark = head.length < 2 ? 0 : head.readUInt16BE(0);
      if (mark !== 0xfeff && mark !== 0xfffe) {
        throw new MigrationError('input.invalid', `File ${name} has no byte order mark`, {
          next: 'Say utf-16le or utf-16be as the charset of its file set.',
        });
      }
      decoder = wholeCharacters(...utf16(mark === 0xfeff));
      return decoder.push(head, last);
    },
    damaged: () => decoder?.damaged() ?? false,
  };
}
