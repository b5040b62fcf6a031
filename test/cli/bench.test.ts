import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyFolder, root, start } from './command-line-runner.ts';

const place = emptyFolder();
afterAll(place.remove);
// A database server runs as another user where this is root.
chmodSync(place.path, 0o755);

/** Starts a program of the benchmark with a folder of its own to work in. */
function startBench(name: string, program: string, words: readonly string[]) {
  const folder = join(place.path, name);
  const scratch = join(folder, 'scratch');
  mkdirSync(scratch, { recursive: true });
  const started = start(process.execPath, [join(root, 'bench', program), '--folder', scratch, ...words], {
    cwd: folder,
  });
  return { ...started, folder, left: () => readdirSync(scratch) };
}

/** Ids of processes whose command line names a folder; empty where the system does not tell. */
function processesOf(folder: string): string[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  return readdirSync('/proc').filter((id) => {
    try {
      return /^\d+$/.test(id) && readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(folder);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

describe('the suite', () => {
  it('measures every contender that is here, finds the output right and leaves nothing behind', async () => {
    const bench = startBench('suite', 'run.js', ['--rows', '2000', '--rounds', '1', '--out', 'out', '--json']);
    const { code, out, err } = await bench.ended;
    expect(code, err).toBe(0);
    const { contenders, faults, input } = JSON.parse(out);
    expect(faults).toEqual([]);
    expect(input).toEqual({
      bytes: 790_475,
      sha256: '233aa034690c5f2659be1c57558ae51c3774057b6695f28fec9ecb83f30d5893',
      brokenRows: 20,
    });
    const names: string[] = contenders.map(({ name }: { name: string }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'naive pipeline',
        'build from CSV',
        'build from unordered CSV',
        'build from SQLite',
        'build from SQLite, 2 workers',
      ]),
    );
    // Whatever of these is not installed is named.
    for (const [title, contender] of [
      ['PostgreSQL', 'build from PostgreSQL, 2 workers'],
      ['MariaDB', 'build from MariaDB, 2 workers'],
    ] as const)
      expect(names.includes(contender)).toBe(!err.includes(`${title} is left out`));
    for (const one of contenders)
      expect([one.name, one.wallSeconds > 0, one.samples.length]).toEqual([one.name, true, 1]);
    const markdown = readFileSync(join(bench.folder, 'out', 'bench.md'), 'utf8');
    expect(markdown).toMatch(/^\| build from unordered CSV +\| build from CSV +\| speed .* ≥ 0\.65 × \| ≥ 0\.80 × \|/m);
    expect(readdirSync(join(bench.folder, 'out')).sort()).toEqual([
      'bench-memory.svg',
      'bench-throughput.svg',
      'bench.json',
      'bench.md',
    ]);
    expect(bench.left()).toEqual([]);
    expect(processesOf(bench.folder)).toEqual([]);
  });

  it.each([
    ['SIGINT', 130, 'generating', '3000000'],
    ['SIGTERM', 143, 'round 1, ', '20000'],
  ] as const)('ends with %s what it has started, and removes its folder', async (signal, code, at, rows) => {
    const bench = startBench(signal, 'run.js', ['--rows', rows, '--no-servers']);
    await bench.printed(at);
    bench.child.kill(signal);
    expect((await bench.ended).code).toBe(code);
    expect(bench.left()).toEqual([]);
    expect(processesOf(bench.folder)).toEqual([]);
  });

  it('says which option is wrong', async () => {
    const { code, err } = await startBench('wrong', 'run.js', ['--rows', 'many']).ended;
    expect(code).toBe(1);
    expect(err).toContain('--rows is a whole number of 100 or more, not many');
  });
});

describe('the growth series', () => {
  it('measures rows, groups, slices and restarts, and draws them', async () => {
    const words = ['--growth', '--rows', '300', '--rounds', '1', '--points', '1', '--no-servers', '--out', 'out'];
    const bench = startBench('growth', 'run.js', words);
    const { code, out, err } = await bench.ended;
    expect(code, err).toBe(0);
    expect(out.match(/^## .*$/gm)).toEqual([
      '## Over rows',
      '## Over groups, 300 rows',
      '## Over slices, 300 rows',
      '## After kill -9, 300 rows',
    ]);
    expect(out).toContain('Output checked: right.');
    const drawn = readdirSync(join(bench.folder, 'out')).filter((name) => name.endsWith('.svg'));
    expect(drawn.sort()).toEqual([
      'growth-groups-memory.svg',
      'growth-groups-throughput.svg',
      'growth-rows-memory.svg',
      'growth-rows-throughput.svg',
      'growth-slices-memory.svg',
      'growth-slices-throughput.svg',
    ]);
    for (const name of drawn) expect(readFileSync(join(bench.folder, 'out', name), 'utf8')).not.toContain('NaN');
    expect(bench.left()).toEqual([]);
  });
});

describe('cells', () => {
  it('prints all ways, which write the same', async () => {
    const { ended } = start(process.execPath, [join(root, 'bench', 'cells.js'), '--rows', '200', '--rounds', '1'], {
      cwd: place.path,
    });
    const { code, out, err } = await ended;
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^one look .* ns a cell .*\nseparate searches .* ns a cell .*\none loop .* ns a cell /m);
  });
});

describe('the check of the output', async () => {
  const check = await import(pathToFileURL(join(root, 'bench', 'check-output.js')).href);
  const head = 'timestamp,visitorID';

  /** Lanes from the lines of their chunks; resolves to the folder of the build. */
  function build(name: string, lanes: Readonly<Record<string, readonly (readonly string[])[]>>): string {
    const folder = join(place.path, 'check', name);
    for (const [lane, chunks] of Object.entries(lanes)) {
      mkdirSync(join(folder, 'work', 'chunks', lane), { recursive: true });
      for (const [index, lines] of chunks.entries())
        writeFileSync(
          join(folder, 'work', 'chunks', lane, `00000${index}-0000.csv.gz`),
          gzipSync(`${[head, ...lines].join('\n')}\n`),
        );
    }
    return folder;
  }
  const good = { a: [['1,x', '2,y'], ['2,z']], b: [['5,w']] };
  const lanes = check.readLanes(`${build('good', good)}/work/chunks`);

  it('finds nothing where nothing is', () => {
    expect(check.faultsOfRows('one', lanes, 4)).toEqual([]);
    expect(check.faultsOfSame(['one', lanes], ['other', build('same', good)])).toEqual([]);
  });

  it('finds a row too many and rows out of order', () => {
    expect(check.faultsOfRows('one', lanes, 3)).toEqual(['one: 4 rows instead of 3']);
    const late = check.readLanes(`${build('late', { a: [['2,x'], ['1,y']] })}/work/chunks`);
    expect(check.faultsOfRows('late', late, 2)).toEqual(['late: a lane is not in time order']);
  });

  it.each([
    ['a cell', { ...good, b: [['5,v']] }],
    ['a cut', { ...good, a: [['1,x'], ['2,y', '2,z']] }],
    ['a lane', { a: good.a }],
    ['an order', { ...good, a: [['1,x', '2,z'], ['2,y']] }],
  ])('finds %s that differs', (name, other) => {
    expect(check.faultsOfSame(['one', lanes], ['other', build(name, other)])).toEqual([
      'one and other differ in the raw bytes of a chunk',
    ]);
  });

  it('knows the same lines wherever they are cut, and the same rows in whatever lane', () => {
    const cut = check.readLanes(`${build('cut', { ...good, a: [['1,x', '2,y', '2,z']] })}/work/chunks`);
    expect(check.bodiesOf(cut)).toBe(check.bodiesOf(lanes));
    const moved = check.readLanes(`${build('moved', { a: [['1,x', '2,y', '2,z', '5,w']] })}/work/chunks`);
    expect(check.sumOfLanes(moved)).toBe(check.sumOfLanes(lanes));
    expect(check.bodiesOf(moved)).not.toBe(check.bodiesOf(lanes));
  });
});
