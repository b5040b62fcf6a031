import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { JwtCredential, Migration, OAuthCredential } from '../config/migration.ts';
import { requestGrant } from '../delivery/auth.ts';
import { classifyLookup } from '../delivery/classify.ts';
import { createClient } from '../delivery/client.ts';
import type { Exchange } from '../delivery/exchange.ts';
import { createPace } from '../delivery/pace.ts';
import type { Transport } from '../delivery/transport.ts';
import { MigrationError } from '../domain/error.ts';
import type { Context } from '../migration/context.ts';
import { type ClientHold, takeClient } from '../migration/deliver/client-lock.ts';
import { openTransport } from '../migration/deliver/open-transport.ts';
import {
  accessVerdict,
  type ClockSample,
  clockVerdict,
  fixedTokenVerdict,
  minuteText,
  reachVerdict,
  tokenEnd,
} from './doctor-answer.ts';
import { type DoctorFinding, faultOf, findingOf, plain, type Verdict } from './doctor-finding.ts';

type AdobeContext = Pick<Context, 'clock' | 'signal' | 'env' | 'onEvent'>;

/**
 * Looks at Adobe's side: a token for each secret, then one look-up of a key that nobody used, which proves host, client
 * id and token and stores nothing. The clock is compared with the answers' own. The same transport as delivery's.
 */
export async function* examineAdobe(migration: Migration, context: AdobeContext): AsyncGenerator<DoctorFinding> {
  const { target } = migration;
  const samples: ClockSample[] = [];
  let transport: Transport;
  try {
    transport = listening(openTransport(target, [target.baseUrl], context), samples, context);
  } catch (error) {
    yield findingOf('host', null, faultOf(error));
    return;
  }
  const asked: (Asked & { readonly name: string | null; readonly seconds: number })[] = [];
  for (const { name, auth } of credentialsOf(migration)) {
    context.signal.throwIfAborted();
    const began = context.clock.monotonic();
    const got = await askToken(auth, transport, context);
    asked.push({ ...got, name, seconds: (context.clock.monotonic() - began) / 1000 });
  }
  const token = asked.find((one) => one.token !== null)?.token ?? null;
  for (const { name, verdict, isRefused, seconds } of asked) {
    // One of two may have been rotated away: delivery goes on to the other.
    const isSpare = isRefused && token !== null;
    yield findingOf('token', name, isSpare ? { ...verdict, result: 'warning' } : verdict, seconds);
  }
  yield* examineHost(migration, token, transport, context);
  yield findingOf('clock', null, clockVerdict(samples));
}

/** One way to a token: `name` is said where there are two secrets. */
interface Credential {
  readonly name: string | null;
  readonly auth: Migration['target']['auth'];
}

function credentialsOf({ target: { auth } }: Migration): readonly Credential[] {
  if (auth.kind !== 'oauth' || auth.clientSecrets.length < 2) return [{ name: null, auth }];
  return auth.clientSecrets.map((secret, place) => ({
    name: `secret ${place + 1} of ${auth.clientSecrets.length}`,
    auth: { ...auth, clientSecrets: [secret] },
  }));
}

/** What came of a request for a token; it is refused where IMS answered and gave none. */
interface Asked {
  readonly token: string | null;
  readonly verdict: Verdict;
  readonly isRefused: boolean;
}

async function askToken(auth: Credential['auth'], transport: Transport, { clock }: AdobeContext): Promise<Asked> {
  if (auth.kind === 'token')
    return { token: auth.token, verdict: fixedTokenVerdict(tokenEnd(auth.token), clock.now()), isRefused: false };
  const { host } = new URL(tokenUrlOf(auth));
  let unreached: Verdict | null = null;
  try {
    const grant = await requestGrant(
      auth,
      async (call) => {
        const exchange = await transport.send(call);
        unreached = unreachedVerdict(exchange, host);
        return exchange;
      },
      clock,
    );
    const found = `${host} gives one, valid until ${minuteText(clock.now() + grant.lifeMs)}`;
    return { token: grant.token, verdict: plain('ok', found), isRefused: false };
  } catch (error) {
    return { token: null, verdict: unreached ?? faultOf(error), isRefused: unreached === null };
  }
}

function tokenUrlOf(auth: OAuthCredential | JwtCredential): string {
  return auth.kind === 'oauth' ? auth.tokenUrl : auth.exchangeUrl;
}

/** What stands between this machine and IMS, where no answer came that says anything about the credential. */
function unreachedVerdict(exchange: Exchange, host: string): Verdict | null {
  const { status } = exchange;
  const verdict = reachVerdict(exchange, host, 'target.auth');
  if (verdict.result !== 'ok') return verdict;
  if (status !== null && (status >= 500 || status === 429))
    return { result: 'fault', found: `${host} answers HTTP ${status}`, cure: 'Try again later.' };
  return null;
}

async function* examineHost(
  migration: Migration,
  token: string | null,
  transport: Transport,
  context: AdobeContext,
): AsyncGenerator<DoctorFinding> {
  const { clock } = context;
  const { host, hostname, protocol } = new URL(migration.target.baseUrl);
  const nameMs = await timeOfName(hostname, clock);
  const began = clock.monotonic();
  let exchange: Exchange | string;
  try {
    exchange = await lookUpNothing(migration, token, transport, context);
  } catch (error) {
    yield findingOf('host', null, faultOf(error));
    return;
  }
  if (typeof exchange === 'string') {
    for (const check of ['host', 'access'] as const) yield findingOf(check, null, plain('skipped', exchange));
    return;
  }
  const reach = reachVerdict(exchange, host, 'target.baseUrl');
  const trust = protocol === 'https:' ? ', its certificate is trusted' : '';
  const name = nameMs === null ? '' : `, its name is found in ${Math.round(nameMs)} ms`;
  const verdict = reach.result === 'ok' ? { ...reach, found: `${reach.found}${trust}${name}` } : reach;
  yield findingOf('host', null, verdict, (clock.monotonic() - began) / 1000);
  yield findingOf('access', null, accessVerdict(classifyLookup(exchange, false), exchange, token !== null));
}

/** How long the system takes to find a name; `null` for an address, and where it finds none: the request tells then. */
async function timeOfName(hostname: string, clock: Context['clock']): Promise<number | null> {
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return null;
  const began = clock.monotonic();
  try {
    await lookup(hostname);
    return clock.monotonic() - began;
  } catch {
    return null;
  }
}

/** One look-up, at the pace of all calls of the client id; a reason where another process keeps that pace. */
async function lookUpNothing(
  migration: Migration,
  token: string | null,
  transport: Transport,
  context: AdobeContext,
): Promise<Exchange | string> {
  const { clock, signal } = context;
  const hold = takeIfFree(migration, context);
  if (typeof hold === 'string') return hold;
  let exchange: Exchange | null = null;
  const recording: Transport = {
    send: async (call) => {
      const answer = await transport.send(call);
      exchange = token === null ? answer : { ...answer, body: answer.body.replaceAll(token, '…') };
      return exchange;
    },
  };
  const refresh = async (): Promise<string> => {
    throw new MigrationError('auth.failed', 'the token is refused');
  };
  // Without a token the answer still tells that the host can be reached.
  const tokens = { clientId: migration.target.auth.clientId, token: async () => token ?? 'none', refresh };
  const { target, folder, pace: limits } = migration;
  try {
    const pace = createPace({ limits, clock, wasUsed: hold.wasUsed, note: async () => {} });
    const client = createClient({ baseUrl: target.baseUrl, folder, tokens, pace, transport: recording, clock });
    await client.lookup(`doctor-${randomUUID()}`, signal);
  } catch (error) {
    // What an answer means is read from the exchange itself.
    if (exchange === null || !(error instanceof MigrationError)) throw error;
  } finally {
    hold.release();
  }
  return exchange ?? 'the host was not asked';
}

/** The client id, or who has it: two processes cannot keep one pace. */
function takeIfFree(migration: Migration, context: AdobeContext): ClientHold | string {
  try {
    return takeClient(migration, context);
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'delivery.client-busy') throw error;
    return `not asked: ${error.message}`;
  }
}

/** The same transport, which keeps the time that each answer names. */
function listening(transport: Transport, samples: ClockSample[], { clock }: AdobeContext): Transport {
  return {
    send: async (call) => {
      const sentAt = clock.now();
      const exchange = await transport.send(call);
      const dateMs = Date.parse(exchange.headers['date'] ?? '');
      if (Number.isFinite(dateMs)) samples.push({ dateMs, sentAt, receivedAt: clock.now() });
      return exchange;
    },
  };
}
