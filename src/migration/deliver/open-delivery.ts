import type { Migration, MigrationAuth } from '../../config/migration.ts';
import { createTokenSource } from '../../delivery/auth.ts';
import { type Client, createClient } from '../../delivery/client.ts';
import { createPace, type Pace } from '../../delivery/pace.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { Context } from '../context.ts';
import { takeClient } from './client-lock.ts';
import { openTransport } from './open-transport.ts';

/** The way to Adobe for one migration: one client, one pace, whatever the number of lanes. */
export interface DeliveryPath {
  readonly client: Client;
  readonly pace: Pace;
  /** Lets other migrations use the client id. */
  close(): void;
}

/**
 * Opens the way to Adobe. Nothing is sent yet. Throws `input.not-found` and `input.invalid` where what says the way is
 * wrong, `delivery.client-busy` where another migration uses the client id.
 */
export async function openDelivery(
  migration: Migration,
  ledger: Pick<Ledger, 'lastRequestAt' | 'lastStarts' | 'noteRequest'>,
  context: Pick<Context, 'clock' | 'env' | 'onEvent'>,
): Promise<DeliveryPath> {
  const { target, pace: limits, folder } = migration;
  const { clock } = context;
  const { clientId } = target.auth;
  const transport = openTransport(target, [target.baseUrl, ...tokenUrl(target.auth)], context);
  const tokens = createTokenSource(target.auth, {
    request: (call) => transport.send(call),
    clock,
    onWait: (reason) => context.onEvent({ type: 'message', level: 'warn', text: `Waiting to get a token: ${reason}` }),
  });
  const hasCalled = (await ledger.lastRequestAt(clientId)) !== null;
  const lastStarts = await ledger.lastStarts();
  // Last: nobody would release it if reading the ledger failed.
  const lock = takeClient(migration, context);
  const pace = createPace({
    limits,
    clock,
    // What another migration, or a doctor, asked last stands in no ledger of this one.
    wasUsed: hasCalled || lock.wasUsed,
    lastStarts,
    note: (at) => ledger.noteRequest(clientId, at),
  });
  const client = createClient({
    baseUrl: target.baseUrl,
    folder,
    tokens,
    pace,
    transport,
    gatewayMs: target.timeouts.gatewayMs,
    clock,
  });
  return { client, pace, close: () => lock.release() };
}

function tokenUrl(auth: MigrationAuth): string[] {
  if (auth.kind === 'token') return [];
  return [auth.kind === 'oauth' ? auth.tokenUrl : auth.exchangeUrl];
}
