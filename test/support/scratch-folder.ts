import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';

/** An empty folder that is removed when the test of this context has ended. */
export function scratchFolder({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bdia-scenario-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
