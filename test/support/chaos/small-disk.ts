import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';
import type { TestContext } from 'vitest';

/** A folder whose disk can be made full. */
export interface SmallDisk {
  /** From now on the folder takes so many KiB more; `null` for plenty. */
  leave(kib: number | null): void;
  /** The words to put before a command, so that the limit holds for it. */
  readonly prefix: readonly string[];
}

const plentyKib = 65_536;

/**
 * Makes the folder. Who may mount gets a file system of its own there, which is really full; else the processes that are
 * started through `prefix` may write no file beyond a size, which fails alike, file by file.
 */
export function smallDisk(folder: string, { onTestFinished }: Pick<TestContext, 'onTestFinished'>): SmallDisk {
  mkdirSync(folder, { recursive: true });
  const prefix: string[] = [];
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${plentyKib}k`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return {
      prefix,
      leave: (kib) => {
        prefix.length = 0;
        // In blocks of 512 bytes; a ledger alone is larger than any of what may be left.
        if (kib !== null) prefix.push('sh', '-c', `ulimit -f ${2 * (kib + 8)}; exec "$@"`, 'sh');
      },
    };
  }
  // Lazily: a process that was just killed may still hold a file.
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return {
    prefix,
    leave: (kib) => {
      const { blocks, bfree, bsize } = statfsSync(folder);
      const used = Math.ceil(((blocks - bfree) * bsize) / 1024);
      const size = kib === null ? plentyKib : used + kib + 4;
      execFileSync('mount', ['-o', `remount,size=${size}k`, folder]);
    },
  };
}
