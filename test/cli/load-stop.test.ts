import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { loadStop, oldestNode } from '../../src/cli/load-stop.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { main, root, start } from './command-line-runner.ts';

const built = '/app/node_modules/better-sqlite3-12/build/Release/better_sqlite3.node';
const prebuilt = '/app/node_modules/better-sqlite3/prebuilds/linux-x64.node';

describe('what keeps the program from being loaded', () => {
  test.for([
    [
      'another Node.js',
      `The module '${built}'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 115. This version of Node.js requires\nNODE_MODULE_VERSION 137. Please try re-compiling or re-installing\nthe module (for instance, using \`npm rebuild\` or \`npm install\`).`,
      `The module '${built}' was compiled against a different Node.js version using NODE_MODULE_VERSION 115. This version of Node.js requires NODE_MODULE_VERSION 137.`,
    ],
    ['another machine', `${built}: invalid ELF header`, `${built}: invalid ELF header`],
    [
      'another C library',
      `/lib/x86_64-linux-gnu/libc.so.6: version \`GLIBC_2.38' not found (required by ${prebuilt})`,
      `/lib/x86_64-linux-gnu/libc.so.6: version \`GLIBC_2.38' not found (required by ${prebuilt})`,
    ],
    [
      'an install script that did not run',
      `Could not locate the bindings file. Tried:\n → /app/node_modules/better-sqlite3-12/build/better_sqlite3.node\n → ${built}`,
      'Could not locate the bindings file.',
    ],
    [
      'optional packages',
      "Cannot find module 'better-sqlite3-12'\nRequire stack:\n- /app/dist/domain/sqlite.js",
      "Cannot find module 'better-sqlite3-12'",
    ],
  ] as const)('SQLite was made for, or misses: %s', ([, message, reason]) => {
    expect(loadStop(new Error(message))).toEqual({
      code: 'program.unloadable',
      message: `SQLite cannot be loaded: ${reason}`,
      next: expect.stringMatching(
        /^Install bdia-migrate again .* optional packages included; or with Node\.js 22\.14 or newer/,
      ),
    });
  });

  test.for([
    ['18.20.8', true],
    ['20.18.3', true],
    ['20.19.0', false],
    ['22.0.0', false],
    ['26.1.0', false],
  ] as const)('Node.js %s is too old: %s', ([node, isTooOld]) => {
    for (const error of [
      new SyntaxError('Invalid regular expression flags'),
      Object.assign(new Error('No such built-in module: node:sqlite'), { code: 'ERR_UNKNOWN_BUILTIN_MODULE' }),
    ]) {
      const stop = loadStop(error, node);
      if (!isTooOld) expect(stop).toBeNull();
      else expect(stop?.message).toBe(`bdia-migrate needs Node.js 20.19 or newer, and this is ${node}`);
    }
  });

  test('package.json asks for the same Node.js', () => {
    const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(engines).toEqual({ node: `>=${oldestNode}` });
  });

  test('anything else is a bug', () => {
    for (const error of [new TypeError('x is not a function'), new RangeError('x'), 'text', null])
      expect(loadStop(error, '18.0.0')).toBeNull();
  });
});

/** A process in which the system refuses every native part. */
const refused = `process.dlopen = ({ filename }) => {
  throw Object.assign(new Error(filename + ': invalid ELF header'), { code: 'ERR_DLOPEN_FAILED' });
};`;

it('a command that needs SQLite says what to do, where it cannot be loaded', async (context) => {
  const module = `data:text/javascript,${encodeURIComponent(refused)}`;
  const words = ['--import', module, main, 'demo', '--folder', join(scratchFolder(context), 'demo')];
  const { code, err } = await start(process.execPath, words, { cwd: root }).ended;
  expect(code).toBe(3);
  expect(err).toMatch(/^SQLite cannot be loaded: .*\.node: invalid ELF header\nNext: Install bdia-migrate again /m);
});
