import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';

/** A file system of its own that can be filled to the last page. */
export interface SmallDisk {
  /** Where programs see it that are started `through` it. */
  readonly path: string;
  /** Where this process sees it. */
  readonly view: string;
  /** Words that stand before the command line of a program; none where everybody sees the disk. */
  readonly through: readonly string[];
  /** Bytes that can still be written. */
  free(): number;
  /** Writes ballast until at most `left` bytes are free, rounded down to pages; `left` 0 is a disk without a byte. */
  fill(left: number): void;
  /** Removes the ballast. */
  clear(): void;
}

const page = 4096;

/**
 * A tmpfs of `bytes` at `path`, gone when the test has ended. Root mounts it for everybody; any other user in a
 * namespace of their own, which a process holds open meanwhile (Linux manual, user_namespaces(7), mount_namespaces(7)).
 * Throws where neither is allowed: a test that needs a full disk has shown nothing without one.
 */
export async function mountSmallDisk(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  path: string,
  bytes: number,
): Promise<SmallDisk> {
  mkdirSync(path, { recursive: true });
  const options = `size=${bytes},mode=0777`;
  const asRoot = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { encoding: 'utf8' });
  if (asRoot.status === 0) {
    onTestFinished(() => {
      spawnSync('umount', ['--lazy', path]);
    });
    return smallDisk(path, path, []);
  }
  const keeper = spawn('unshare', [
    '-rm',
    'sh',
    '-c',
    `mount -t tmpfs -o ${options} tmpfs "$0" && echo ok && cat`,
    path,
  ]);
  onTestFinished(() => {
    keeper.kill('SIGKILL');
  });
  const refused = await firstWords(keeper);
  if (refused !== null) {
    throw new Error(
      `This test needs a disk that it may fill, and may not mount one: ${asRoot.error?.message ?? asRoot.stderr}${refused}\n` +
        'Run it as root on Linux (in a container: with --cap-add SYS_ADMIN), or allow user namespaces: ' +
        'sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0',
    );
  }
  const inside = ['nsenter', '--target', String(keeper.pid), '--user', '--mount', '--preserve-credentials'];
  return smallDisk(path, `/proc/${keeper.pid}/root${path}`, inside);
}

/** `null` once the keeper has mounted the disk, else what it complained of. */
async function firstWords(keeper: ChildProcess): Promise<string | null> {
  let complaint = '';
  keeper.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const [end] = await Promise.race([
    once(keeper.stdout!, 'data').then(() => [null]),
    once(keeper, 'close').then(() => [complaint]),
    once(keeper, 'error').then(([error]) => [String(error)]),
  ]);
  return end ?? null;
}

function smallDisk(path: string, view: string, through: readonly string[]): SmallDisk {
  const ballast = join(view, 'ballast');
  const free = (): number => {
    const { bavail, bsize } = statfsSync(view);
    return bavail * bsize;
  };
  return {
    path,
    view,
    through,
    free,
    fill(left) {
      const file = openSync(ballast, 'a');
      try {
        for (let more = free() - left; more > 0; more = free() - left) {
          writeSync(file, Buffer.alloc(Math.min(1 << 20, Math.max(page, more))));
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    clear: () => rmSync(ballast, { force: true }),
  };
}
