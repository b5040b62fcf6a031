import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../domain/clock.ts';
import { MigrationError } from '../domain/error.ts';
import { findEndpoint } from './endpoint.ts';
import { connectionCut, createExchange, type Exchange } from './exchange.ts';
import { createFaultPlanner, type FaultKind, type FaultRule } from './faults.ts';
import { createGateway, createRateLimit } from './gateway.ts';
import { createIms } from './ims.ts';
import { createIngest } from './ingest.ts';
import { seededHex } from './random.ts';
import { internalError, serviceError } from './reply.ts';
import { createBreachLog, createTally, type SandboxReport } from './report.ts';
import { createRoutes } from './routes.ts';
import { fillSettings, type SandboxSettings } from './settings.ts';
import { createStore } from './store.ts';

/** How a sandbox starts. */
export interface SandboxOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Ingest calls a second that the gateway lets through; 1 as at Adobe, 0 for no limit. */
  readonly rate?: number;
  /** How long a token lives, in seconds; 86,399 as at Adobe. */
  readonly tokenTtl?: number;
  /** A folder for accepted files, `<number>-<group>.csv.gz`; it must not hold any yet. Absent: they are not kept. */
  readonly keep?: string;
  readonly faults?: readonly FaultRule[];
  /** Decides credentials, ids and the draws of faults. */
  readonly seed?: number;
  readonly clock?: Clock;
  /** Told of each request at its arrival, before anything is checked or cut; must not throw. */
  readonly onRequest?: (request: ObservedRequest) => void;
  readonly settings?: SandboxSettings;
}

/** A request at its arrival. */
export interface ObservedRequest {
  /** Counts all requests, from 1. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly group: string | null;
  readonly key: string | null;
  readonly fault: FaultKind | null;
}

/** A running sandbox. `baseUrl` is an origin, to which Adobe's path `/aa/collect/v1` is added. */
export interface Sandbox {
  readonly baseUrl: string;
  readonly tokenUrl: string;
  readonly exchangeUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly port: number;
  /** What it holds and has seen until now; still answers after `close`. */
  report(): SandboxReport;
  /** Cuts all connections, forgets files that were to be stored later, and resolves when nothing is left. */
  close(): Promise<void>;
}

/**
 * Starts a local Adobe on 127.0.0.1: IMS, API gateway, ingestion service, and `GET /sandbox/report` and
 * `/sandbox/files` beside them. Throws `input.invalid` where the port is taken or `keep` holds files already.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { rate = 1, tokenTtl = 86_399, faults = [], seed = 1, clock = systemClock, keep = null } = options;
  const settings = fillSettings(options.settings ?? {});
  const clientId = seededHex(seed, 'client-id').slice(0, 32);
  const clientSecret = `s8e-${seededHex(seed, 'client-secret').slice(0, 40)}`;
  const stop = new AbortController();
  const breaches = createBreachLog();
  const store = createStore(breaches);
  const requests = createTally();
  const injected = createTally();
  const planFault = createFaultPlanner(faults, seed);
  const isTooFast = createRateLimit(rate, settings.rateSlackMs);
  const ims = createIms(
    { clientId, clientSecret, scopes: settings.scopes, jwtPublicKey: settings.jwtPublicKey },
    tokenTtl,
    seed,
    clock,
  );
  const gateway = createGateway({
    clientId,
    accepts: ims.accepts,
    tooFast: () => {
      const tooFast = isTooFast(clock.monotonic());
      const when = new Date(clock.now()).toISOString();
      if (tooFast) breaches.add('rate', `more than ${rate} requests a second at ${when}`);
      return tooFast;
    },
  });
  const report = (): SandboxReport => {
    const groups = store.groups();
    const sum = (field: 'files' | 'rows' | 'invalidRows') =>
      Object.values(groups).reduce((total, group) => total + group[field], 0);
    return {
      files: sum('files'),
      rows: sum('rows'),
      invalidRows: sum('invalidRows'),
      duplicateRows: store.duplicateRows(),
      groups,
      breaches: breaches.report(),
      requests: requests.report(),
      faults: injected.report()['injected'] ?? {},
    };
  };

  const folder = await openFolder(keep);
  const ingest = createIngest({ store, breaches, settings, clock, seed, folder, keep, signal: stop.signal });
  const route = createRoutes({ ims, gateway, ingest, report, files: store.files });
  const work = new Set<Promise<void>>();
  let arrived = 0;

  const open = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void => {
    const method = request.method ?? 'GET';
    const path = (request.url ?? '/').replace(/\?.*$/s, '');
    const endpoint = findEndpoint(method, path);
    const carriesFile = endpoint.kind === 'upload' || endpoint.kind === 'validate';
    const isOurs = endpoint.kind === 'report' || endpoint.kind === 'files';
    const fault = isOurs ? null : planFault({ method, path, carriesFile });
    const group = textOf(request.headers['x-adobe-vgid']);
    const key = endpoint.kind === 'look-up' ? endpoint.key : textOf(request.headers['x-adobe-idempotency-key']);
    arrived += 1;
    options.onRequest?.({ number: arrived, method, path, group, key, fault: fault?.fault ?? null });
    if (fault !== null) injected.add('injected', fault.fault);
    const { signal } = stop;
    const exchange = createExchange({ request, response, awaitsContinue, fault, clock, signal });
    exchange.onOutcome((outcome) => requests.add(endpoint.label, outcome));
    const done = route(exchange, endpoint).catch((error: unknown) => settleFailure(error, exchange, request, signal));
    work.add(done);
    void done.finally(() => work.delete(done));
  };

  const server = createServer();
  server.on('request', (request, response) => open(request, response, false));
  server.on('checkContinue', (request, response) => open(request, response, true));
  // Uploads may be slow on purpose, and lanes pause for longer than Node keeps idle connections.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  const port = await listen(server, options.port ?? 0).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });

  const close = async (): Promise<void> => {
    stop.abort(new Error('the sandbox was closed'));
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
    await Promise.all(work);
    await rm(folder, { recursive: true, force: true });
  };

  const baseUrl = `http://127.0.0.1:${port}`;
  const tokenUrl = `${baseUrl}/ims/token/v3`;
  const exchangeUrl = `${baseUrl}/ims/exchange/jwt`;
  let closing: Promise<void> | null = null;
  const closeOnce = (): Promise<void> => {
    closing ??= close();
    return closing;
  };
  return { baseUrl, tokenUrl, exchangeUrl, clientId, clientSecret, port, report, close: closeOnce };
}

/** Ends an exchange whose work threw. A client that left, a cut and a closing sandbox need no answer. */
async function settleFailure(
  error: unknown,
  exchange: Exchange,
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<void> {
  if (error === connectionCut || signal.aborted || request.socket.destroyed) return;
  const detail = error instanceof Error ? error.message : String(error);
  await exchange.answer(serviceError(internalError.status, `The sandbox failed: ${detail}`)).catch(exchange.cut);
}

async function openFolder(keep: string | null): Promise<string> {
  if (keep === null) return mkdtemp(join(tmpdir(), 'bdia-sandbox-'));
  await mkdir(keep, { recursive: true });
  const old = (await readdir(keep)).find((name) => name.endsWith('.csv.gz'));
  if (old !== undefined) {
    throw new MigrationError('input.invalid', `the folder for accepted files, ${keep}, already holds ${old}`, {
      next: 'name an empty folder, or empty this one',
    });
  }
  // Beside the kept files, because only inside one file system can a file be moved in one step.
  return mkdtemp(join(keep, '.incoming-'));
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `the sandbox cannot listen on port ${port} of 127.0.0.1: ${cause.message}`;
      reject(new MigrationError('input.invalid', message, { next: 'choose another port, or 0 for any', cause }));
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function textOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
