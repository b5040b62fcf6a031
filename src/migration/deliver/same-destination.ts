import type { Migration } from '../../config/migration.ts';
import { adobeOrigins } from '../../config/target-schema.ts';
import { plural } from '../../domain/count.ts';
import { MigrationError } from '../../domain/error.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { Context } from '../context.ts';

type Target = { readonly target: Pick<Migration['target'], 'baseUrl'> };

/** Another destination than the migration's own: its host as the ledger has it, and how many chunks it took. */
export interface Elsewhere {
  readonly host: string;
  readonly chunks: number;
}

/**
 * Where the last chunk went that was taken, if that is another destination than `target.baseUrl`; `null` where it is the
 * same, or none was taken.
 */
export async function sentElsewhere(
  { target }: Target,
  ledger: Pick<Ledger, 'lastTaker' | 'takenByHost'>,
): Promise<Elsewhere | null> {
  const host = await ledger.lastTaker();
  if (host === null || destinationOf(host) === destinationOf(new URL(target.baseUrl).host)) return null;
  const taken = [...(await ledger.takenByHost())].filter(([taker]) => destinationOf(taker) === destinationOf(host));
  return { host, chunks: taken.reduce((sum, [, chunks]) => sum + chunks, 0) };
}

/**
 * A work folder belongs to one destination: what one has taken is never sent again, so another would get the rest, or
 * nothing. Throws `ledger.changed-job` where chunks went elsewhere; with `acceptChange` that is told, and goes on.
 */
export async function assertSameDestination(
  migration: Target & Pick<Migration, 'file' | 'folder'>,
  ledger: Pick<Ledger, 'lastTaker' | 'takenByHost'>,
  { acceptChange, onEvent }: { readonly acceptChange: boolean } & Pick<Context, 'onEvent'>,
): Promise<void> {
  const elsewhere = await sentElsewhere(migration, ledger);
  if (elsewhere === null) return;
  const own = new URL(migration.target.baseUrl).host;
  const message = `target.baseUrl leads to ${own}, but ${plural(elsewhere.chunks, 'chunk')} of this work folder went to ${elsewhere.host}: what is there is not sent again`;
  if (acceptChange) return onEvent({ type: 'message', level: 'warn', text: message });
  const trial = destinationOf(elsewhere.host) === adobe ? '' : `, or remove ${migration.folder} if that was a trial`;
  throw new MigrationError('ledger.changed-job', message, {
    next: `give target.baseUrl back; to send everything to ${own}, write another \`folder\`${trial}; only where both lead to the same Adobe, such as a gateway on the way, go on with what is left: bdia-migrate run ${migration.file} --accept-change`,
  });
}

const adobe = 'Adobe';
const adobeHosts: ReadonlySet<string> = new Set(Object.values(adobeOrigins).map((origin) => new URL(origin).hostname));

/**
 * Adobe's collection hosts are one destination, which no other host of Adobe's is (a stage, say). Another host is its name
 * alone, as a sandbox that was restarted has another port.
 */
function destinationOf(host: string): string {
  const { hostname } = new URL(`https://${host}`);
  return adobeHosts.has(hostname) ? adobe : hostname;
}
