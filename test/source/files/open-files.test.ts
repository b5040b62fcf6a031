import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FileSetSpec } from '../../../src/config/mapping-schema.ts';
import type { Batch } from '../../../src/domain/row.ts';
import { openFiles } from '../../../src/source/files/open-files.ts';
import { openSource } from '../../../src/source/open-source.ts';
import { sourceContract } from '../../contracts/source-contract.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { whole } from '../read-rows.ts';
import { openFileCount } from './open-file-count.ts';
import { readStream, stream } from './read-stream.ts';

for (const packed of [false, true]) {
  const can = { ranges: false, isolation: false };
  sourceContract(`CSV files (${packed ? 'gzip' : 'plain'})`, can, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bdia-files-'));
    const rows: string[][] = [];
    for (const name of ['a.csv', 'b.csv']) {
      let text = 'id,title,price\r\n';
      let line = 2;
      for (let n = 0; n < 3000; n++) {
        const title = n % 5 === 0 ? `a "quoted", title\nof two lines ${n}` : `Gr\u{FC}\u{DF}e \u{1F600} ${n}`;
        rows.push([String(9007199254740993n + BigInt(n)), title, '1.10', name, String(line)]);
        text += `${9007199254740993n + BigInt(n)},"${title.replaceAll('"', '""')}",1.10\r\n`;
        line += n % 5 === 0 ? 2 : 1;
      }
      writeFileSync(join(folder, name), packed ? gzipSync(text) : text);
    }
    const before = openFileCount();
    return {
      source: await openFiles({ paths: { hits: [`${folder}/*.csv`] }, files: { hits: { format: 'csv' } } }),
      stream,
      columns: ['id', 'title', 'price', '#file', '#line'],
      rows,
      openHandles: () => openFileCount() - before,
      remove: () => rmSync(folder, { recursive: true }),
    };
  });
}

describe('openFiles', () => {
  let folder: string;
  beforeEach((context) => {
    folder = scratchFolder(context);
  });

  const put = (name: string, text: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const open = (patterns: string[], spec: Partial<FileSetSpec> = {}) =>
    openFiles({
      paths: { hits: patterns.map((pattern) => `${folder}/${pattern}`) },
      files: { hits: { format: 'csv', ...spec } },
    });
  const read = async (patterns: string[], spec: Partial<FileSetSpec> = {}) => readStream(await open(patterns, spec));

  it('tells where each file ends, and passes over those that it is told to', async () => {
    for (const name of ['a', 'b', 'c']) put(`${name}.csv`, `id,name\n${name === 'b' ? '' : `1,${name}\n`}`);
    const source = await open(['*.csv']);
    const readBut = async (passOver?: ReadonlySet<string>): Promise<(string | null)[]> => {
      const found: (string | null)[] = [];
      await source.snapshot(async (reader) => {
        for await (const { rows, ended = [] } of reader.read(
          stream,
          whole,
          undefined,
          passOver === undefined ? {} : { passOver },
        )) {
          found.push(...rows.map(([, name]) => String(name)), ...ended.map(({ path, size }) => `${path} ${size}`));
        }
      });
      return found;
    };
    expect(await readBut()).toEqual(['a', 'a.csv 12', 'b.csv 8', 'c', 'c.csv 12']);
    expect(await readBut(new Set(['a.csv', 'c.csv']))).toEqual(['b.csv 8']);
    const stamps = (await source.stamps?.(stream)) ?? [];
    expect(stamps.map(({ set, path, size }) => [set, path, size])).toEqual([
      ['hits', 'a.csv', 12],
      ['hits', 'b.csv', 8],
      ['hits', 'c.csv', 12],
    ]);
    expect(stamps[0]?.modified).toMatch(/^\d{19}$/);
    expect(await source.digest?.({ set: 'hits', path: 'b.csv' })).toEqual({
      set: 'hits',
      path: 'b.csv',
      size: 8,
      sha256: '40d6bfdc74eae2ed68a97137ce414fa4ca6de1b3831cfd9a73c4622d8a8942c1',
    });
    await source.close();
  });

  it.each([
    ['plain CSV', {}, 4],
    ['CSV without a header', { header: ['a', 'b'] }, 5],
    ['CSV that is decoded first', { charset: 'windows-1252' }, 0],
  ] as const)(
    'leaves %s uncut where that is asked for, and cuts it to the same rows and faults',
    async (_, spec, least) => {
      const line = (row: number): string =>
        row % 9_001 === 0
          ? 'one,two,three\n'
          : row % 20_001 === 0
            ? '"1"x,2\n'
            : `"row ${row}\n",${'b'.repeat(40)}\r\n`;
      const text = `a,b\n${Array.from({ length: 30_000 }, (_, row) => line(row + 1)).join('')}last,one`;
      put('a.csv', text);
      put('b.csv', 'a,b\n');
      put('c.csv', gzipSync(text));
      const source = await open(['*.csv'], spec as Partial<FileSetSpec>);
      const inTurn = (batches: readonly Batch[]): unknown[] =>
        batches.flatMap(({ rows, faults = [], ended = [] }) => [...rows, ...faults, ...ended]);
      const batches: Batch[] = [];
      const uncut: Batch[] = [];
      let stretches = 0;
      await source.snapshot(async (reader) => {
        for await (const batch of reader.read(stream, whole)) batches.push(batch);
        for await (const batch of reader.read(stream, whole, undefined, { uncut: true })) {
          if (batch.stretch === undefined) uncut.push(batch);
          else uncut.push(...((await source.cut?.(stream, batch.stretch)) ?? []));
          if (batch.stretch !== undefined) stretches++;
        }
      });
      expect(stretches).toBeGreaterThanOrEqual(2 * least);
      expect(stretches === 0).toBe(least === 0);
      expect(inTurn(uncut)).toEqual(inTurn(batches));
      expect(inTurn(batches).length).toBeGreaterThan(60_000);
      await source.close();
    },
  );

  it('reads files in the order of their names’ bytes, and names rows by file and line', async () => {
    put('2016/b.csv', 'id,name\n3,c\n');
    put('2015/\u{1F600}.csv', 'id,name\n2,b\n');
    put('2015/\uFFFD.csv', 'id,name\n\n1,a\n');
    const { columns, rows, files } = await read(['2016/*.csv', '2015/*', '2015/*.csv']);
    expect(columns).toEqual(['id', 'name', '#file', '#line']);
    expect(rows).toEqual([
      ['1', 'a', '2015/\uFFFD.csv', '3'],
      ['2', 'b', '2015/\u{1F600}.csv', '2'],
      ['3', 'c', '2016/b.csv', '2'],
    ]);
    expect(files.map(({ set, path }) => [set, path])).toEqual([
      ['hits', '2015/\uFFFD.csv'],
      ['hits', '2015/\u{1F600}.csv'],
      ['hits', '2016/b.csv'],
    ]);
  });

  it.each<[string[], string]>([
    [['export/*.csv'], 'a.csv'],
    [['export/a.csv'], 'a.csv'],
    [['export/**/*.csv'], 'a.csv'],
    [['e*/a.csv'], 'export/a.csv'],
    [['export/a.csv', 'other/*'], 'export/a.csv'],
  ])('names a file of %j by %s', async (patterns, name) => {
    put('export/a.csv', 'id\n1\n');
    put('other/z.csv', 'id\n2\n');
    expect((await read(patterns)).rows[0]).toEqual(['1', name, '2']);
  });

  it('finds files below a hidden folder that the pattern names, and through links', async () => {
    put('.work/export/a.csv', 'id\n1\n');
    symlinkSync(join(folder, '.work/export'), join(folder, 'link'));
    expect((await read(['.work/export/*.csv'])).rows).toEqual([['1', 'a.csv', '2']]);
    expect((await read(['link/*.csv'])).rows).toEqual([['1', 'a.csv', '2']]);
  });

  describe.runIf(process.platform === 'linux')('where a folder below is closed', () => {
    /** Makes a folder whose path, of 4,096 bytes, no system call takes, whoever asks (path_resolution(7)). */
    const withClosed = async (name: string, use: () => Promise<void>) => {
      const half = Array.from({ length: 9 }, () => 'd'.repeat(214)).join('/');
      put('export/a.csv', 'id\n1\n');
      put(`outside/${half}/${name}/b.csv`, 'id\n2\n');
      const above = join(folder, 'export', half);
      const inside = join(above, 'd'.repeat(4096 - [above, half, name, ''].join('/').length));
      mkdirSync(above, { recursive: true });
      renameSync(join(folder, 'outside'), inside);
      try {
        await use();
      } finally {
        renameSync(inside, join(folder, 'outside'));
      }
    };

    it.each([['export'], ['export/**/*.csv']])('lists no files of %s', (pattern) =>
      withClosed('inner', () =>
        expect(read([pattern])).rejects.toMatchObject({
          code: 'source.unreachable',
          message: expect.stringMatching(/^The files of \S+ cannot be listed: ENAMETOOLONG/),
          next: expect.stringContaining('permissions'),
        }),
      ),
    );

    it('passes over that of the file system itself', () =>
      withClosed('lost+found', async () => {
        expect((await read(['export/**/*.csv'])).rows).toEqual([['1', 'a.csv', '2']]);
      }));
  });

  it.each([['export'], ['export/*.csv']])(
    'reads no other files where %s has a link that leads nowhere',
    async (pattern) => {
      put('export/a.csv', 'id\n1\n');
      symlinkSync(join(folder, 'not mounted/b.csv'), join(folder, 'export/b.csv'));
      await expect(read([pattern])).rejects.toMatchObject({
        code: 'input.not-found',
        message: expect.stringContaining('b.csv'),
      });
      expect((await read(['export/a*.csv'])).rows).toEqual([['1', 'a.csv', '2']]);
    },
  );

  // macOS takes no such names.
  describe.runIf(process.platform === 'linux')('where a name is not UTF-8', () => {
    /** A name in Latin-1, as older systems left them. */
    const latin1 = (name: string) => Buffer.from(join(folder, name), 'latin1');
    const refusal = (path: string) => ({
      code: 'input.invalid',
      message: `${join(folder, path)} cannot be opened: a name in it is not UTF-8`,
      next: expect.stringContaining('Rename'),
    });

    it.each([['export'], ['export/**/*.csv']])('leaves no folder of %s out without a word', async (pattern) => {
      put('export/a.csv', 'id\n1\n');
      mkdirSync(latin1('export/caf\xE9'));
      writeFileSync(latin1('export/caf\xE9/b.csv'), 'id\n2\n');
      await expect(read([pattern])).rejects.toMatchObject(refusal('export/caf\uFFFD'));
      // Where the pattern does not lead into it, it is nobody's matter.
      expect((await read(['export/*.csv'])).rows).toEqual([['1', 'a.csv', '2']]);
    });

    it('leaves no linked folder out', async () => {
      put('export/a.csv', 'id\n1\n');
      put('other/b.csv', 'id\n2\n');
      symlinkSync(join(folder, 'other'), latin1('export/caf\xE9'));
      await expect(read(['export'])).rejects.toMatchObject(refusal('export/caf\uFFFD'));
    });

    it('says so of a file', async () => {
      writeFileSync(latin1('caf\xE9.csv'), 'id\n1\n');
      await expect(read(['*.csv'])).rejects.toMatchObject(refusal('caf\uFFFD.csv'));
    });

    it('does not take another file for it', async () => {
      put('caf\uFFFD.csv', 'id\n1\n');
      expect((await read(['*.csv'])).rows).toEqual([['1', 'caf\uFFFD.csv', '2']]);
      writeFileSync(latin1('caf\xE9.csv'), 'id\n2\n');
      await expect(read(['*.csv'])).rejects.toMatchObject(refusal('caf\uFFFD.csv'));
    });
  });

  // Reading at its beginning is an I/O error, for everybody (proc(5)).
  it.runIf(process.platform === 'linux')('tells of a file that the disk does not give', async () => {
    const paths = { hits: ['/proc/self/mem'] };
    await expect(openFiles({ paths, files: { hits: { format: 'csv' } } })).rejects.toMatchObject({
      code: 'source.unreachable',
      message: 'File /proc/self/mem cannot be read: EIO: i/o error, read',
    });
  });

  it('takes a path that exists as it is written', async () => {
    put('hits [1] (copy).csv', 'id\n1\n');
    expect((await read(['hits [1] (copy).csv'])).rows).toEqual([['1', 'hits [1] (copy).csv', '2']]);
  });

  it('digests the bytes on disk, of files that were read to their end', async () => {
    const packed = gzipSync('id\n1\n');
    put('a.csv', packed);
    put('b.csv', 'id\n2\n');
    expect((await read(['*.csv'])).files).toEqual([
      { set: 'hits', path: 'a.csv', size: packed.length, sha256: sha256(packed) },
      { set: 'hits', path: 'b.csv', size: 5, sha256: sha256('id\n2\n') },
    ]);
  });

  it('tells gzip by its bytes, and reads members one after another', async () => {
    put('packed.csv', Buffer.concat([gzipSync('id\n1\n'), gzipSync('2\n')]));
    put('plain.csv.gz', 'id\n3\n');
    expect((await read(['*'])).rows.map(([id]) => id)).toEqual(['1', '2', '3']);
  });

  it('makes faults of lines that are no rows, and keeps their place', async () => {
    put('a.csv', 'id,name\n1,a\n2\n3,c,x\n\n4,"d" e\n5,f\n');
    const { rows, faults } = await read(['a.csv']);
    expect(rows).toEqual([
      ['1', 'a', 'a.csv', '2'],
      ['5', 'f', 'a.csv', '7'],
    ]);
    expect([...faults].sort((a, b) => Number(a.key[1]) - Number(b.key[1]))).toEqual([
      { key: ['a.csv', '3'], reason: 'too few fields', text: '2' },
      { key: ['a.csv', '4'], reason: 'too many fields', text: '3,c,x' },
      {
        key: ['a.csv', '6'],
        reason: 'text follows a closing quote before the next delimiter',
        text: '4,"d" e',
      },
    ]);
  });

  const shapes: [string, string, Partial<FileSetSpec>, unknown][] = [
    ['a tab, no quotes', 'id\tname\n1\t"a\n', { delimiter: '\t', quote: 'none' }, [['1', '"a', 'a.csv', '2']]],
    ['semicolons and apostrophes', "id;name\n1;'a;b'\n", { delimiter: ';', quote: "'" }, [['1', 'a;b', 'a.csv', '2']]],
    [
      'given names',
      '1,a\n2,b\n',
      { header: ['id', 'name'] },
      [
        ['1', 'a', 'a.csv', '1'],
        ['2', 'b', 'a.csv', '2'],
      ],
    ],
    ['no names', '1,a\n', { header: 'false' }, [['1', 'a', 'a.csv', '1']]],
    ['comments', '# by a tool\nid,name\n# half-way\n1,a\n', { comment: '#' }, [['1', 'a', 'a.csv', '4']]],
    ['a byte order mark', '\uFEFFid,name\n1,a\n', {}, [['1', 'a', 'a.csv', '2']]],
    ['a header only', 'id,name\n', {}, []],
    [
      'empty values of one column',
      'id\n\n1\n',
      {},
      [
        ['', 'a.csv', '2'],
        ['1', 'a.csv', '3'],
      ],
    ],
    ['no line end at the end', 'id,name\n1,a', {}, [['1', 'a', 'a.csv', '2']]],
    ['nothing, where no header is due', '', { header: ['id'] }, []],
  ];
  it.each(shapes)('reads %s', async (_, text, spec, expected) => {
    put('a.csv', text);
    expect((await read(['a.csv'], spec)).rows).toEqual(expected);
  });

  it('names columns by number where the set has no header', async () => {
    put('a.csv', '');
    put('b.csv', '1,a\n');
    expect((await read(['*.csv'], { header: 'false' })).columns).toEqual(['column1', 'column2', '#file', '#line']);
  });

  it('keeps characters whole over every boundary between pieces', async () => {
    const title = 'ü€\u{1F600}'.repeat(4000);
    for (let shift = 0; shift < 4; shift++)
      put(`${shift}.csv`, `id,title\n${'1'.repeat(shift + 1)},${title}\n`.repeat(1));
    const { rows } = await read(['*.csv']);
    expect(rows.map((row) => row[1] === title)).toEqual([true, true, true, true]);
  });

  const bytes: [string, number[], string][] = [
    ['a Latin-1 letter', [...Buffer.from('caf'), 0xe9], 'caf\uFFFD'],
    ['a stray continuation', [0x80], '\uFFFD'],
    ['a character that is cut', [0xe2, 0x82], '\uFFFD\uFFFD'],
    ['a byte that UTF-8 never has', [...Buffer.from('\u{1F600}'), 0xff], '\u{1F600}\uFFFD'],
    ['an overlong slash', [0xc0, 0xaf], '\uFFFD\uFFFD'],
    ['a surrogate', [0xed, 0xa0, 0x80], '\uFFFD\uFFFD\uFFFD'],
    ['more than Unicode has', [0xf4, 0x90, 0x80, 0x80], '\uFFFD\uFFFD\uFFFD\uFFFD'],
  ];
  it.each(bytes)('makes a fault of the row with %s, and of no other', async (_, content, shown) => {
    const before = '1,\u{20AC}uro\n'.repeat(20_000);
    const cell = Buffer.from(content);
    const around = [`id,name\n${before}2,`, '\n3,\u{FC}\n4,'].map((text) => Buffer.from(text));
    const all = Buffer.concat([around[0]!, cell, around[1]!, cell]);
    for (const packed of [false, true]) {
      put('a.csv', packed ? gzipSync(all) : all);
      const { rows, faults } = await read(['a.csv']);
      expect([rows.length, rows.at(-2), rows.at(-1)]).toEqual([
        20_001,
        ['1', '\u{20AC}uro', 'a.csv', '20001'],
        ['3', '\u{FC}', 'a.csv', '20003'],
      ]);
      expect(faults).toEqual([
        { key: ['a.csv', '20002'], reason: 'not utf-8', text: `2,${shown}` },
        { key: ['a.csv', '20004'], reason: 'not utf-8', text: `4,${shown}` },
      ]);
    }
  });

  describe('refuses', () => {
    const cases: [string, () => void, Partial<FileSetSpec>, string, string][] = [
      ['a pattern without a file', () => {}, {}, 'input.not-found', 'no file matches'],
      ['an empty file where a header is due', () => put('a.csv', ''), {}, 'input.invalid', 'File a.csv is empty'],
      ['names that repeat', () => put('a.csv', 'id,name,id\n'), {}, 'input.invalid', 'more than one column named id'],
      ['reserved names', () => put('a.csv', 'id,#line\n'), {}, 'input.invalid', 'a column named #line'],
      [
        'a header that is no row',
        () => put('a.csv', '"id" x,name\n1,a\n'),
        {},
        'input.invalid',
        'line 1: the header cannot be read',
      ],
      [
        'damaged gzip',
        () => put('a.csv', gzipSync('id\n1\n'.repeat(500)).subarray(0, 30)),
        {},
        'input.invalid',
        'File a.csv is damaged',
      ],
      [
        'a header with bytes that are no text',
        () => put('a.csv', Buffer.from('id,n\xE4me\n1,a\n', 'latin1')),
        {},
        'input.invalid',
        'line 1: the header cannot be read: not utf-8',
      ],
      [
        'utf-16 without a mark',
        () => put('a.csv', Buffer.from('id\n', 'utf16le')),
        { charset: 'utf-16' },
        'input.invalid',
        'no byte order mark',
      ],
      ['an escape of two characters', () => put('a.csv', 'id\n'), { escape: '\\\\' }, 'input.invalid', 'one character'],
      ['a backslash and a t', () => put('a.csv', 'id\n'), { delimiter: '\\t' }, 'input.invalid', 'a backslash and a t'],
      ['a quote of two characters', () => put('a.csv', 'id\n'), { quote: '""' }, 'input.invalid', 'one character'],
    ];
    it('says what to do with a header of another charset', async () => {
      put('a.csv', Buffer.from('id,n\xE4me\n1,a\n', 'latin1'));
      await expect(read(['*.csv'], {})).rejects.toMatchObject({ next: expect.stringContaining('charset:') });
    });

    it.each(cases)('%s', async (_, prepare, spec, code, message) => {
      prepare();
      await expect(read(['*.csv'], spec)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
        next: expect.any(String),
      });
    });

    it.each([
      ['id,name\n', 'id,title\n', 'without name and with title'],
      ['id,name\n', 'id\n', 'without name'],
      ['id,name\n', 'name,id\n', 'with name in another place'],
      ['id,name\n', 'id,name,id\n', 'with id in another place'],
    ])('a file whose header is not that of its set: %j, %j', async (one, two, difference) => {
      put('a.csv', one);
      put('b.csv', two);
      await expect((await open(['*.csv'])).columns(stream)).rejects.toMatchObject({
        code: 'input.invalid',
        message: `File b.csv has another header than the first file of its set: ${difference}`,
      });
    });

    it('streams and paths that name no file set', async () => {
      put('a.csv', 'id\n');
      const source = await open(['a.csv']);
      await expect(source.columns({ stream: 's', rows: 'orders' })).rejects.toMatchObject({ code: 'input.invalid' });
      await expect(source.columns({ stream: 's', query: 'SELECT 1' })).rejects.toMatchObject({ code: 'input.invalid' });
      await expect(openFiles({ paths: { hits: [`${folder}/a.csv`] }, files: {} })).rejects.toMatchObject({
        code: 'input.invalid',
        message: expect.stringContaining('hits'),
      });
      await expect(source.count(stream, 60, whole)).rejects.toThrow('cannot be counted');
    });
  });
});

describe('openSource', () => {
  it('opens by engine', async () => {
    await expect(openSource({ source: { engine: 'sqlite', path: '/nowhere' } })).rejects.toMatchObject({
      code: 'input.not-found',
    });
    const source = await openSource({ source: { engine: 'files', paths: {} } });
    expect(source.identity).toEqual({ engine: 'files', sets: '' });
  });
});

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
