import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLog } from '../../src/cli/log.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('appends one JSON line for each event, in folders that it makes', () => {
  const path = join(folder, 'a', 'b.jsonl');
  for (const text of ['one', 'two']) {
    const log = openLog(path, 'info', expect.unreachable);
    log.take({ type: 'message', level: 'info', text });
    log.take({ type: 'progress', doing: 'reading', rows: 1 });
    log.close();
    log.close();
  }
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['one', 'two']);
});
