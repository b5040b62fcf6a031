import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FileSetSpec } from '../../../../src/config/mapping-schema.ts';
import type { Batch, Cell } from '../../../../src/domain/row.ts';
import type { Charset } from '../../../../src/source/files/charset.ts';
import { noDigest } from '../../../../src/source/files/file-bytes.ts';
import type { FoundFile } from '../../../../src/source/files/find-files.ts';
import { cutLines, loneLines, readUncutLines } from '../../../../src/source/files/formats/lone-lines.ts';
import { type ReadLine, readLines } from '../../../../src/source/files/formats/read-lines.ts';
import { openFiles } from '../../../../src/source/files/open-files.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

let folder: string;
let file: FoundFile;
beforeEach((context) => {
  folder = scratchFolder(context);
  file = { name: 'a', path: join(folder, 'a') };
});

/** A row's cells, or a fault as `line: reason: text`, in the order of the batches. */
type Found = readonly Cell[] | string;

function listFound(batches: readonly Batch[]): Found[] {
  return batches.flatMap(({ rows, faults = [] }): Found[] => [
    ...rows,
    ...faults.map(({ key, reason, text }) => `${key[1]}: ${reason}: ${text}`),
  ]);
}

function lineNumber(found: Found): number {
  return Number.parseInt(typeof found === 'string' ? found : String(found.at(-1)), 10);
}

/** Lines with an `x` are faults, empty ones and those that begin with `#` are nothing. */
const readWord: ReadLine = (text) => {
  if (text === '' || text.startsWith('#')) return null;
  return text.includes('x') ? 'an x' : [text];
};

async function readInOneStep(charset: Charset, read = readWord) {
  const digest = noDigest();
  const batches: Batch[] = [];
  for await (const batch of readLines(file, charset, read, digest)) batches.push(batch);
  return { found: listFound(batches), digest };
}

async function readInTwo(charset: Charset, pieceBytes?: number, read = readWord) {
  const digest = noDigest();
  const batches: Batch[] = [];
  let stretches = 0;
  for await (const batch of readUncutLines(file, charset, read, digest, undefined, pieceBytes)) {
    if (batch.stretch === undefined) {
      batches.push(batch);
      continue;
    }
    stretches++;
    expect(batch).toEqual({ rows: [], stretch: batch.stretch });
    expect(batch.stretch.bytes.length).toBeGreaterThan(0);
    // As it arrives in a thread.
    batches.push(...cutLines(structuredClone(batch.stretch), charset, read));
  }
  return { found: listFound(batches), digest, stretches };
}

const charsets = ['utf-8', 'latin1', 'windows-1252'] as const;

describe('lines in two steps', () => {
  it.each<[name: string, charset: Charset, bytes: string, found: readonly Found[]]>([
    ['nothing', 'utf-8', '', []],
    ['a byte order mark alone', 'utf-8', '\xEF\xBB\xBF', []],
    [
      'a byte order mark, which is text further on',
      'utf-8',
      '\xEF\xBB\xBFa\n\xEF\xBB\xBFb\n',
      [
        ['a', 'a', '1'],
        ['\uFEFFb', 'a', '2'],
      ],
    ],
    [
      'blank lines and line ends of all kinds, and none at last',
      'utf-8',
      '\n\r\na\r\n\nb\rc\n\r\r\nd',
      [
        ['a', 'a', '3'],
        ['b\rc', 'a', '5'],
        ['\r', 'a', '6'],
        ['d', 'a', '7'],
      ],
    ],
    [
      'faults between rows, in their place',
      'utf-8',
      'x1\nx2\na\nb\nx3\n#\nc\nx4',
      ['1: an x: x1', '2: an x: x2', ['a', 'a', '3'], ['b', 'a', '4'], '5: an x: x3', ['c', 'a', '7'], '8: an x: x4'],
    ],
    [
      'bytes that are no UTF-8',
      'utf-8',
      'a\xC3\n\xA9b\n\xC3\xA9\n\xF0\x9F\n\xED\xA0\x80',
      [
        '1: not utf-8: a\uFFFD',
        '2: not utf-8: \uFFFDb',
        ['é', 'a', '3'],
        '4: not utf-8: \uFFFD\uFFFD',
        '5: not utf-8: \uFFFD\uFFFD\uFFFD',
      ],
    ],
    [
      'Latin-1',
      'latin1',
      '\xEF\xBB\xBF\n\x80',
      [
        ['ï»¿', 'a', '1'],
        ['\x80', 'a', '2'],
      ],
    ],
    [
      'windows-1252',
      'windows-1252',
      '\x80\n\x93',
      [
        ['€', 'a', '1'],
        ['“', 'a', '2'],
      ],
    ],
  ])('reads %s', async (_, charset, bytes, found) => {
    writeFileSync(file.path, Buffer.from(bytes, 'latin1'));
    expect((await readInOneStep(charset)).found).toEqual(found);
    for (const pieceBytes of [1, 2, 3, 5, undefined]) {
      expect((await readInTwo(charset, pieceBytes)).found).toEqual(found);
    }
  });

  const byte = fc.constantFrom(...Buffer.from('ax#\n\n\r'), 0xff, 0xc3, 0xa9, 0xef, 0xbb, 0xbf, 0xf0, 0x9f, 0x98, 0x80);

  it('gives the same rows and faults in the same order, wherever the bytes were cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(byte, { maxLength: 60 }),
        fc.constantFrom(...charsets),
        fc.integer({ min: 1, max: 20 }),
        async (bytes, charset, pieceBytes) => {
          writeFileSync(file.path, Buffer.from(bytes));
          const { stretches: _, ...two } = await readInTwo(charset, pieceBytes);
          expect(two).toEqual(await readInOneStep(charset));
          const lines = two.found.map(lineNumber);
          expect(lines).toEqual([...new Set(lines)].sort((a, b) => a - b));
        },
      ),
      { numRuns: 300 },
    );
  }, 30_000);

  it('does so in files of several pieces', async () => {
    const line = fc.constantFrom(
      '{"id":9007199254740993,"title":"Grüße \u{1F600}"}\n',
      '{"id":1}\r\n',
      '{"id":\n',
      '[]\n',
      '\n',
      ' \r\n',
      '\uFEFF{}\n',
      `{"long":"${'ö'.repeat(5000)}"}\n`,
    );
    const some = fc.array(
      fc.oneof(
        line.map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 9 }),
      ),
      { minLength: 1, maxLength: 30 },
    );
    const { rows, uncut } = loneLines('utf-8', (text) =>
      text.trim() === '' ? null : text.endsWith('}') ? [text] : 'none',
    );
    const collect = async (found: AsyncIterable<Batch>) => {
      const batches: Batch[] = [];
      for await (const batch of found) {
        batches.push(
          ...(batch.stretch === undefined ? [batch] : (uncut?.cut(structuredClone(batch.stretch), []) ?? [])),
        );
      }
      return listFound(batches);
    };
    await fc.assert(
      fc.asyncProperty(some, fc.boolean(), async (parts, packed) => {
        const unit = Buffer.concat(parts);
        const bytes = Buffer.alloc(1_200_000, unit.length === 0 ? 'a\n' : unit);
        writeFileSync(file.path, packed ? gzipSync(bytes, { level: 1 }) : bytes);
        const one = await collect(rows(file, [], noDigest()));
        expect((await collect(uncut!.rows(file, [], noDigest()))).join('\n')).toBe(one.join('\n'));
      }),
      { numRuns: 8 },
    );
  }, 60_000);

  it('sends no more memory than it has to', async () => {
    writeFileSync(file.path, gzipSync('some line\n'.repeat(200_000)));
    let stretches = 0;
    for await (const { stretch } of readUncutLines(file, 'utf-8', readWord, noDigest())) {
      expect(stretch?.bytes.buffer.byteLength).toBeLessThan(Math.max(16_384, 2 * (stretch?.bytes.length ?? 0)));
      stretches++;
    }
    expect(stretches).toBeGreaterThan(1);
  });

  it('gives up on lines longer than 16,777,216 characters, and only on them', async () => {
    const most = 16_777_216;
    writeFileSync(
      file.path,
      `${'a'.repeat(most)}\nx\nb\n${'é'.repeat(9_000_000)}\n${'c'.repeat(most + 1)}\nd\nx\n${'e'.repeat(most + 1)}`,
    );
    const readShort: ReadLine = (text) => (text === 'x' ? 'an x' : [`${text.length} ${text.slice(0, 1)}`]);
    const found = [
      [`${most} a`, 'a', '1'],
      '2: an x: x',
      ['1 b', 'a', '3'],
      ['9000000 é', 'a', '4'],
      `5: a line is longer than 16,777,216 characters: ${'c'.repeat(1000)}`,
      ['1 d', 'a', '6'],
      '7: an x: x',
      `8: a line is longer than 16,777,216 characters: ${'e'.repeat(1000)}`,
    ];
    expect((await readInOneStep('utf-8', readShort)).found).toEqual(found);
    expect((await readInTwo('utf-8', undefined, readShort)).found).toEqual(found);
  }, 60_000);

  it.each([65_536, 524_288])(
    'shows how a long line begins, also in a few bytes before byte %d',
    async (piece) => {
      const inside = 'c'.repeat(500) + 'd'.repeat(17_301_504 - 500);
      writeFileSync(file.path, `${'\n'.repeat(piece - 3)}aaa${inside}\r\ne`);
      const found = [
        `${piece - 2}: a line is longer than 16,777,216 characters: aaa${'c'.repeat(500)}${'d'.repeat(497)}`,
        ['e', 'a', `${piece - 1}`],
      ];
      expect((await readInOneStep('utf-8')).found).toEqual(found);
      expect((await readInTwo('utf-8')).found).toEqual(found);
    },
    60_000,
  );
});

describe('openFiles with uncut', () => {
  const stream = { stream: 'hits', rows: 'hits' };
  const read = async (spec: FileSetSpec, uncut: boolean) => {
    const source = await openFiles({ paths: { hits: [folder] }, files: { hits: spec } });
    await source.columns(stream);
    const batches: Batch[] = [];
    let stretches = 0;
    await source.snapshot(async (reader) => {
      for await (const batch of reader.read(stream, { from: null, to: null }, undefined, { uncut })) {
        if (batch.stretch !== undefined) stretches++;
        batches.push(...(batch.stretch === undefined ? [batch] : ((await source.cut?.(stream, batch.stretch)) ?? [])));
      }
    });
    const files = source.files();
    await source.close();
    return { found: listFound(batches), files, stretches };
  };
  const combined = (n: number) =>
    `10.0.0.${n % 256} - - [01/Mar/2015:10:00:00 +0000] "GET /${n} HTTP/1.1" 200 ${n} "-" "Grüße \u{1F600}"`;

  it.each<[name: string, spec: FileSetSpec, line: (n: number) => string]>([
    [
      'JSON lines',
      { format: 'jsonl' },
      (n) => `{"id":${9007199254740993n + BigInt(n)},"title":"Grüße \u{1F600} of many"}`,
    ],
    ['combined logs', { format: 'lines', pattern: 'combined' }, combined],
  ])('cuts %s elsewhere, packed or not', async (_, spec, line) => {
    let text = '';
    for (let n = 0; n < 12_000; n++) text += n % 1000 === 7 ? 'neither\n' : `${line(n)}\r\n`;
    writeFileSync(join(folder, 'a.log'), text);
    writeFileSync(join(folder, 'b.log.gz'), gzipSync(text));
    const { found, files, stretches } = await read(spec, true);
    expect(stretches).toBeGreaterThan(3);
    expect(found).toHaveLength(24_000);
    expect(found.map(lineNumber)).toEqual(Array.from({ length: 24_000 }, (_, at) => (at % 12_000) + 1));
    const one = await read(spec, false);
    expect(one.stretches).toBe(0);
    expect({ found, files }).toEqual({ found: one.found, files: one.files });
  });

  it.each<[name: string, spec: FileSetSpec, bytes: Buffer, rows: number]>([
    ['W3C logs', { format: 'w3c' }, Buffer.from('#Fields: a\nx\n'), 1],
    ['JSON lines in UTF-16', { format: 'jsonl', charset: 'utf-16le' }, Buffer.from('{"a":"\u0A0A"}\n', 'utf16le'), 1],
    [
      'a pattern in UTF-16',
      { format: 'lines', pattern: '(?<a>.+)', charset: 'utf-16' },
      Buffer.from('\uFEFF\u0A0A\n', 'utf16le'),
      1,
    ],
  ])('reads %s here', async (_, spec, bytes, rows) => {
    writeFileSync(join(folder, 'a.log'), bytes);
    const { found, stretches } = await read(spec, true);
    expect([found.length, stretches]).toEqual([rows, 0]);
  });
});
