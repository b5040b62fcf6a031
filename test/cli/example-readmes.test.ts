import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder, root, start } from './command-line-runner.ts';

const examples = readdirSync(join(root, 'migrations-examples'));
const textOf = (name: string, file: string): string =>
  readFileSync(join(root, 'migrations-examples', name, file), 'utf8');

/** The commands of an example's README, block by block. */
function blocksOf(name: string): string[][] {
  const found = textOf(name, 'README.md').matchAll(/^```sh\n(?<text>[\s\S]*?)^```$/gm);
  return [...found].map(({ groups }) => (groups?.['text'] ?? '').trimEnd().split('\n'));
}

const isServer = (name: string): boolean => /engine: (?:postgres|mysql)/.test(textOf(name, 'migration.yaml'));

describe.each(examples)('the README of %s', (name) => {
  const [prepare = [], work = [], ...more] = blocksOf(name);

  it('makes a copy, fills its environment, starts a sandbox, and runs', () => {
    expect(more).toEqual([]);
    const [copy, ...setUp] = prepare;
    expect(copy).toBe(
      `mkdir -p my-migration && cp -r migrations-examples/${name} my-migration && cd my-migration/${name}`,
    );
    expect(setUp.pop()).toBe('npx bdia-migrate sandbox --write-env .env --rate 10 &');
    const set = setUp.flatMap((line) => /^echo '(\w+)=\S+' >> \.env$/.exec(line)?.[1] ?? []);
    const named = [...textOf(name, 'migration.yaml').matchAll(/\$\{env:(\w+)\}/g)].flatMap(([, one = '']) => one);
    expect(set.sort()).toEqual(named.filter((one) => !one.startsWith('BDIA_')).sort());
    for (const line of work) expect(line).toMatch(/^npx bdia-migrate [a-z]+ migration\.yaml(?: mapping\.yaml)?$/);
    expect(work.at(-1)).toBe('npx bdia-migrate run migration.yaml');
  });

  it('starts a sandbox that is as fast as the migration asks', () => {
    const pace = /requestsPerSecond: (\d+)/.exec(textOf(name, 'migration.yaml'))?.[1] ?? '1';
    expect(Number(pace)).toBeLessThanOrEqual(10);
  });
});

describe('in a clone, the README of', () => {
  const clone = emptyFolder();
  afterAll(clone.remove);

  beforeAll(() => {
    for (const name of ['package.json', 'dist', 'mappings', 'migrations-examples'])
      cpSync(join(root, name), join(clone.path, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(clone.path, 'node_modules'));
    writeFileSync(join(clone.path, '.npmrc'), 'offline=true\nupdate-notifier=false\n');
    // As after the example of README.
    mkdirSync(join(clone.path, 'my-migration'));
  });

  it.each(examples.filter((name) => !isServer(name)))('%s leads to the end, at its own pace', async (name) => {
    const [prepare = [], work = []] = blocksOf(name);
    const script = [
      // Jobs get groups of their own: npx does not pass a signal on to what it started.
      'set -emo pipefail',
      "trap 'for job in $(jobs -p); do kill -- -$job 2>/dev/null || true; done' EXIT",
      ...prepare,
      'for turn in $(seq 600); do grep -qs BDIA_CLIENT_SECRET .env && break; sleep 0.1; done',
      ...work,
      'echo == the sandbox says',
      '. ./.env',
      'node -e "fetch(process.argv[1]).then((answer) => answer.text()).then(console.log)" $BDIA_BASE_URL/sandbox/report',
    ].join('\n');
    const { code, out, err } = await start('bash', ['-c', script], { cwd: clone.path }).ended;
    expect(code, `${out}\n${err}`).toBe(0);
    const [told = '', report = ''] = out.split('== the sandbox says\n');
    expect(told).toMatch(/ {2}finished$/m);
    const { files, breaches, requests } = JSON.parse(report);
    expect(files).toBeGreaterThan(1);
    expect(breaches).toEqual([]);
    expect(JSON.stringify(requests)).not.toContain('429');
  });
});
