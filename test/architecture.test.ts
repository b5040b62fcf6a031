import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { pureRooms } from './vitest.config.ts';

const root = resolve(import.meta.dirname, '..');

/** Storeys from low to high; rooms on one storey never import each other. */
const storeys: readonly (readonly string[])[] = [
  ['domain'],
  ['config', 'csv'],
  ['adobe'],
  ['mapping', 'source', 'chunking', 'lint', 'ledger', 'delivery', 'sandbox'],
  ['migration'],
  ['inspection'],
  ['index.ts'],
  ['cli'],
];
/** Rooms that may use less than the storeys below them. */
const narrowed: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  sandbox: ['domain', 'csv'],
  cli: ['index.ts'],
};
/** Folders inside `migration`, in the order of the data: each imports only those before it. */
const steps: readonly string[] = ['job', 'read', 'plan', 'build', 'deliver'];
const forbiddenNames = /^(utils?|helpers?|common|shared|misc|lib)(\.ts)?$/;
/** `process` and `console` belong to the command line alone; what is the same in every process, its `versions`, is free. */
const processUse =
  /(?<![\w.'"`/-])(process|console)\s*(\?\.|[.[])|=\s*(process|console)\b|(?<!import \{ versions \} )from 'node:(process|console)'/;
/** Which release of it runs here one file decides: the other ends the process. */
const sqliteUse = /(?:from|import|import\(|require\()\s*['"]better-sqlite3/;
const sqliteFile = 'domain/sqlite.ts';
const importOf =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

interface SourceFile {
  readonly path: string;
  readonly imports: readonly string[];
  readonly text: string;
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? listFiles(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

function readSources(src: string): SourceFile[] {
  return listFiles(src)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      const imports = [...text.matchAll(importOf)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
      return {
        path: relative(src, path).split(sep).join('/'),
        imports: imports
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) =>
            relative(src, resolve(dirname(path), specifier))
              .split(sep)
              .join('/'),
          ),
        text,
      };
    });
}

const roomOf = (path: string): string => path.split('/')[0] ?? path;
const storeyOf = (room: string): number => storeys.findIndex((rooms) => rooms.includes(room));
const stepOf = (path: string): number => (roomOf(path) === 'migration' ? steps.indexOf(path.split('/')[1] ?? '') : -1);
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

/** A cycle through `start`, or nothing. */
function cycleFrom(start: string, importsOf: ReadonlyMap<string, readonly string[]>): string[] | null {
  const seen = new Set<string>();
  const walk = (path: string, trail: string[]): string[] | null => {
    for (const next of importsOf.get(path) ?? []) {
      if (next === start) return [...trail, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...trail, next]);
      if (found !== null) return found;
    }
    return null;
  };
  return walk(start, [start]);
}

/** Every breach of the house rules below `src`, one line each. */
function breaches(src: string): string[] {
  const files = readSources(src);
  const importsOf = new Map(files.map((file) => [file.path, file.imports]));
  const found: string[] = [];
  for (const { path, imports, text } of files) {
    const room = roomOf(path);
    if (storeyOf(room) < 0) found.push(`${path}: no such room`);
    for (const segment of path.split('/')) if (forbiddenNames.test(segment)) found.push(`${path}: forbidden name`);
    if (room !== 'cli' && processUse.test(withoutComments(text))) found.push(`${path}: uses process or console`);
    if (path !== sqliteFile && sqliteUse.test(text)) found.push(`${path}: loads better-sqlite3 past ${sqliteFile}`);
    for (const target of imports) {
      const other = roomOf(target);
      if (!importsOf.has(target)) found.push(`${path}: imports ${target}, which does not exist`);
      if (stepOf(path) >= 0 && stepOf(target) > stepOf(path))
        found.push(`${path}: ${steps[stepOf(path)]} may not import ${steps[stepOf(target)]}`);
      if (other === room) continue;
      const allowed = narrowed[room];
      if (storeyOf(other) >= storeyOf(room) || (allowed !== undefined && !allowed.includes(other)))
        found.push(`${path}: ${room} may not import ${other}`);
    }
    const cycle = cycleFrom(path, importsOf);
    if (cycle !== null) found.push(`${path}: cycle ${cycle.join(' → ')}`);
  }
  return found;
}

describe('the house', () => {
  it('keeps its storeys, has no cycles, no drawers, and no process or console outside cli', () => {
    expect(breaches(join(root, 'src'))).toEqual([]);
  });

  it('loads better-sqlite3 in one place, in tests and benchmark too', () => {
    const files = ['test', 'bench'].flatMap((folder) => listFiles(join(root, folder)));
    expect(files.length).toBeGreaterThan(300);
    const planted = join(root, 'test', 'architecture.test.ts');
    expect(files.filter((path) => path !== planted && sqliteUse.test(readFileSync(path, 'utf8')))).toEqual([]);
  });

  it('has the rooms that were drawn, and nothing else', () => {
    const drawn = storeys.flat().filter((room) => room !== 'index.ts');
    const found = readdirSync(join(root, 'src'), { withFileTypes: true });
    expect(
      found
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort(),
    ).toEqual([...drawn].sort());
    expect(found.filter((entry) => !entry.isDirectory()).map((entry) => entry.name)).toEqual(['index.ts']);
  });

  it('has the top level that was drawn', () => {
    const allowed = new Set(
      `src mappings test migrations-examples package.json tsconfig.json README.md schema docs bench .ci biome.json LICENSE
       CHANGELOG.md package-lock.json .gitattributes .gitignore .npmrc .git .github node_modules dist coverage`.split(
        /\s+/,
      ),
    );
    expect(
      readdirSync(root).filter(
        (name) => !allowed.has(name) && !['.bdia-migrate', 'bdia-migrate-demo', 'my-migration'].includes(name),
      ),
    ).toEqual([]);
  });

  it('has the files of its own that documents name', () => {
    const folders = new Set(['src', 'test', 'docs', 'bench', 'mappings', 'migrations-examples', 'schema']);
    const documents = [
      'README.md',
      'bench/README.md',
      ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
    ];
    const named = documents.flatMap((document) =>
      [...readFileSync(join(root, document), 'utf8').matchAll(/`([\w-]+)(\/[\w./-]+)`/g)]
        .filter(([, folder = '']) => folders.has(folder))
        .map(([, folder = '', rest = '']) => ({ document, path: folder + rest })),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ path }) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('pins every dependency exactly and says which Node it needs', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const versions = [dependencies, devDependencies, optionalDependencies].map((all) => Object.values<string>(all));
    expect(versions.map(({ length }) => length)).not.toContain(0);
    expect(
      versions.flat().filter((version) => !/^\d+\.\d+\.\d+(-(beta|r)\.\d+)?$/.test(version.replace(/^npm:.+@/, ''))),
    ).toEqual([]);
    expect(manifest.engines.node).toBe('>=20.19');
    expect(readFileSync(join(root, '.npmrc'), 'utf8')).toContain('engine-strict=true');
    expect(existsSync(join(root, 'package-lock.json'))).toBe(true);
  });

  it('has no test that replaces a module in the rooms whose tests share what they load', () => {
    const tests = pureRooms.flatMap((room) => listFiles(join(import.meta.dirname, room)));
    expect(tests.length).toBeGreaterThan(60);
    expect(tests.filter((path) => /\bvi\.(do)?[mM]ock\(/.test(readFileSync(path, 'utf8')))).toEqual([]);
  });
});

describe('a planted breach is found', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  const plant = (files: Readonly<Record<string, string>>): string[] => {
    const folder = mkdtempSync(join(tmpdir(), 'house-'));
    folders.push(folder);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return breaches(folder);
  };

  const nothing = 'export {};\n';
  it.each([
    [
      'an upward import',
      { 'csv/a.ts': "import { b } from '../migration/b.ts';\n", 'migration/b.ts': nothing },
      'csv/a.ts: csv may not import migration',
    ],
    [
      'a type import counts',
      { 'domain/a.ts': "import type { B } from '../csv/b.ts';\n", 'csv/b.ts': nothing },
      'domain/a.ts: domain may not import csv',
    ],
    [
      'a neighbour on the same storey',
      { 'ledger/a.ts': "export * from '../delivery/b.ts';\n", 'delivery/b.ts': nothing },
      'ledger/a.ts: ledger may not import delivery',
    ],
    [
      'a second way to the SQLite driver',
      { 'ledger/a.ts': "import Database from 'better-sqlite3';\n" },
      'ledger/a.ts: loads better-sqlite3 past domain/sqlite.ts',
    ],
    [
      'the sandbox knows no rules of ours',
      { 'sandbox/a.ts': "import '../adobe/b.ts';\n", 'adobe/b.ts': nothing },
      'sandbox/a.ts: sandbox may not import adobe',
    ],
    [
      'the command line goes through the index',
      { 'cli/a.ts': "const b = await import('../ledger/b.ts');\n", 'ledger/b.ts': nothing },
      'cli/a.ts: cli may not import ledger',
    ],
    [
      'a step back in the way of the data',
      { 'migration/job/a.ts': "import '../build/b.ts';\n", 'migration/build/b.ts': nothing },
      'migration/job/a.ts: job may not import build',
    ],
    [
      'a cycle inside a room',
      { 'csv/a.ts': "import './b.ts';\n", 'csv/b.ts': "import './a.ts';\n" },
      'csv/a.ts: cycle csv/a.ts → csv/b.ts → csv/a.ts',
    ],
    ['a drawer', { 'csv/utils.ts': nothing }, 'csv/utils.ts: forbidden name'],
    ['a drawer for a folder', { 'csv/helpers/a.ts': nothing }, 'csv/helpers/a.ts: forbidden name'],
    ['an unknown room', { 'attic/a.ts': nothing }, 'attic/a.ts: no such room'],
    ['process outside cli', { 'csv/a.ts': 'export const home = process.env;\n' }, 'csv/a.ts: uses process or console'],
    ['process by import', { 'csv/a.ts': "import { env } from 'node:process';\n" }, 'csv/a.ts: uses process or console'],
    ['process, if it is there', { 'csv/a.ts': 'const home = process?.env;\n' }, 'csv/a.ts: uses process or console'],
    ['process in pieces', { 'csv/a.ts': 'const { env } = process;\n' }, 'csv/a.ts: uses process or console'],
    [
      'more than versions',
      { 'csv/a.ts': "import { env, versions } from 'node:process';\n" },
      'csv/a.ts: uses process or console',
    ],
    ['console outside cli', { 'csv/a.ts': "console.log('x');\n" }, 'csv/a.ts: uses process or console'],
    [
      'an import of nothing',
      { 'csv/a.ts': "import './gone.ts';\n" },
      'csv/a.ts: imports csv/gone.ts, which does not exist',
    ],
  ])('%s', (_, files, expected) => {
    expect(plant(files as unknown as Record<string, string>)).toContain(expected);
  });

  it('and process in the command line is no breach, nor the versions that a process has anywhere', () => {
    expect(plant({ 'cli/main.ts': 'process.exitCode = 0;\n' })).toEqual([]);
    expect(plant({ 'csv/a.ts': "import { versions } from 'node:process';\n" })).toEqual([]);
  });
});
