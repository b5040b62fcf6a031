import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../support/scratch-folder.ts';
import { main, root, start } from './command-line-runner.ts';

describe('the package', () => {
  it('holds what it needs and nothing of the workshop', async () => {
    const { code, out } = await start('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root }).ended;
    expect(code).toBe(0);
    const [{ files }] = JSON.parse(out) as [{ files: { path: string }[] }];
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'package.json',
        'README.md',
        'LICENSE',
        'CHANGELOG.md',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/cli/main.js',
        'schema/mapping.schema.json',
        'schema/migration.schema.json',
        'migrations-examples/legacy-shop/migration.yaml',
        'migrations-examples/csv-export/migration.yaml',
        'docs/adobe-rules.md',
        'docs/mapping-reference.md',
        'docs/migration-reference.md',
      ]),
    );
    expect(paths.some((path) => path.startsWith('mappings/'))).toBe(true);
    const strange = paths.filter(
      (path) =>
        /(^|\/)\.env|\.sqlite$|(^|\/)work\//.test(path) ||
        !/^(dist|docs|mappings|schema|migrations-examples)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(
          path,
        ),
    );
    expect(strange).toEqual([]);
  });

  it('starts as a program', () => {
    expect(readFileSync(main, 'utf8').split('\n')[0]).toBe('#!/usr/bin/env node');
    const { bin, types } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(bin).toEqual({ 'bdia-migrate': 'dist/cli/main.js' });
    expect(types).toBeUndefined();
    // npm makes a linked program executable when it links it, once: what is built again must be so by itself.
    expect(statSync(main).mode & 0o111).toBe(0o111);
  });

  it('can be imported by its name', async (context) => {
    const folder = scratchFolder(context);
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules', 'bdia-migrate'));
    const code = `
      import * as library from 'bdia-migrate';
      import schema from 'bdia-migrate/schema/migration.schema.json' with { type: 'json' };
      const verbs = ['build', 'check', 'plan', 'preview', 'run', 'settle', 'startSandbox', 'status', 'validate', 'verify'];
      console.log(verbs.filter((verb) => typeof library[verb] !== 'function').join(), typeof library.MigrationError, typeof schema);
    `;
    writeFileSync(join(folder, 'use.mjs'), code);
    const { out } = await start(process.execPath, ['--no-warnings', 'use.mjs'], { cwd: folder }).ended;
    expect(out).toBe(' function object\n');
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(statSync(join(root, exports['.'].types)).isFile()).toBe(true);
  });
});
