import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bdia, emptyFolder, root, start } from './command-line-runner.ts';

const readme = readFileSync(join(root, 'README.md'), 'utf8');

function blocksOf(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(?<text>[\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ({ groups }) => groups?.['text'] ?? '',
  );
}

const setUps = ['npm ci && npm run demo\n', 'npm ci && npm test\n'];

describe('README', () => {
  const clone = emptyFolder();
  afterAll(clone.remove);

  beforeAll(() => {
    for (const name of ['package.json', 'dist', 'mappings', 'schema', 'migrations-examples'])
      cpSync(join(root, name), join(clone.path, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(clone.path, 'node_modules'));
    writeFileSync(join(clone.path, '.npmrc'), 'offline=true\nupdate-notifier=false\n');
  });

  it('sets up with what CI runs', () => {
    const ci = readFileSync(join(root, '.ci', 'run'), 'utf8');
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(blocksOf('sh').slice(0, 2)).toEqual(setUps);
    for (const line of ['npm ci', 'npm test', 'npm run demo', 'npm run check']) expect(ci).toContain(line);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['test', 'demo', 'check', 'fix', 'bench', 'all']));
  });

  it('holds a first own migration that works as it is written, in one shell', async () => {
    const blocks = blocksOf('sh').filter((block) => !setUps.includes(block));
    expect(blocks.length).toBeGreaterThanOrEqual(3);
    const wait = [
      'for turn in $(seq 600); do [ -s my-migration/.env ] && break; sleep 0.1; done',
      '[ -s my-migration/.env ]',
    ];
    const script = [
      // Jobs get groups of their own: npx does not pass a signal on to what it started.
      'set -emo pipefail',
      "trap 'for job in $(jobs -p); do kill -- -$job 2>/dev/null || true; done' EXIT",
      ...blocks.flatMap((block) => [
        `${block.trimEnd()}`,
        ...(block.includes('bdia-migrate sandbox') ? wait : []),
        'echo "== block done"',
      ]),
    ].join('\n');
    const { code, out, err } = await start('bash', ['-c', script], { cwd: clone.path }).ended;
    expect(code, `${out}\n${err}`).toBe(0);
    expect(out.match(/== block done/g)).toHaveLength(blocks.length);
    expect(out).toContain('csv-export-2023  finished');
    // The example has rejects on purpose, which is what `report` has to say of it.
    expect(out.match(/✘.*/g)).toEqual(['✘ 3 of 14 (21 %) rows were rejected.']);
  });

  it('shows TypeScript that type-checks', async () => {
    const [code] = blocksOf('ts');
    writeFileSync(join(clone.path, 'example.ts'), code ?? '');
    const config = {
      compilerOptions: {
        module: 'nodenext',
        target: 'es2022',
        strict: true,
        noEmit: true,
        types: ['node'],
        paths: { 'bdia-migrate': ['./dist/index.d.ts'] },
      },
      files: ['example.ts'],
    };
    writeFileSync(join(clone.path, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    expect(await start(tsc, ['-p', 'tsconfig.json'], { cwd: clone.path }).ended).toEqual({ code: 0, out: '', err: '' });
  });

  it('names only files and folders that exist', () => {
    const made = ['bdia-migrate-demo/', 'my-migration/.env', 'my-migration/migration.yaml', 'src/'];
    const named = [...readme.matchAll(/`(?<path>[a-z][\w.-]*\/[\w./-]*)`/g)].map(
      ({ groups }) => groups?.['path'] ?? '',
    );
    expect(named).toContain('schema/mapping.schema.json');
    const missing = named.filter((path) => !made.includes(path) && !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  it('lists every command of the help, and no other', async () => {
    const { out } = await bdia(['--help'], clone.path);
    const helped = [...out.matchAll(/^ {2}bdia-migrate (?<name>[a-z]+)/gm)].map(({ groups }) => groups?.['name']);
    const commands = readme.slice(readme.indexOf('\n## Commands\n')).split('\n## ')[1] ?? '';
    const listed = [...commands.matchAll(/^\| `(?<name>[a-z]+)[^`]*` \|/gm)].map(({ groups }) => groups?.['name']);
    expect(listed).toEqual(helped.filter((name) => name !== 'completion'));
    expect(listed).toHaveLength(19);
  });
});
