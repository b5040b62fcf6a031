import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FileSetSpec } from '../../../src/config/mapping-schema.ts';
import type { Charset } from '../../../src/source/files/charset.ts';
import { openFiles } from '../../../src/source/files/open-files.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { readStream } from './read-stream.ts';

let folder: string;
beforeEach((context) => {
  folder = scratchFolder(context);
});

async function read(bytes: Uint8Array, spec: FileSetSpec) {
  writeFileSync(join(folder, 'a'), bytes);
  const source = await openFiles({ paths: { hits: [join(folder, 'a')] }, files: { hits: spec } });
  const { rows, faults } = await readStream(source);
  return { rows: rows.map((row) => row.slice(0, -2)), lines: rows.map((row) => Number(row.at(-1))), faults };
}

const encoders: Record<Charset, (text: string) => Buffer> = {
  'utf-8': (text) => Buffer.from(text),
  'utf-16': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  'utf-16le': (text) => Buffer.from(text, 'utf16le'),
  'utf-16be': (text) => Buffer.from(text, 'utf16le').swap16(),
  latin1: (text) => Buffer.from(text, 'latin1'),
  'windows-1252': (text) => Buffer.from(text.replaceAll('€', '\x80').replaceAll('“', '\x93'), 'latin1'),
};

describe('what an independent writer wrote comes back', () => {
  const cell = (charset: Charset) => {
    const more =
      charset === 'latin1' ? ['\x80', 'ÿ'] : charset === 'windows-1252' ? ['€', '“'] : ['😀', '\u0A0D', '\uD7FF'];
    return fc.string({
      unit: fc.constantFrom('a', ',', ';', '"', '\n', '\r', '\\', ' ', 'é', '#', ...more),
      maxLength: 6,
    });
  };
  const anyCharset = fc.constantFrom<Charset>('utf-8', 'utf-16', 'utf-16le', 'utf-16be', 'latin1', 'windows-1252');
  const table = anyCharset.chain((charset) =>
    fc.record({
      charset: fc.constant(charset),
      rows: fc.array(fc.tuple(cell(charset), cell(charset)), { minLength: 1, maxLength: 6 }),
      delimiter: fc.constantFrom(',', ';', '\t', '||'),
      quote: fc.constantFrom('"', "'"),
      lineEnd: fc.constantFrom('\n', '\r\n'),
      packed: fc.boolean(),
    }),
  );

  it('as CSV in any dialect and charset', async () => {
    await fc.assert(
      fc.asyncProperty(table, async ({ charset, rows, delimiter, quote, lineEnd, packed }) => {
        const quoted = (text: string) => quote + text.split(quote).join(quote + quote) + quote;
        const all = [['id', 'name'], ...rows].map((row) => row.map(quoted).join(delimiter) + lineEnd).join('');
        const bytes = encoders[charset](all);
        const spec: FileSetSpec = { format: 'csv', charset, delimiter, quote };
        const found = await read(packed ? gzipSync(bytes) : bytes, spec);
        expect(found.faults).toEqual([]);
        expect(found.rows).toEqual(rows);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('as JSON lines', async () => {
    const object = fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(object, { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n', '\n\n'),
        async (objects, end) => {
          const texts = objects.map((value) => JSON.stringify(value));
          const found = await read(Buffer.from(texts.map((text) => text + end).join('')), { format: 'jsonl' });
          expect(found.faults).toEqual([]);
          expect(found.rows).toEqual(texts.map((text) => [text]));
        },
      ),
      { numRuns: 200 },
    );
  }, 60_000);

  it('as an access log', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '"', '\\', '\n', '\t', ' ', '[', ']', 'é', '😀', '-', '\x01'),
      maxLength: 8,
    });
    // As mod_log_config does it.
    const written = (value: string) =>
      [...value]
        .map((character) => {
          if (character === '"' || character === '\\') return `\\${character}`;
          if (character === '\n') return '\\n';
          if (character === '\t') return '\\t';
          if (/^[ -~]$/.test(character)) return character;
          return [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
        })
        .join('');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { maxLength: 5 }), async (pairs) => {
        const lines = pairs.map(
          ([referer, agent]) =>
            `h - - [01/Mar/2015:11:00:00 +0100] "GET / HTTP/1.1" 200 1 "${written(referer)}" "${written(agent)}"\n`,
        );
        const found = await read(Buffer.from(lines.join('')), { format: 'lines', pattern: 'combined' });
        expect(found.faults).toEqual([]);
        const present = (value: string) => (value === '-' ? null : value);
        expect(found.rows.map((row) => row.slice(-2))).toEqual(pairs.map(([a, b]) => [present(a), present(b)]));
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});

describe('bytes that nobody wrote', () => {
  const byte = fc.constantFrom(...Buffer.from('a1,;"\\#\n\r\t \0'), 0xff, 0xc3, 0xa9, 0xe2, 0x80);
  const specs: FileSetSpec[] = [
    { format: 'csv', header: ['a', 'b'] },
    { format: 'csv', header: ['a', 'b'], quote: 'none', delimiter: ';' },
    { format: 'csv', header: ['a', 'b'], escape: '\\' },
    { format: 'csv', header: ['a', 'b'], escape: '\\', quote: 'none', delimiter: '\t' },
    { format: 'csv', header: ['a', 'b'], charset: 'utf-16le' },
    { format: 'csv', header: ['a', 'b'], charset: 'windows-1252' },
  ];

  it('lose no letter: each is in a row or a fault, at a line of its own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(byte, { maxLength: 80 }), fc.constantFrom(...specs), async (bytes, spec) => {
        const content = Buffer.from(bytes);
        const { rows, lines, faults } = await read(content, spec);
        const all = [...lines, ...faults.map(({ key }) => Number(key[1]))];
        expect(new Set(all).size).toBe(all.length);
        if (spec.charset === 'utf-16le') return;
        const kept = [...rows.flat().map(String), ...faults.map(({ text }) => text)].join('');
        const letters = (text: string) => text.replace(/[^a1]/g, '').length;
        expect(letters(kept)).toBe(letters(content.toString('latin1')));
      }),
      { numRuns: 500 },
    );
  }, 60_000);

  it('come to an end as gzip and as zip too', async () => {
    const start = fc.constantFrom(
      [0x1f, 0x8b],
      [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3],
      [0x50, 0x4b, 3, 4],
      [0x50, 0x4b, 5, 6],
    );
    const packed = [...deflateRawSync('a,b\n1,2\n')];
    const rest = fc.oneof(fc.array(fc.nat(255), { maxLength: 60 }), fc.constant(packed));
    await fc.assert(
      fc.asyncProperty(start, rest, async (head, tail) => {
        const found = await read(Buffer.from([...head, ...tail]), { format: 'csv' }).catch((error: unknown) => error);
        if (found instanceof Error) expect(found).toMatchObject({ name: 'MigrationError' });
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});
