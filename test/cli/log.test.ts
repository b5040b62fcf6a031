import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { openLog } from '../../src/cli/log.ts';
import { closeBehind } from '../support/close-behind.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

let folder = '';
beforeEach((context) => {
  folder = scratchFolder(context);
});

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

it('says in ISO 8601 UTC how long a lane waits', () => {
  const path = join(folder, 'log.jsonl');
  const log = openLog(path, 'info', expect.unreachable);
  log.take({ type: 'lane', group: 'a_0', waits: 'to try again', untilMs: Date.UTC(2021, 0, 1, 12, 0, 0, 250) });
  log.take({ type: 'lane', group: 'a_0', waits: 'for the next slice to be sealed', untilMs: null });
  log.close();
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const lane = { level: 30, time: expect.stringMatching(/^\d{4}-.*Z$/), type: 'lane', group: 'a_0' };
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { ...lane, waits: 'to try again', until: '2021-01-01T12:00:00.250Z' },
    { ...lane, waits: 'for the next slice to be sealed', until: null },
  ]);
});

it.runIf(process.platform === 'linux')('tells once where the disk refuses a line, or only the end of the file', () => {
  for (const takes of [1, 0]) {
    const path = join(folder, `${takes}.jsonl`);
    const notes: string[] = [];
    const log = openLog(path, 'info', (text) => notes.push(text));
    closeBehind(path);
    for (let line = 0; line < takes; line++) log.take({ type: 'message', level: 'info', text: 'one' });
    log.close();
    log.close();
    const doing = takes === 0 ? 'close' : 'write';
    expect(notes).toEqual([`--log-file ${path} ends here: EBADF: bad file descriptor, ${doing}`]);
  }
});
