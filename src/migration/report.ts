import type { Migration } from '../config/migration.ts';
import { lossStop } from '../delivery/loss.ts';
import { plural } from '../domain/count.ts';
import type { ErrorCode } from '../domain/error.ts';
import { MigrationError } from '../domain/error.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import type { LaneSummary, LedgerSummary } from '../ledger/summary.ts';
import type { LaneWait } from './deliver/lane-board.ts';
import { type LeadBack, type LostRow, lostRowsOf } from './deliver/lost-rows.ts';
import { type RuledTally, withRule } from './ruled-tally.ts';
import type { SendingPace } from './sending-pace.ts';

/** Where a migration stands. */
export type JobState = 'new' | 'building' | 'delivering' | 'stopped' | 'finished';

/** Why it stopped and what goes on from there; the last line that a person sees. */
export interface Stop {
  readonly code: ErrorCode;
  readonly message: string;
  readonly next: string;
}

/** How a run ended: the stop that a person should read first, `null` where it ended well, and every lane that stopped. */
export interface RunEnd {
  readonly stop: Stop | null;
  /** Group name to message. */
  readonly stoppedLanes: ReadonlyMap<string, string>;
}

/** Nothing stopped. */
export const endedWell: RunEnd = { stop: null, stoppedLanes: new Map() };

/** A change of what hits say that a person accepted, or what was built again because of it. */
export interface AcceptedChange {
  readonly at: string;
  readonly text: string;
}

/** What `plan`, `build`, `run`, `status` and `verify` give; scripts rely on the names. Rows are counts, sizes bytes. */
export interface JobReport {
  readonly migration: string;
  readonly state: JobState;
  readonly rows: { readonly read: number; readonly hits: number; readonly rejected: number; readonly filtered: number };
  readonly slices: { readonly total: number; readonly sealed: number };
  readonly chunks: {
    readonly built: number;
    readonly uploaded: number;
    readonly partial: number;
    readonly unknown: number;
    readonly rejected: number;
  };
  readonly lanes: readonly LaneReport[];
  /** Hits that share time, stream and key with another one: most often a row that the source holds twice. */
  readonly duplicateKeys: number;
  /** Rows that Adobe did not take, for ever. */
  readonly lostRows: number;
  /**
   * Those rows, the first 100,000 of them, led back to the source where Adobe named them: those of the first chunks alone,
   * but `verify` leads back each.
   */
  readonly lost: readonly LostRow[];
  /** Rows that the plan expects in its slices, those of a database counted before any is skipped or rejected; 0 without a plan. */
  readonly plannedRows: number;
  /** Rows rejected and filtered by reason, each with Adobe's rule behind it, values cut, mended, emptied and left out by column. */
  readonly tallies: readonly RuledTally[];
  /** What was changed on the way with a person's leave, oldest first; `at` is ISO 8601 UTC. */
  readonly changes: readonly AcceptedChange[];
  readonly folder: string;
  /** Input files that are read before anything can be planned, and how many of them have been, to their end. */
  readonly reading?: { readonly files: number; readonly read: number };
  /** Where the newest attempt went, with its port where it has one; only where it is asked how the migration stands now. */
  readonly host?: string;
  /** Only while it is delivering and has sent something lately, and where it is asked how the migration stands now. */
  readonly pace?: SendingPace;
  readonly stopped?: Stop;
}

/** One visitor group as the ledger knows it, why it stopped, in the last run or while others go on, and what it waits for now. */
export type LaneReport = LaneSummary & { readonly stopped?: string; readonly waits?: LaneWait };

/** Chunks whose sidecars are read for lost rows, so that a report takes seconds however many there are. */
const mostLedBack = 20;

/**
 * What lanes wait for while a process runs, by group; which lost rows are led back, if not those of the first chunks; and
 * whether a process works on the ledger, where the one that asks does not.
 */
export interface ReportOptions {
  readonly waits?: ReadonlyMap<string, LaneWait> | undefined;
  readonly leadBack?: LeadBack;
  readonly isWorkedOn?: () => boolean;
}

/** What the ledger says, as a report; the end of the last run tells what stopped it, and its lanes. */
export async function reportOf(
  migration: { readonly id: string; readonly folder: string },
  ledger: Ledger,
  { stop, stoppedLanes }: RunEnd,
  { waits = new Map(), leadBack = { mostChunks: mostLedBack }, isWorkedOn = () => true }: ReportOptions = {},
): Promise<JobReport> {
  const summary = await summaryOf(ledger, isWorkedOn);
  const { slices, chunks } = summary;
  // What was attempted may wait to be sent again.
  const attempted =
    chunks.sending + chunks.uploaded + chunks.partial + chunks.rejected + chunks.unknown > 0 ||
    (await ledger.anyAttempt());
  const allSealed = slices.total > 0 && slices.sealed === slices.total;
  // Without a hit there is nothing to send: what was rejected is not done with for that.
  const finished = allSealed && chunks.uploaded + chunks.partial === chunks.built && stop?.code !== 'build.rejects';
  const reading = slices.total > 0 ? null : await readingOf(ledger);
  const state: JobState = finished
    ? 'finished'
    : stop !== null
      ? 'stopped'
      : attempted
        ? 'delivering'
        : slices.total > 0 || reading !== null
          ? 'building'
          : 'new';
  return {
    migration: migration.id,
    state,
    rows: summary.rows,
    slices,
    chunks: {
      built: chunks.built,
      uploaded: chunks.uploaded,
      partial: chunks.partial,
      unknown: chunks.unknown,
      rejected: chunks.rejected,
    },
    lanes: summary.lanes.map((lane) => {
      const stopped = stoppedLanes.get(lane.group);
      const waiting = waits.get(lane.group);
      return {
        ...lane,
        ...(stopped === undefined ? {} : { stopped }),
        ...(waiting === undefined ? {} : { waits: waiting }),
      };
    }),
    duplicateKeys: summary.duplicateKeys,
    lostRows: await ledger.lostRows(),
    lost: await lostRowsOf(migration.folder, ledger, leadBack),
    plannedRows: await ledger.plannedRows(),
    tallies: (await ledger.tallies()).map(withRule),
    changes: await changesOf(ledger),
    folder: migration.folder,
    ...(reading === null ? {} : { reading }),
    ...(stop === null ? {} : { stopped: stop }),
  };
}

/** A chunk that a process was sending when it ended is of unknown fate; who goes on with it enters that. */
async function summaryOf(ledger: Ledger, isWorkedOn: () => boolean): Promise<LedgerSummary> {
  const first = await ledger.summary();
  if (first.chunks.sending === 0 || isWorkedOn()) return first;
  // The process may have entered the answer just before it ended.
  const summary = await ledger.summary();
  const { sending, unknown } = summary.chunks;
  return { ...summary, chunks: { ...summary.chunks, sending: 0, unknown: unknown + sending } };
}

/** `null` where no list of files stands in the ledger. */
async function readingOf(ledger: Ledger): Promise<NonNullable<JobReport['reading']> | null> {
  const files = await ledger.files();
  return files.length === 0
    ? null
    : { files: files.length, read: files.filter(({ sha256 }) => sha256 !== null).length };
}

/** The report of a migration that has not begun. */
export function newReport(migration: { readonly id: string; readonly folder: string }): JobReport {
  return {
    migration: migration.id,
    state: 'new',
    rows: { read: 0, hits: 0, rejected: 0, filtered: 0 },
    slices: { total: 0, sealed: 0 },
    chunks: { built: 0, uploaded: 0, partial: 0, unknown: 0, rejected: 0 },
    lanes: [],
    duplicateKeys: 0,
    lostRows: 0,
    lost: [],
    plannedRows: 0,
    tallies: [],
    changes: [],
    folder: migration.folder,
  };
}

/** What a person should know where `duplicateKeys` is not zero, with the cure. */
export function duplicateKeysText(hits: number): string {
  return `${plural(hits, 'hit')} ${hits === 1 ? 'has' : 'have'} the time, stream and key of another one: a row that the source holds twice is a hit twice. Leave such rows out in the stream's query, or name columns in its key that tell them apart.`;
}

async function changesOf(ledger: Ledger): Promise<AcceptedChange[]> {
  const told = (await ledger.notes()).filter(({ kind }) => kind === 'accepted change' || kind === 'built again');
  return told.map(({ at, kind, text }) => ({ at: new Date(at).toISOString(), text: `${kind}: ${text}` }));
}

/**
 * The stop of rows that Adobe did not take, where they are more than `onInvalidRows` allows. They stay lost: a later run
 * must not look as if all were well.
 */
export async function lossOf(
  { file, onInvalidRows }: Pick<Migration, 'file' | 'onInvalidRows'>,
  ledger: Ledger,
): Promise<Stop | null> {
  const loss = lossStop(await ledger.lostRows(), onInvalidRows, await ledger.plannedHits());
  return loss === null ? null : stopOf(loss, `bdia-migrate status ${file}`);
}

/** A thrown stop as a value; `goOn` is the command that goes on where the error names no other way. Bugs are thrown on. */
export function stopOf(error: unknown, goOn: string): Stop {
  if (!(error instanceof MigrationError)) throw error;
  return { code: error.code, message: error.message, next: error.next ?? goOn };
}
