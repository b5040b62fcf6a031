import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import { check, type InitOptions, type InitReport, init, preview } from '../../../src/index.ts';

export const examples = resolve(import.meta.dirname, '..', '..', '..', 'migrations-examples');
/** What a migration that `init` wrote asks of Adobe's side; nothing listens there. */
export const adobe = {
  BDIA_BASE_URL: 'http://127.0.0.1:9',
  BDIA_TOKEN_URL: 'http://127.0.0.1:9/ims/token/v3',
  BDIA_CLIENT_ID: 'example',
  BDIA_CLIENT_SECRET: 'example-secret',
  BDIA_REPORT_SUITE: 'exampledev',
};

/** An empty folder that `init` makes by itself; another after `refresh`. */
export function scratch(): { readonly root: string; folder(): string; refresh(): void } {
  const root = mkdtempSync(join(tmpdir(), 'bdia-init-'));
  let at = 0;
  afterAll(() => rmSync(root, { recursive: true }));
  return {
    root,
    folder: () => join(root, `try-${at}`),
    refresh: () => {
      at += 1;
    },
  };
}

/** Writes a migration and looks at it as `check` and `preview` do. */
export async function initChecked(sources: readonly string[], options: InitOptions & { readonly folder: string }) {
  const report = await init(sources, options);
  const file = join(options.folder, 'migration.yaml');
  const env = { ...options.env, ...adobe };
  const [checked] = await check([file], { env });
  const mapping = join(options.folder, 'mapping.yaml');
  return {
    report,
    errors: checked?.problems.filter(({ severity }) => severity === 'error'),
    warnings: checked?.problems.filter(({ severity }) => severity === 'warning'),
    rows: await preview(file, { env, rows: 50 }),
    migration: readFileSync(file, 'utf8'),
    mapping: existsSync(mapping) ? readFileSync(mapping, 'utf8') : null,
  };
}

/** Sampled rows that became hits. */
export function hitsOf({ outcomes }: InitReport): number {
  return outcomes.filter(({ outcome }) => outcome === 'hit').reduce((sum, { rows }) => sum + rows, 0);
}
