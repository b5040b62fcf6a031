import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FileSetSpec } from '../../../../src/config/mapping-schema.ts';
import type { Cell } from '../../../../src/domain/row.ts';
import { noDigest } from '../../../../src/source/files/file-bytes.ts';
import { openFiles } from '../../../../src/source/files/open-files.ts';
import { sourceContract } from '../../../contracts/source-contract.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { whole } from '../../read-rows.ts';
import { openFileCount } from '../open-file-count.ts';
import { readStream, stream } from '../read-stream.ts';

interface Shape {
  readonly spec: FileSetSpec;
  readonly columns: readonly string[];
  readonly head: string;
  readonly line: (n: number) => string;
  readonly cells: (n: number) => readonly Cell[];
}

const shapes: Record<string, Shape> = {
  'JSON lines': {
    spec: { format: 'jsonl' },
    columns: ['#json'],
    head: '',
    line: (n) => `{"id":${9007199254740993n + BigInt(n)},"t":"Grüße 😀"}`,
    cells: (n) => [`{"id":${9007199254740993n + BigInt(n)},"t":"Grüße 😀"}`],
  },
  'Lines of a pattern': {
    spec: { format: 'lines', pattern: '(?<id>\\d+) (?<title>.*)' },
    columns: ['id', 'title'],
    head: '',
    line: (n) => `${n} Grüße 😀 ${n}`,
    cells: (n) => [String(n), `Grüße 😀 ${n}`],
  },
  'W3C logs': {
    spec: { format: 'w3c' },
    columns: ['id', 'title'],
    head: '#Fields: id title\r\n',
    line: (n) => `${n} Grüße-😀-${n}`,
    cells: (n) => [String(n), `Grüße-😀-${n}`],
  },
};

for (const [name, { spec, columns, head, line, cells }] of Object.entries(shapes)) {
  sourceContract(name, { ranges: false, isolation: false }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bdia-lines-'));
    const rows: Cell[][] = [];
    for (const [file, packed] of [
      ['a.log', false],
      ['b.log', true],
    ] as const) {
      let text = head;
      for (let n = 0; n < 3000; n++) {
        text += `${line(n)}\r\n`;
        rows.push([...cells(n), file, String(n + (head === '' ? 1 : 2))]);
      }
      writeFileSync(join(folder, file), packed ? gzipSync(text) : text);
    }
    const before = openFileCount();
    return {
      source: await openFiles({ paths: { hits: [folder] }, files: { hits: spec } }),
      stream,
      columns: [...columns, '#file', '#line'],
      rows,
      openHandles: () => openFileCount() - before,
      remove: () => rmSync(folder, { recursive: true }),
    };
  });
}

describe('line by line', () => {
  let folder: string;
  beforeEach((context) => {
    folder = scratchFolder(context);
  });

  const put = (name: string, text: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const read = async (spec: FileSetSpec, patterns: readonly string[] = ['']) => {
    const paths = patterns.map((pattern) => join(folder, pattern));
    const source = await openFiles({ paths: { hits: paths }, files: { hits: spec } });
    const { columns, rows, faults } = await readStream(source);
    return { columns, rows, faults };
  };

  it('has the fields of all W3C files of a set as columns', async () => {
    put('1.log', '#Fields: date time\n2015-03-01 10:00:00\n');
    put('2.log', '#Fields: time cs-uri-stem date\n10:00:01 /a 2015-03-01\n#FIELDS : c-ip\n10.0.0.1\n');
    expect(await read({ format: 'w3c' })).toEqual({
      columns: ['date', 'time', 'cs-uri-stem', 'c-ip', '#file', '#line'],
      rows: [
        ['2015-03-01', '10:00:00', null, null, '1.log', '2'],
        ['2015-03-01', '10:00:01', '/a', null, '2.log', '2'],
        [null, null, null, '10.0.0.1', '2.log', '4'],
      ],
      faults: [],
    });
  });

  it('finds a directive far behind', async () => {
    put('1.log', `#Fields: a\n${'x\n'.repeat(100_000)}#Fields: a b\nx y\n`);
    const { columns, rows } = await read({ format: 'w3c' });
    expect([columns, rows.length, rows.at(-1)]).toEqual([
      ['a', 'b', '#file', '#line'],
      100_001,
      ['x', 'y', '1.log', '100003'],
    ]);
  });

  it('stops while directives are looked for, and begins anew when it is asked again', async () => {
    put('1.log', `#Fields: a\n${'x\n'.repeat(200_000)}`);
    const source = await openFiles({ paths: { hits: [folder] }, files: { hits: { format: 'w3c' } } });
    const stopping = new AbortController();
    const asking = source.columns(stream, stopping.signal);
    stopping.abort(new Error('enough'));
    await expect(asking).rejects.toThrow('enough');
    expect(await source.columns(stream)).toEqual(['a', '#file', '#line']);
  });

  it.each<[FileSetSpec, string]>([
    [{ format: 'lines' }, 'File set hits: format lines needs a pattern'],
    [{ format: 'lines', pattern: '(a' }, 'File set hits: "(a" is no regular expression'],
    [{ format: 'lines', pattern: 'a' }, 'File set hits: its pattern names no column'],
    [{ format: 'lines', pattern: '(?<a>(b+)+)' }, 'repeats a repetition'],
  ])('refuses %j', async (spec, message) => {
    put('a.log', '');
    await expect(read(spec)).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining(message),
    });
  });

  it('gives up on lines longer than 16,777,216 characters, and only on them', async () => {
    const long = 'a'.repeat(16_777_217);
    put('a.jsonl', `{"a":1}\n{"a":"${long}"}\n{"a":2}\n${long}`);
    const { rows, faults } = await read({ format: 'jsonl' });
    expect(rows.map(([cell]) => cell)).toEqual(['{"a":1}', '{"a":2}']);
    const reason = 'a line is longer than 16,777,216 characters';
    expect(faults).toEqual([
      { key: ['a.jsonl', '2'], reason, text: `{"a":"${'a'.repeat(994)}` },
      { key: ['a.jsonl', '4'], reason, text: 'a'.repeat(1000) },
    ]);
  });

  it('comes to an end with every line of megabytes', async () => {
    const head = 'h - - [t] "GET / HTTP/1.1" 200 1 "-" "';
    const many = 2_000_000;
    put(
      'a.log',
      [
        `${head}${'a'.repeat(8 * many)}`,
        `h - ${' ['.repeat(many)}`,
        `h - ${' [t] "'.repeat(many)}`,
        ' '.repeat(many),
        `h - - [t] "${'\\"'.repeat(many)}`,
        `${head}${'\\xc3'.repeat(many)}"`,
        '"a '.repeat(many),
        `"${'a"'.repeat(many)}`,
      ].join('\n'),
    );
    for (const spec of [{ format: 'lines', pattern: 'combined' }, { format: 'w3c' }] as const) {
      const { rows, faults } = await read(spec);
      expect(rows.length + faults.length).toBe(8 - (spec.format === 'w3c' ? 1 : 0));
    }
  }, 60_000);

  it('reads a folder to its depth, in the order of names, hidden files aside', async () => {
    put('b/2.jsonl', '{"n":3}\n');
    put('b/1.jsonl', '{"n":2}\n');
    put('a.jsonl', '{"n":1}\n');
    put('.hidden', 'x');
    put('.git/x', 'x');
    for (const pattern of ['', '.', 'b/..']) {
      const { rows } = await read({ format: 'jsonl' }, [pattern]);
      expect(rows).toEqual([
        ['{"n":1}', 'a.jsonl', '1'],
        ['{"n":2}', 'b/1.jsonl', '1'],
        ['{"n":3}', 'b/2.jsonl', '1'],
      ]);
    }
    expect((await read({ format: 'jsonl' }, ['b/', 'a.jsonl'])).rows.map((row) => row[1])).toEqual([
      'a.jsonl',
      'b/1.jsonl',
      'b/2.jsonl',
    ]);
  });

  it('takes a folder whose name means something in a glob', async () => {
    put('x (1) [a]/a.jsonl', '{"n":1}\n');
    expect((await read({ format: 'jsonl' }, ['x (1) [a]'])).rows).toEqual([['{"n":1}', 'a.jsonl', '1']]);
    expect((await read({ format: 'jsonl' }, ['x \\(1\\) \\[a\\]'])).rows).toEqual([['{"n":1}', 'a.jsonl', '1']]);
    mkdirSync(join(folder, 'empty'));
    await expect(read({ format: 'jsonl' }, ['empty'])).rejects.toMatchObject({ code: 'input.not-found' });
  });

  it('never loses a line of any bytes, uncounted', async () => {
    const byte = fc.constantFrom(...Buffer.from('{}"a:1, \t\\-[]#\n\r\0'), 0xff, 0xc3, 0xa9, 0xef, 0xbb, 0xbf);
    const specs: FileSetSpec[] = [
      { format: 'jsonl' },
      { format: 'lines', pattern: 'combined' },
      { format: 'lines', pattern: '(?<a>[a1]*)', comment: '#' },
      { format: 'w3c' },
      { format: 'jsonl', charset: 'utf-16le' },
      { format: 'lines', pattern: '(?<a>.*)', charset: 'windows-1252' },
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(byte, { maxLength: 60 }), fc.constantFrom(...specs), async (bytes, spec) => {
        put('a', Buffer.from(bytes));
        const { rows, faults } = await read(spec);
        const lines = [...rows.map((row) => Number(row.at(-1))), ...faults.map(({ key }) => Number(key[1]))];
        expect(new Set(lines).size).toBe(lines.length);
        if (spec.charset === 'utf-16le') return;
        const content = Buffer.from(bytes).toString('latin1');
        const texts = (content.startsWith('\xEF\xBB\xBF') ? content.slice(3) : content).split('\n');
        if (texts.at(-1) === '') texts.pop();
        const skipped = texts.filter((_, at) => !lines.includes(at + 1));
        for (const text of skipped) expect(text).toMatch(/^(#.*|[ \t\r]*|\xEF\xBB\xBF)$/s);
      }),
      { numRuns: 300 },
    );
  }, 30_000);

  it('digests what is on disk', async () => {
    put('a.jsonl', gzipSync('{"a":1}\n'));
    const source = await openFiles({ paths: { hits: [folder] }, files: { hits: { format: 'jsonl' } } });
    await source.snapshot(async (reader) => {
      for await (const _ of reader.read(stream, whole));
    });
    expect(source.files()).toEqual([
      {
        set: 'hits',
        path: 'a.jsonl',
        size: gzipSync('{"a":1}\n').length,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    expect(noDigest()).toEqual({ size: 0, sha256: '' });
  });
});
