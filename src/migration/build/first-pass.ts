import type { InputFile } from '../../domain/input-file.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { PassStep } from '../../ledger/pass-records.ts';
import type { Job } from '../job/job.ts';
import type { CountedRows } from '../read/row-counts.ts';
import { assertUnchanged, nameOf, otherContent } from './assert-same-files.ts';
import { type BegunPass, passFingerprint } from './begin-pass.ts';

/** So much of `build.memory` used at a file's end, and its hits go to disk: files that are small leave no run half full. */
const FULL = 3 / 4;
/** So many rows that are not safe yet are worth a write where few of them are hits. */
const MANY_ROWS = 1_000_000;
const FEW_HITS = 1 / 4;

/** A first pass over files that is made safe as it goes: what it has read of whole files is not read again. */
export interface FirstPass {
  /** Paths of the files that a stream need not read. */
  readBefore(stream: string): ReadonlySet<string>;
  /**
   * Files that a stream has read to their end. Makes the pass safe where that is due. Throws `source.changed` where a
   * file is not what it was when it was frozen, or read before.
   */
  afterFiles(stream: string, files: readonly InputFile[]): Promise<void>;
  /** Makes everything safe that comes from whole files; quick where nothing is new. Throws `disk.failed`. */
  save(): Promise<void>;
  /** All files that were read, by this process and those before. */
  files(): readonly InputFile[];
}

/** Goes on from what was begun. The list of files is frozen. */
export async function openFirstPass(
  job: Job,
  ledger: Ledger,
  { waiting, counter, restored }: BegunPass,
): Promise<FirstPass> {
  const { hits, rejects, spool } = waiting;
  const frozen = new Map((await ledger.files()).map((file) => [nameOf(file), file]));
  const before = new Map<string, Set<string>>();
  const read = new Map<string, InputFile>();
  for (const { stream, set, path } of restored?.read ?? []) {
    before.set(stream, (before.get(stream) ?? new Set()).add(path));
    const { size, sha256 } = frozen.get(nameOf({ set, path })) ?? {};
    read.set(nameOf({ set, path }), { set, path, size: size ?? 0, sha256: sha256 ?? '' });
  }
  let fresh: PassStep['read'][number][] = [];
  let counted: CountedRows = { counts: counter.counts(), tallies: counter.tallies() };
  let savedRows = counter.rows + hits.rows;
  let savedRuns = hits.runs;

  function isDue(): boolean {
    const rows = counter.rows + hits.rows - savedRows;
    const { inMemory } = hits;
    return (
      hits.runs > savedRuns ||
      inMemory.bytes >= FULL * job.migration.build.memory ||
      (rows >= MANY_ROWS && inMemory.rows <= FEW_HITS * rows)
    );
  }

  async function save(): Promise<void> {
    if (fresh.length === 0) return;
    const runs = await hits.wholeRuns();
    const rejected = await rejects.whole();
    await spool.sync([...runs.map(({ file }) => file), ...(rejected === null ? [] : [rejected.file])]);
    await ledger.storePass({
      fingerprint: passFingerprint(job),
      read: fresh,
      counted,
      runs: runs.map(({ file }) => file.record()),
      rejects: rejected,
    });
    fresh = [];
    savedRows = counter.rows + hits.rows;
    savedRuns = hits.runs;
  }

  return {
    readBefore: (stream) => before.get(stream) ?? new Set(),
    async afterFiles(stream, files) {
      const isOther = (file: InputFile): boolean => {
        const { size = null, sha256 = null } = frozen.get(nameOf(file)) ?? {};
        const known = read.get(nameOf(file))?.sha256 ?? sha256 ?? file.sha256;
        return known !== file.sha256 || (size ?? file.size) !== file.size;
      };
      await assertUnchanged(files.filter(isOther).map(otherContent), job, ledger);
      for (const file of files) {
        read.set(nameOf(file), file);
        fresh.push({ stream, ...file });
      }
      hits.endUnit();
      rejects.endUnit();
      counted = { counts: counter.counts(), tallies: counter.tallies() };
      if (isDue()) await save();
    },
    save,
    files: () => [...read.values()],
  };
}
