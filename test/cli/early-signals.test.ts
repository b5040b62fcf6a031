import { expect, it } from 'vitest';
import { main, root, start } from './command-line-runner.ts';

/** Stays in the middle of loading the program, and says so. */
const hooks = `export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.endsWith('/cli/command-line.js')) return loaded;
  const wait = "import { writeSync } from 'node:fs'; writeSync(2, 'loading'); await new Promise((done) => setTimeout(done, 20_000));";
  return { ...loaded, source: wait + loaded.source };
}`;
const register = `import { register } from 'node:module'; register(${JSON.stringify(asUrl(hooks))});`;

it.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s while the program is loaded ends it as interrupted',
  async (name) => {
    const words = ['run', 'my migration.yaml', '--json'];
    const { child, ended, printed } = start(process.execPath, ['--import', asUrl(register), main, ...words], {
      cwd: root,
    });
    await printed('loading');
    child.kill(name);
    const { code, out } = await ended;
    expect(code).toBe(130);
    expect(JSON.parse(out)).toEqual({
      stopped: {
        code: 'interrupted',
        message: 'interrupted before anything was begun',
        next: "node dist/cli/main.js run 'my migration.yaml' --json",
      },
      problems: [],
    });
  },
);

/** Opens all files that may be open, as soon as the program listens for signals: the rest of it is loaded after that. */
const files = `import { openSync } from 'node:fs';
process.once('newListener', () => {
  try {
    for (;;) openSync('/dev/null');
  } catch {}
});`;

it.skipIf(process.platform === 'win32')(
  'says what helps where too few files may be open to load the program',
  async () => {
    const words = ['-c', 'ulimit -n 128; exec "$@"', 'sh', process.execPath, '--import', asUrl(files), main];
    const { code, out, err } = await start('sh', [...words, 'status', 'migration.yaml', '--json'], { cwd: root }).ended;
    const message = 'the program cannot be loaded: too many open files';
    const next = 'Raise the limit of open files (ulimit -n) to 1024 or more, then run again.';
    expect({ code, err }).toEqual({ code: 3, err: `${message}\nNext: ${next}\n` });
    expect(JSON.parse(out)).toEqual({ stopped: { code: 'disk.failed', message, next }, problems: [] });
  },
);

// Node.js 20 opens hundreds of files at once, and of a package that it cannot look at it says that there is none.
it.skipIf(process.platform === 'win32').for([200, 128, 64])(
  'loads all of it, or says so, with %i files',
  async (most) => {
    const words = ['-c', `ulimit -n ${most}; exec "$@"`, 'sh', process.execPath, main, 'status', 'no.yaml'];
    const { code, err } = await start('sh', words, { cwd: root }).ended;
    if (code === 3) expect(err).toMatch(/^the program cannot be loaded: too many open files\nNext: Raise the limit /);
    else expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('no.yaml: error: ') });
  },
);

/** Says when nothing is left to do, and leaves much to be taken down after that. */
const heavy = `import { writeSync } from 'node:fs';
globalThis.heavy = Array.from({ length: 1_000_000 }, (_, at) => ({ at }));
process.on('exit', () => writeSync(2, 'ending'));`;

it.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s after the last step leaves the exit code as it is',
  async (name) => {
    const words = ['run', 'no such migration.yaml'];
    const { child, ended, printed } = start(process.execPath, ['--import', asUrl(heavy), main, ...words], {
      cwd: root,
    });
    await printed('ending');
    const often = setInterval(() => child.kill(name), 1);
    const { code } = await ended;
    clearInterval(often);
    expect(code).toBe(2);
  },
);

function asUrl(module: string): string {
  return `data:text/javascript,${encodeURIComponent(module)}`;
}
