import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { emptyFolder, main, start } from './command-line-runner.ts';

// Of util-linux, which holds a terminal open for as long as it lives. Its words differ elsewhere.
const hasScript = process.platform === 'linux' && existsSync('/usr/bin/script');

it.runIf(hasScript)(
  'a command whose terminal is closed ends as interrupted, not as a crash',
  async ({ onTestFinished }) => {
    const folder = emptyFolder();
    onTestFinished(() => folder.remove());
    const code = join(folder.path, 'code');
    // As a shell does: it hands on what closing sends to it alone. Its first wait is cut by that.
    const shell = `"${process.execPath}" "${main}" sandbox & child=$!
    trap 'kill -HUP $child' HUP
    wait $child; wait $child; echo $? > "${code}"`;
    const { child, printed, ended } = start('/usr/bin/script', ['-qec', shell, '/dev/null'], { cwd: folder.path });
    await printed('A local Adobe listens');
    child.kill('SIGKILL');
    await ended;
    await vi.waitFor(() => expect(readFileSync(code, 'utf8')).toBe('130\n'), 10_000);
  },
);
