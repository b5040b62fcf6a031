import { join } from 'node:path';
import type { Client } from '../delivery/client.ts';
import { type Chunk, chunkName } from '../domain/chunk.ts';
import type { Clock } from '../domain/clock.ts';
import { MigrationError } from '../domain/error.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { type Consequence, lintFile } from '../lint/lint-file.ts';
import { digest } from './fingerprint.ts';
import type { Job } from './job.ts';
import { constantOf, lintAgainst } from './lint-against.ts';

/** Everything else should have been mended, emptied or rejected while mapping: a file that shows it is not what we think. */
const tolerated: ReadonlySet<Consequence> = new Set(['unsure', 'value cut']);
/** Tries of a validate call that gets no answer; nothing is stored there, so asking again does no harm. */
const validateTries = 4;

/** Lets chunks pass before their first attempt (P8). */
export interface Gate {
  /**
   * Lints the chunk as it lies on disk, then shows it to the validate endpoint where it is the first of this job, or the
   * first in which a stream appears, or where `ask` is set. Throws `chunk.damaged`, `gate.lint`, `gate.rejected`, and
   * `gate.unanswered`: no answer is no pass. May be called side by side; the endpoint is asked one at a time.
   */
  pass(chunk: Chunk, options?: { readonly ask?: boolean }): Promise<void>;
}

/** The gate of one job at one host. A pass is kept in the ledger, for this fingerprint, host, client and these suites. */
export function createGate(options: {
  readonly job: Job;
  readonly ledger: Ledger;
  readonly client: Client;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Gate {
  const { job, ledger, client, clock, signal } = options;
  const suite = constantOf(job.migration.target.reportSuiteID);
  const scope = {
    fingerprint: digest(job.fingerprint),
    host: client.host,
    clientId: client.clientId,
    suites: suite ?? `by row: ${digest(job.migration.target.reportSuiteID)}`,
  };
  let passed: Set<string> | null = null;
  let turn: Promise<void> = Promise.resolve();

  async function lint(chunk: Chunk): Promise<void> {
    const report = await lintFile(join(job.migration.folder, chunk.path), lintAgainst(job.migration));
    if (report.gzSha256 !== chunk.gzSha256 || report.rawSha256 !== chunk.rawSha256) {
      throw new MigrationError('chunk.damaged', `${chunk.path} is not the file that was sealed`, {
        next: 'put the file back from a copy of the work folder, then run again',
      });
    }
    const worst = report.findings.find(({ consequence }) => !tolerated.has(consequence));
    if (worst === undefined) return;
    const first = worst.samples[0];
    throw new MigrationError(
      'gate.lint',
      `${chunk.path} breaks a rule of Adobe's (${worst.consequence}; ${worst.rule}): ${first?.message ?? worst.rule}${first?.row == null ? '' : ` (row ${first.row})`}`,
      { next: 'this should have been caught while mapping; mend the mapping and build again' },
    );
  }

  async function validate(chunk: Chunk): Promise<void> {
    let reason = '';
    for (let failures = 0; failures < validateTries; failures += 1) {
      if (failures > 0) await clock.sleep(1000 * 2 ** failures, signal);
      const answer = await client.validate(chunk, signal);
      if (answer.kind === 'valid') return;
      reason = answer.reason;
      if (answer.kind === 'invalid') {
        throw new MigrationError(
          'gate.rejected',
          `the validate endpoint refuses ${chunk.group} ${chunkName(chunk)}: ${reason}`,
          {
            next: 'nothing was stored; mend the mapping, then run again',
          },
        );
      }
    }
    throw new MigrationError('gate.unanswered', `the validate endpoint gave no clear answer: ${reason}`, {
      next: 'a missing answer is no pass; run again when Adobe answers',
    });
  }

  async function validateNew(chunk: Chunk, ask: boolean): Promise<void> {
    passed ??= new Set((await ledger.gatePasses(scope)).map(({ stream }) => stream));
    const fresh = Object.keys(chunk.streams).filter((stream) => passed?.has(stream) !== true);
    if (fresh.length === 0 && !ask) return;
    await validate(chunk);
    for (const stream of fresh) {
      await ledger.passGate(scope, {
        group: chunk.group,
        slice: chunk.slice,
        part: chunk.part,
        stream,
        at: clock.now(),
      });
      passed.add(stream);
    }
  }

  return {
    pass: async (chunk, { ask = false } = {}) => {
      await lint(chunk);
      // One at a time: two lanes that meet a new stream together must not both ask, nor one slip by.
      const mine = turn.then(() => validateNew(chunk, ask));
      turn = mine.catch(() => undefined);
      await mine;
    },
  };
}
