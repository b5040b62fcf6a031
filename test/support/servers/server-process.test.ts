import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { guardServer, serverFolder } from './server-process.ts';

const sleeper = [process.execPath, '-e', 'setInterval(() => {}, 1000)'];

describe('a guarded server', () => {
  it('ends with its folder when the process that asked for it is killed', async ({ onTestFinished }) => {
    const folder = mkdtempSync(join(tmpdir(), 'bdia-guard-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const guard = JSON.stringify(join(import.meta.dirname, 'server-guard.js'));
    const order = JSON.stringify(JSON.stringify({ folder, account: {}, quickEnd: 'SIGKILL' }));
    const owner = spawn(process.execPath, [
      '-e',
      `const guard = require('node:child_process').fork(${guard}, [${order}], { detached: true });
       guard.on('message', ({ pid }) => console.log(pid));
       guard.send({ start: ${JSON.stringify(sleeper)} });`,
    ]);
    const pid = Number(await new Promise<Buffer>((resolve) => owner.stdout.once('data', resolve)));
    expect(isRunning(pid)).toBe(true);
    owner.kill('SIGKILL');
    await vi.waitFor(() => expect([isRunning(pid), existsSync(folder)]).toEqual([false, false]), { timeout: 20_000 });
  });

  it('tells the log of one that ends at its start, and leaves nothing', async () => {
    const folder = serverFolder('test', {});
    const server = guardServer(folder, {}, 'SIGKILL');
    const start = server.start(
      [process.execPath, '-e', 'console.error("port is taken"); process.exit(3)'],
      async () => {
        throw new Error('not yet');
      },
    );
    await expect(start).rejects.toThrow(/ended at its start \(exit code 3\):\nport is taken/);
    await server.remove();
    expect(existsSync(folder)).toBe(false);
    await server.remove();
  });

  it('runs again after it was stopped', async () => {
    const folder = serverFolder('test', {});
    const server = guardServer(folder, {}, 'SIGKILL');
    const command = [process.execPath, '-e', 'console.log("up"); setInterval(() => {}, 1000)'];
    const isUp = (times: number) => async () => {
      expect(readFileSync(join(folder, 'server.log'), 'utf8')).toBe('up\n'.repeat(times));
    };
    await server.start(command, isUp(1));
    await server.stop('SIGTERM');
    await server.start(command, isUp(2));
    await server.remove();
    expect(existsSync(folder)).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
