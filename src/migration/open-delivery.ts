import { readFile } from 'node:fs/promises';
import type { Migration } from '../config/migration.ts';
import { createTokenSource } from '../delivery/auth.ts';
import { type Client, createClient } from '../delivery/client.ts';
import { createPace, type Pace } from '../delivery/pace.ts';
import { createTransport, type Transport } from '../delivery/transport.ts';
import { MigrationError } from '../domain/error.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import type { Context } from './context.ts';

/** The way to Adobe for one migration: one client, one pace, whatever the number of lanes. */
export interface DeliveryPath {
  readonly client: Client;
  readonly pace: Pace;
}

/** Opens the way to Adobe. Nothing is sent yet. */
export async function openDelivery(
  migration: Migration,
  ledger: Ledger,
  { clock }: Pick<Context, 'clock'>,
): Promise<DeliveryPath> {
  const { target, pace: limits, folder } = migration;
  const { clientId } = target.auth;
  const transport = await openTransport(target);
  const tokens = createTokenSource(target.auth, { request: (call) => transport.send(call), clock });
  const pace = createPace({
    limits,
    clock,
    lastRequestAt: await ledger.lastRequestAt(clientId),
    note: (at) => ledger.noteRequest(clientId, at),
  });
  return { client: createClient({ baseUrl: target.baseUrl, folder, tokens, pace, transport, clock }), pace };
}

/** The transport of everything that goes to Adobe. Throws `input.not-found` where `target.ca` cannot be read. */
export async function openTransport({ timeouts, expect, ca }: Migration['target']): Promise<Transport> {
  return createTransport({ timeouts, expect, ...(ca === null ? {} : { ca: await readAuthority(ca) }) });
}

async function readAuthority(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new MigrationError('input.not-found', `target.ca: ${path} cannot be read`, {
      next: 'give a PEM file',
      cause: error,
    });
  }
}
