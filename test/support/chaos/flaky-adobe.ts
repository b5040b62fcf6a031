import type { FaultRule } from '../../../src/sandbox/faults.ts';
import type { BreachReport } from '../../../src/sandbox/report.ts';
import type { SandboxSettings } from '../../../src/sandbox/settings.ts';
import { type ObservedRequest, type Sandbox, startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import type { JobTarget } from '../migration-job.ts';
import { seededRandom } from '../random.ts';
import { startTcpProxy, type TcpProxy } from '../tcp-proxy.ts';
import { type Arrival, watchSpacing } from './spacing.ts';

/** How much later than another a request may come through: more than a pace is worth, well below every time-out. */
const mostDelayMs = 200;

/** A sandbox that may be started again on its folder, behind a way that may break. */
export interface FlakyAdobe {
  /** Where the program finds it: through the proxy. */
  readonly target: JobTarget;
  readonly proxy: TcpProxy;
  /** Calls back at each request that reaches the sandbox, instead of whom it called before. */
  onRequest(listen: () => void): void;
  /** Ends this sandbox and starts one on the same port, credentials and folder. One restart at a time. */
  restart(): Promise<void>;
  /** What was broken before the eyes of any of the sandboxes. */
  breaches(): BreachReport[];
  /** Ingest calls as they came through the proxy, which holds some of them back for a while. */
  arrivals(): readonly Arrival[];
  /** How many ingest calls any of the sandboxes has seen. */
  ingestCalls(): number;
  /** Strikes that were made, by kind, of all sandboxes. */
  strikes(): Record<string, number>;
  current(): Pick<Sandbox, 'report' | 'baseUrl'>;
  close(): Promise<void>;
}

/** Starts the first. `faults` are the rules of each sandbox in turn; the last are for all that follow. */
export async function startFlakyAdobe(options: {
  readonly seed: number;
  readonly keep: string;
  readonly rate: number;
  readonly tokenTtl: number;
  readonly settings: SandboxSettings;
  readonly faults: readonly (readonly FaultRule[])[];
}): Promise<FlakyAdobe> {
  const { faults, ...always } = options;
  let listen: () => void = () => {};
  let started = 0;
  let ingestCalls = 0;
  const start = (port: number): Promise<Sandbox> => {
    const rules = faults[Math.min(started, faults.length - 1)] ?? [];
    started += 1;
    const onRequest = ({ path }: ObservedRequest): void => {
      if (path.startsWith('/aa/collect/')) ingestCalls += 1;
      listen();
    };
    return startSandbox({ ...always, port, faults: rules, onRequest });
  };
  const past: ReturnType<Sandbox['report']>[] = [];
  let sandbox = await start(0);
  let restarting: Promise<void> | null = null;
  const spacing = watchSpacing();
  const random = seededRandom(options.seed * 104_729);
  const delayMs = () => (random() < 0.5 ? 0 : Math.floor(random() * mostDelayMs));
  const proxy = await startTcpProxy({ host: '127.0.0.1', port: sandbox.port }, { delayMs, onFirst: spacing.take });
  const { clientId, clientSecret } = sandbox;
  const through = (url: string): string => url.replace(`:${sandbox.port}`, `:${proxy.port}`);
  const reports = () => [...past, sandbox.report()];

  const startAgain = async (): Promise<void> => {
    await sandbox.close();
    past.push(sandbox.report());
    sandbox = await start(sandbox.port);
  };
  return {
    target: { baseUrl: through(sandbox.baseUrl), tokenUrl: through(sandbox.tokenUrl), clientId, clientSecret },
    proxy,
    onRequest: (next) => {
      listen = next;
    },
    restart: async () => {
      restarting ??= startAgain().finally(() => {
        restarting = null;
      });
      await restarting;
    },
    // Breaches that stand in the kept files are told again by each sandbox that takes them up: no harm in that.
    breaches: () => reports().flatMap((report) => report.breaches),
    arrivals: spacing.arrivals,
    ingestCalls: () => ingestCalls,
    strikes: () => {
      const sums: Record<string, number> = {};
      for (const report of reports())
        for (const [fault, count] of Object.entries(report.faults)) sums[fault] = (sums[fault] ?? 0) + count;
      return sums;
    },
    current: () => sandbox,
    close: async () => {
      await restarting;
      await proxy.close();
      await sandbox.close();
    },
  };
}
