import { join } from 'node:path';
import { countFailures, defaultPatienceMs } from '../../delivery/backoff.ts';
import type { Client } from '../../delivery/client.ts';
import { damagedChunk, unreadableChunk } from '../../delivery/damaged-chunk.ts';
import { stopsRun } from '../../delivery/lane.ts';
import { type Chunk, chunkName } from '../../domain/chunk.ts';
import type { Clock } from '../../domain/clock.ts';
import { MigrationError } from '../../domain/error.ts';
import type { OnEvent } from '../../domain/event.ts';
import type { GateScope } from '../../ledger/gate-records.ts';
import type { ContentRecord } from '../../ledger/job-records.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import { type Consequence, lintFile } from '../../lint/lint-file.ts';
import type { Unrestored } from '../build/restore-chunks.ts';
import { constantOf } from '../job/constant-suite.ts';
import { digest } from '../job/fingerprint.ts';
import type { SendingJob } from '../job/sealed-job.ts';
import { lintAgainst } from './lint-against.ts';

/** Everything else should have been mended, emptied or rejected while mapping: a file that shows it is not what we think. */
const tolerated: ReadonlySet<Consequence> = new Set(['unsure', 'value cut']);

/** `ask`: show the chunk to the validate endpoint in any case; `signal` ends the wait for its answer. */
export interface PassOptions {
  readonly ask?: boolean;
  readonly signal?: AbortSignal;
}

/** Lets chunks pass before their first attempt (P8). */
export interface Gate {
  /**
   * Lints the chunk as it lies on disk, then shows it to the validate endpoint where it is the first of this job, or the
   * first in which a stream appears, or where `ask` is set. Throws `chunk.damaged`, `disk.failed`, `gate.lint`,
   * `gate.rejected`, and `gate.unanswered` where no answer came for as long as the patience: that is no pass. May be called
   * side by side; the endpoint is asked one at a time, and holds up only those who must ask it too.
   */
  pass(chunk: Chunk, options?: PassOptions): Promise<void>;
}

/**
 * The gate of one job at one host. A pass is kept in the ledger, for fingerprint, host, client and suites: a chunk that was
 * built before an accepted change passes as what it is, and says nothing of those that were built after it.
 */
export function createGate(options: {
  readonly job: Pick<SendingJob, 'migration' | 'fingerprint'>;
  readonly ledger: Ledger;
  readonly client: Client;
  readonly clock: Clock;
  readonly onEvent: OnEvent;
  /** Damaged chunks that could not be built again, and why. */
  readonly unrestored?: Unrestored;
  readonly random?: () => number;
}): Gate {
  const { job, ledger, client, clock, onEvent, unrestored, random = Math.random } = options;
  const suite = constantOf(job.migration.target.reportSuiteID);
  const { identity, content } = job.fingerprint;
  const inForce = digest(content);
  const passed = new Map<string, Set<string>>();
  let contents: readonly ContentRecord[] | null = null;
  let turn: Promise<void> = Promise.resolve();

  /** The hash of the content that a chunk was built with. */
  async function contentOf(chunk: Chunk): Promise<string> {
    contents ??= await ledger.contents();
    const number = await ledger.contentOf(chunk);
    return contents.find((one) => one.number === number)?.hash ?? inForce;
  }

  function scopeOf(hash: string): GateScope {
    const now = suite ?? `by row: ${digest(job.migration.target.reportSuiteID)}`;
    return {
      fingerprint: digest([digest(identity), hash]),
      host: client.host,
      clientId: client.clientId,
      suites: hash === inForce ? now : 'as before an accepted change',
    };
  }

  async function lint(chunk: Chunk, hash: string): Promise<void> {
    // An earlier content may have had other suites and larger files, which went with a person's leave.
    const against = hash === inForce ? lintAgainst(job.migration) : {};
    const path = join(job.migration.folder, chunk.path);
    const report = await lintFile(path, against).catch((error: unknown) => {
      throw error instanceof MigrationError && error.code === 'input.not-found'
        ? damagedChunk(chunk, 'the file is gone', unrestored?.get(chunk.key))
        : error;
    });
    if (report.gzSha256 !== chunk.gzSha256 || report.rawSha256 !== chunk.rawSha256)
      throw damagedChunk(chunk, 'the file is not the one that was sealed', unrestored?.get(chunk.key));
    const worst = report.findings.find(({ consequence }) => !tolerated.has(consequence));
    if (worst === undefined) return;
    const first = worst.samples[0];
    throw new MigrationError(
      'gate.lint',
      `${chunk.path} breaks a rule of Adobe's (${worst.consequence}; ${worst.rule}): ${first?.message ?? worst.rule}${first?.row == null ? '' : ` (row ${first.row})`}`,
      { next: 'this should have been caught while mapping; mend the mapping and build again' },
    );
  }

  async function validate(chunk: Chunk, signal: AbortSignal | undefined): Promise<void> {
    // Nothing is stored there, so asking again does no harm.
    const failures = countFailures({ patienceMs: defaultPatienceMs, clock, random });
    for (;;) {
      const answer = await client.validate(chunk, signal);
      if (answer.kind === 'valid') return;
      const { kind, reason } = answer;
      if (kind === 'invalid') {
        throw new MigrationError(
          'gate.rejected',
          `the validate endpoint refuses ${chunk.group} ${chunkName(chunk)}: ${reason}`,
          { next: 'nothing was stored; mend the mapping, then run again' },
        );
      }
      if (kind === 'no file')
        throw answer.code === 'disk.failed' ? unreadableChunk(chunk, reason) : damagedChunk(chunk, reason);
      const ms = failures.pauseMs();
      if (ms === null) {
        throw new MigrationError('gate.unanswered', `the validate endpoint gave no clear answer: ${reason}`, {
          next: 'a missing answer is no pass; run again when Adobe answers',
        });
      }
      const waits = `to ask the validate endpoint again (${reason})`;
      onEvent({ type: 'lane', group: chunk.group, waits, untilMs: clock.now() + ms });
      await clock.sleep(ms, signal);
    }
  }

  /** The streams that have passed, of chunks with this content. */
  async function passedOf(hash: string): Promise<Set<string>> {
    const stored = passed.has(hash) ? [] : await ledger.gatePasses(scopeOf(hash));
    const known = passed.get(hash) ?? new Set(stored);
    passed.set(hash, known);
    return known;
  }

  async function validateNew(chunk: Chunk, hash: string, { ask, signal }: PassOptions): Promise<void> {
    const known = await passedOf(hash);
    const fresh = Object.keys(chunk.streams).filter((stream) => !known.has(stream));
    if (fresh.length === 0 && ask !== true) return;
    await validate(chunk, signal);
    for (const stream of fresh) {
      await ledger.passGate(scopeOf(hash), {
        group: chunk.group,
        slice: chunk.slice,
        part: chunk.part,
        stream,
        at: clock.now(),
      });
      known.add(stream);
    }
  }

  async function passAs(hash: string, chunk: Chunk, options: PassOptions): Promise<void> {
    await lint(chunk, hash);
    const known = await passedOf(hash);
    if (options.ask !== true && Object.keys(chunk.streams).every((stream) => known.has(stream))) return;
    // One at a time: two lanes that meet a new stream together must not both ask, nor one slip by.
    const mine = turn.then(() => validateNew(chunk, hash, options));
    // Where it fails once, those who wait for their turn fail with it: that ends the run. A damaged file ends its lane alone.
    turn = mine.catch((error: unknown) => {
      if (!(error instanceof MigrationError) || stopsRun(error)) throw error;
    });
    turn.catch(() => undefined);
    await mine;
  }

  return {
    pass: async (chunk, options = {}) => {
      try {
        await passAs(await contentOf(chunk), chunk, options);
      } catch (error) {
        // What is accepted to mend it must reach this file, though its slice is partly with Adobe.
        const isRefused = error instanceof MigrationError && /^gate\.(?:lint|rejected)$/.test(error.code);
        if (isRefused) await ledger.noteRefused(chunk.key);
        // The next run builds it again, where the source still gives the same.
        if (error instanceof MigrationError && error.code === 'chunk.damaged') await ledger.noteDamaged(chunk.key);
        throw error;
      }
    },
  };
}
