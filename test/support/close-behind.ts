import { closeSync, readdirSync, readlinkSync } from 'node:fs';

/** Closes a file of this process behind the back of who has it open: whatever they do with it then fails (EBADF). Linux only. */
export function closeBehind(path: string): void {
  closeSync(Number(readdirSync('/proc/self/fd').find((fd) => isLinkTo(path, fd))));
}

function isLinkTo(path: string, fd: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) === path;
  } catch {
    return false;
  }
}
