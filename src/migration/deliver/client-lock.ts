import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Migration } from '../../config/migration.ts';
import { isAdobes } from '../../config/target-schema.ts';
import { MigrationError } from '../../domain/error.ts';
import { type Lock, takeLock } from '../../ledger/lock.ts';
import type { Context } from '../context.ts';

/** A client id that is held. `wasUsed`: others had it before, whose last call may be a moment ago. */
export interface ClientHold extends Lock {
  readonly wasUsed: boolean;
}

/**
 * Takes the client id of a migration for this process: Adobe's limit of one request a second counts per client id, over
 * all of its migrations (Adobe docs, BDIA endpoints), and two processes cannot keep it without knowing of each other.
 * Throws `delivery.client-busy` where another migration of this user on this machine has it; what runs on other machines
 * cannot be seen. The operating system drops the lock with the process. Where no lock can be made, a warning says so.
 */
export function takeClient({ target, folder }: Migration, { onEvent }: Pick<Context, 'onEvent'>): ClientHold {
  const place = lockFolder(target.baseUrl, target.auth.clientId);
  const holder = join(place, 'holder');
  try {
    mkdirSync(place, { recursive: true, mode: 0o700 });
    const lock = takeLock(place);
    const wasUsed = existsSync(holder);
    tellHolder(holder, folder);
    const stopTouching = touchHourly(place);
    return {
      wasUsed,
      release: () => {
        stopTouching();
        lock.release();
      },
    };
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'ledger.locked') throw busy(target.auth.clientId, holder);
    onEvent({
      type: 'message',
      level: 'warn',
      text: `Whether another migration uses the client id ${target.auth.clientId} cannot be told, as ${place} cannot be written: see that none does.`,
    });
    return { release: () => {}, wasUsed: true };
  }
}

/** Who holds the lock, for the words of those that it refuses; the lock holds without it. */
function tellHolder(holder: string, folder: string): void {
  try {
    writeFileSync(holder, folder);
  } catch {
    // A full disk: the others are refused all the same.
  }
}

/**
 * Keeps the files of a folder: systems remove what nobody touched in the temporary folder for some days, open or not, and
 * with a new lock file another migration would get the lock (systemd, "tmpfiles.d", "Age"). By path alone: a second handle
 * on the lock file would drop the lock when it is closed.
 */
function touchHourly(folder: string): () => void {
  const timer = setInterval(() => {
    const now = new Date();
    try {
      for (const name of readdirSync(folder)) utimesSync(join(folder, name), now, now);
    } catch {
      // What is gone cannot be kept, and nothing else is lost.
    }
  }, 3_600_000);
  timer.unref();
  return () => clearInterval(timer);
}

/** Adobe's hosts share one count; each other host has its own. */
function lockFolder(baseUrl: string, clientId: string): string {
  const counted = isAdobes(baseUrl) ? 'adobe' : new URL(baseUrl).host;
  const name = createHash('sha256').update(`${counted}\n${clientId}`).digest('hex').slice(0, 24);
  return join(tmpdir(), `bdia-migrate-${userName()}`, name);
}

function userName(): string {
  try {
    return userInfo().username.replace(/[^A-Za-z0-9._-]/g, '_');
  } catch {
    // A container's user may have no entry anywhere.
    return 'user';
  }
}

function busy(clientId: string, holder: string): MigrationError {
  return new MigrationError(
    'delivery.client-busy',
    `another migration is sending with the client id ${clientId}${holderWords(holder)}; Adobe counts requests per client id`,
    {
      next: 'wait until it has ended, then run again; migrations that must run side by side need client ids of their own',
    },
  );
}

function holderWords(holder: string): string {
  try {
    return `, from ${readFileSync(holder, 'utf8')}`;
  } catch {
    return '';
  }
}
