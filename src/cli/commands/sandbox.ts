import { readFile } from 'node:fs/promises';
import { exitCodeOf, type FaultRule, MigrationError, readFaults, startSandbox } from '../../index.ts';
import type { Command } from '../command.ts';
import { writeSandboxEnv } from '../sandbox-env.ts';

interface SandboxArguments {
  readonly port: number;
  readonly rate: number;
  readonly tokenTtl: number;
  readonly keep?: string;
  readonly faults?: string;
  readonly writeEnv?: string;
  readonly seed: number;
}

export const sandboxCommand: Command<SandboxArguments> = {
  words: 'sandbox',
  describe: 'A local Adobe, with faults on demand',
  examples: [
    ['sandbox --json', 'prints {"baseUrl","tokenUrl","clientId","clientSecret"} first'],
    [
      'sandbox --port 8600 --write-env .env --keep ./received',
      'writes its address for a migration file; can be resumed',
    ],
    ['sandbox --faults faults.yaml --keep ./received', 'misbehaves as told; keeps what it accepted'],
  ],
  options: (builder) =>
    builder
      .option('port', { type: 'number', default: 0, describe: '0 takes a free one' })
      .option('rate', { type: 'number', default: 1, describe: 'requests a second that are allowed; 0 is no limit' })
      .option('token-ttl', { type: 'number', default: 86_399, describe: 'seconds that a token lives' })
      .option('keep', {
        type: 'string',
        describe: 'write accepted files into this folder; go on from those in it',
      })
      // Not --env-file: Node 20 takes an option of that name for its own, wherever it stands.
      .option('write-env', {
        type: 'string',
        describe: 'write BDIA_BASE_URL, credentials and a report suite into this file, which migration files read',
      })
      .option('faults', { type: 'string', describe: 'a list of { at, fault, times }' })
      .option('seed', { type: 'number', default: 1, describe: 'for credentials and faults by probability' }),
  run: async ({ port, rate, tokenTtl, keep, faults, seed, writeEnv }, session) => {
    const sandbox = await startSandbox({
      port,
      rate,
      tokenTtl,
      seed,
      ...(keep === undefined ? {} : { keep }),
      ...(faults === undefined ? {} : { faults: await faultRules(faults) }),
    });
    const { signal } = session.context();
    // One that came while it started is told of no more.
    if (signal?.aborted === true) {
      await sandbox.close();
      return exitCodeOf('interrupted');
    }
    const { baseUrl, tokenUrl, clientId, clientSecret } = sandbox;
    const { terminal } = session;
    try {
      if (writeEnv !== undefined) writeSandboxEnv(writeEnv, sandbox);
    } catch (error) {
      await sandbox.close();
      throw error;
    }
    if (session.json) {
      terminal.out(JSON.stringify({ baseUrl, tokenUrl, clientId, clientSecret }));
    } else {
      terminal.out(`A local Adobe listens at ${baseUrl}; report: ${baseUrl}/sandbox/report; Ctrl-C ends it.`);
      terminal.out(`  tokenUrl      ${tokenUrl}`);
      terminal.out(`  clientId      ${clientId}`);
      terminal.out(`  clientSecret  ${clientSecret}`);
    }
    await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
    await sandbox.close();
    return exitCodeOf('interrupted');
  },
};

async function faultRules(path: string): Promise<readonly FaultRule[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new MigrationError('input.not-found', `the faults file ${path} cannot be read`, {
      next: 'name a file that is there and that you may read',
      cause: error,
    });
  }
  const { rules, problems } = readFaults(text, path);
  if (problems.length > 0)
    throw new MigrationError('input.invalid', 'the faults file has faults of its own', { problems });
  return rules;
}
