import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../domain/clock.ts';
import { MigrationError } from '../domain/error.ts';
import { createFaultPlanner, type FaultRule } from './faults.ts';
import { openForgetful, openKeeper } from './file-keeper.ts';
import { createGateway, createRateLimit } from './gateway.ts';
import { createIms } from './ims.ts';
import { createIngest } from './ingest.ts';
import { seededHex } from './random.ts';
import { createReceiver, type ObservedRequest, type Receiver } from './receive-requests.ts';
import { createBreachLog, createTally, type SandboxReport } from './report.ts';
import { createRoutes } from './routes.ts';
import { fillSettings, type SandboxSettings } from './settings.ts';
import { createStore } from './store.ts';
import { takeUpFile } from './take-up-file.ts';

/** How a sandbox starts. */
export interface SandboxOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Ingest calls a second that the gateway lets through; 1 as at Adobe, 0 for no limit. */
  readonly rate?: number;
  /** How long a token lives, in seconds; 86,399 as at Adobe. */
  readonly tokenTtl?: number;
  /**
   * A folder for accepted files, `<number>-<group>.csv.gz`, and a journal of them, `store.jsonl`. A folder of an earlier
   * sandbox, closed or killed at any moment, is taken up: all that was stored there is stored again. Absent: not kept.
   */
  readonly keep?: string;
  readonly faults?: readonly FaultRule[];
  /** Decides credentials, ids and the draws of faults. */
  readonly seed?: number;
  readonly clock?: Clock;
  /** Told of each request at its arrival, before anything is checked or cut; must not throw. */
  readonly onRequest?: (request: ObservedRequest) => void;
  readonly settings?: SandboxSettings;
}

export type { ObservedRequest, SandboxReport };

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
 * `/sandbox/files` beside them. A kept folder is read whole before the first request is answered; rates, uploads in
 * flight, counts of requests, and the breaches that left no stored file behind begin anew, and old tokens are not valid.
 * Throws `input.invalid` where the port is taken, or where `keep` is in use or holds files that no sandbox stored there.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { rate = 1, tokenTtl = 86_399, faults = [], seed = 1, clock = systemClock, keep = null } = options;
  const settings = fillSettings(options.settings ?? {});
  const clientId = seededHex(seed, 'client-id').slice(0, 32);
  const clientSecret = `s8e-${seededHex(seed, 'client-secret').slice(0, 40)}`;
  const stop = new AbortController();
  // Every request listens, and there may be more of them than Node takes for a leak.
  setMaxListeners(0, stop.signal);
  const breaches = createBreachLog();
  const store = createStore(breaches);
  const requests = createTally();
  const injected = new Map<string, number>();
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
      faults: Object.fromEntries(injected),
    };
  };

  const server = createServer();
  let receiver: Receiver | null = null;
  // Those who knew the port from an earlier sandbox call while the kept files are still being read: they wait.
  const early: ((receiver: Receiver) => void)[] = [];
  const take = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void => {
    if (receiver !== null) receiver.take(request, response, awaitsContinue);
    else early.push((opened) => opened.take(request, response, awaitsContinue));
  };
  server.on('request', (request, response) => take(request, response, false));
  server.on('checkContinue', (request, response) => take(request, response, true));
  // Uploads may be slow on purpose, and lanes pause for longer than Node keeps idle connections.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  const port = await listen(server, options.port ?? 0);
  const hangUp = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };

  // After listening: whoever may not have the port must leave a folder that belongs to its owner as it is.
  const keeping =
    keep === null
      ? openForgetful()
      : openKeeper(keep, port, (path, line) => takeUpFile(path, line, { store, settings, signal: stop.signal }));
  const keeper = await keeping.catch(async (error: unknown) => {
    await hangUp();
    throw error;
  });
  const ingest = createIngest({ store, breaches, settings, clock, seed, keeper, signal: stop.signal });
  const opened = createReceiver({
    planFault,
    seed,
    clock,
    signal: stop.signal,
    onRequest: (request) => {
      const { fault } = request;
      if (fault !== null) injected.set(fault, (injected.get(fault) ?? 0) + 1);
      options.onRequest?.(request);
    },
    onOutcome: requests.add,
    route: createRoutes({ ims, gateway, ingest, report, files: store.files }),
  });
  receiver = opened;
  for (const begin of early) begin(opened);

  const close = async (): Promise<void> => {
    stop.abort(new Error('the sandbox was closed'));
    await hangUp();
    await opened.settled();
    await keeper.close();
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

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: unknown): void => {
      const why = cause instanceof Error ? cause.message : String(cause);
      const message = `the sandbox cannot listen on port ${port} of 127.0.0.1: ${why}`;
      reject(new MigrationError('input.invalid', message, { next: 'choose another port, or 0 for any', cause }));
    };
    server.once('error', refuse);
    try {
      server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    } catch (error) {
      // A number that is no port is thrown; a taken port is an event.
      refuse(error);
    }
  });
}
