import { loadMigration } from '../config/load-migration.ts';
import { plural } from '../domain/count.ts';
import { MigrationError } from '../domain/error.ts';
import { isFault, type Problem } from '../domain/problem.ts';
import { type Context, type ContextOptions, contextOf } from '../migration/context.ts';
import { refusedCode } from '../migration/job/ask-columns.ts';
import { tryOpenJob } from '../migration/job/open-job.ts';
import { type FilesRead, offlineProblems, tryReadJobFiles } from '../migration/job/read-job-files.ts';
import { examineAdobe } from './doctor-adobe.ts';
import { examineDisk } from './doctor-disk.ts';
import { type DoctorFinding, type DoctorSubject, findingOf, plain, type Verdict } from './doctor-finding.ts';
import { examineSource } from './doctor-source.ts';

/** What `doctor` found; `problems` are the faults and warnings of the files, line by line. */
export interface DoctorReport {
  readonly migration: string | null;
  /** No finding is a fault. */
  readonly healthy: boolean;
  readonly checks: readonly DoctorFinding[];
  readonly problems: readonly Problem[];
}

export interface DoctorOptions extends ContextOptions {
  /** Told of each finding as it is made; `problems` are those of the files. Must not throw. */
  readonly onFinding?: (finding: DoctorFinding, problems: readonly Problem[]) => void;
}

/**
 * Looks at everything that a migration needs before it begins: files, source, disk, credentials, Adobe's hosts, the
 * clock. Each on its own, all faults at once, as values. Changes nothing: it reads few rows, asks for tokens, and makes
 * one look-up of a key that nobody used, unless a migration is sending with the same client id. Throws only `interrupted`.
 */
export async function doctor(file: string, options: DoctorOptions = {}): Promise<DoctorReport> {
  const context = contextOf(options);
  const loaded = await loadMigration(file, { env: context.env });
  const migration = loaded.problems === undefined ? loaded.migration : null;
  const read = await tryReadJobFiles(file, context);
  const problems = await allProblems(file, read, context);
  const checks: DoctorFinding[] = [];
  const take = async (findings: AsyncIterable<DoctorFinding> | Iterable<DoctorFinding>): Promise<void> => {
    for await (const finding of findings) {
      context.signal.throwIfAborted();
      checks.push(finding);
      options.onFinding?.(finding, finding.check === 'files' ? problems : []);
    }
  };
  await take([findingOf('files', null, filesVerdict(problems))]);
  if (read.files === null) await take(skipped(['source', 'index', 'twice'], 'the files have faults'));
  else await take(examineSource(read.files, context));
  if (migration === null) {
    await take(skipped(['disk', 'token', 'host', 'access', 'clock'], 'the migration file has faults'));
  } else {
    await take(examineDisk(migration));
    await take(examineAdobe(migration, context));
  }
  const healthy = checks.every(({ result }) => result !== 'fault');
  return { migration: migration?.id ?? null, healthy, checks, problems };
}

/** With those that only the source can tell, where it answers. */
async function allProblems(file: string, read: FilesRead, context: Context): Promise<readonly Problem[]> {
  try {
    const { job, problems } = await tryOpenJob(file, context);
    await job?.close();
    // The source has a check of its own for each stream.
    return problems.filter(({ code }) => code !== refusedCode);
  } catch (error) {
    if (error instanceof MigrationError && error.code !== 'interrupted') return offlineProblems(read);
    throw error;
  }
}

function filesVerdict(problems: readonly Problem[]): Verdict {
  const faults = problems.filter(isFault).length;
  const warnings = problems.length - faults;
  if (problems.length === 0) return plain('ok', 'migration and mapping are without faults');
  const counts = [counted(faults, 'fault'), counted(warnings, 'warning')].filter((text) => text !== null);
  const found = `migration and mapping have ${counts.join(' and ')}`;
  return { result: faults > 0 ? 'fault' : 'warning', found, cure: null };
}

function counted(number: number, noun: string): string | null {
  if (number === 0) return null;
  return plural(number, noun);
}

function skipped(checks: readonly DoctorSubject[], why: string): readonly DoctorFinding[] {
  return checks.map((check) => findingOf(check, null, plain('skipped', why)));
}
