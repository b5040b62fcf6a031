import type { FileStamp } from '../../domain/input-file.ts';
import type { FrozenFile } from '../../ledger/file-records.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { PassRecord } from '../../ledger/pass-records.ts';
import type { Job } from '../job/job.ts';
import { assertUnchanged, differentNames, nameOf, otherContent } from './assert-same-files.ts';

/**
 * Freezes the list of input files in the ledger, or compares it with what is there: names and sizes at once, and the
 * content of files that nobody reads again where they were touched since. Nothing else is read. Throws `source.changed`
 * naming each file. A file that is not read yet and whose size was let go (`thawUnreadFiles`) is frozen as it is now.
 */
export async function freezeFiles(
  job: Job,
  ledger: Ledger,
  pass: PassRecord | null,
  signal: AbortSignal,
): Promise<void> {
  const found = await stampsOf(job);
  const frozen = await ledger.files();
  if (frozen.length === 0 && !(await ledger.hasPlan())) return ledger.freezeFiles(found);
  const before = new Map(frozen.map((file) => [nameOf(file), file]));
  const changes = [
    ...differentNames(frozen, found),
    ...found.flatMap((file) => resized(file, before.get(nameOf(file)))),
  ];
  await assertUnchanged(changes, job, ledger);

  const passedOver = new Set(pass?.read.map(nameOf));
  const touched = found.filter((file) => before.get(nameOf(file))?.modified !== file.modified);
  const rewritten: string[] = [];
  for (const file of touched.filter((each) => passedOver.has(nameOf(each)))) {
    const now = await job.source.digest?.(file, signal);
    if (now?.sha256 !== before.get(nameOf(file))?.sha256) rewritten.push(otherContent(file));
  }
  await assertUnchanged(rewritten, job, ledger);
  const thawed = found.filter((file) => before.get(nameOf(file))?.size === null);
  if (touched.length + thawed.length > 0) await ledger.freezeFiles([...touched, ...thawed]);
}

/** The files that the job's streams read, each once. */
async function stampsOf({ source, streams }: Job): Promise<FileStamp[]> {
  const found = new Map<string, FileStamp>();
  for (const { query } of streams) {
    for (const stamp of (await source.stamps?.(query)) ?? []) found.set(nameOf(stamp), stamp);
  }
  return [...found.values()];
}

function resized(file: FileStamp, frozen: FrozenFile | undefined): string[] {
  const size = frozen?.size ?? file.size;
  return size === file.size ? [] : [`${nameOf(file)} has ${file.size} bytes, it had ${size}`];
}
