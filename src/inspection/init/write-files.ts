import { constants, copyFile, link, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { MigrationError } from '../../domain/error.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Context } from '../../migration/context.ts';
import type { Job } from '../../migration/job/job.ts';
import type { Draft } from './draft.ts';
import { type DayRange, findRange, widestRange } from './find-range.ts';
import { mappingText } from './mapping-text.ts';
import { migrationText } from './migration-text.ts';
import type { NamedSource } from './name-source.ts';
import { type Opened, openWritten, sampleStreams } from './prove-written.ts';
import type { Recognised } from './recognise.ts';
import type { InitReport } from './report.ts';

/** What a migration is written for: a ready-made mapping, or a draft. */
export interface Found extends Recognised {
  /** `null` where a ready-made mapping fits. */
  readonly draft: Draft | null;
}

const unknownRange = 'every day that Adobe documents, since it was not looked up: narrow it to what is to be moved';

/**
 * Writes `migration.yaml` and a drafted `mapping.yaml`, with the range that the source shows; `zone` is that of days where
 * nothing else says one. They are opened under other names first, as every other command will, and stand under their own
 * when all is known: of what is stopped before, another `init` finds nothing in its way. Throws `disk.failed` where the files
 * cannot be written.
 */
export async function writeFiles(
  folder: string,
  named: NamedSource,
  { draft, mapping, variables }: Found,
  zone: string,
  context: Context,
): Promise<Pick<InitReport, 'range' | 'remarks' | 'outcomes' | 'problems' | 'written'>> {
  const { clock, signal } = context;
  const now = Math.floor(clock.now() / 1000);
  const name = nameOf(folder);
  const { engine } = named.spec;
  const migration = (range: DayRange, rangeRemark: string, mappingPath: string): string =>
    migrationText({
      name,
      schema: schemaPath(folder, 'migration', context),
      mapping: mapping?.name ?? mappingPath,
      variables,
      lookups: Object.entries(mapping?.lookups ?? {}).map(([lookup, { describe = '' }]) => [lookup, describe]),
      source: named,
      set: draft?.stream ?? Object.keys(mapping?.files ?? {})[0] ?? '',
      range,
      rangeRemark,
    });
  const file = join(folder, 'migration.yaml');
  const mappingFile = join(folder, 'mapping.yaml');
  const schema = schemaPath(folder, 'mapping', context);
  const drafted = draft === null ? null : mappingText(draft, { name, engine, schema });
  const open = <T>(use: (job: Job) => Promise<T>): Promise<Opened<T>> => openWritten(unfinished(file), context, use);
  try {
    await mkdir(folder, { recursive: true });
    if (drafted !== null) await writeFile(unfinished(mappingFile), drafted);
    const attempt = `./${basename(unfinished(mappingFile))}`;
    const widest = widestRange(now, zone);
    await writeFile(unfinished(file), migration(widest, unknownRange, attempt));
    const search = { zone, now, signal };
    const { found: range } = await open((job) => findRange(job, search));
    const rangeRemark = range === null ? unknownRange : 'the last day is not part of it';
    const text = (mappingPath: string): string => migration(range ?? widest, rangeRemark, mappingPath);
    await writeFile(unfinished(file), text(attempt));
    const { problems, found } = await open((job) => sampleStreams(job, context));
    const remarks = [
      ...(draft?.remarks ?? []),
      ...(found?.remarks ?? []),
      ...(range === null ? [`range: ${unknownRange}`] : []),
    ];
    const texts = new Map([[file, text('./mapping.yaml')]]);
    if (drafted !== null) texts.set(mappingFile, drafted);
    await appear(texts);
    return {
      range: range ?? widest,
      remarks,
      outcomes: found?.outcomes ?? [],
      problems: problems.map(ofWritten),
      written: [...texts.keys()],
    };
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new MigrationError('disk.failed', `The files cannot be written: ${cause.message}`, {
      next: 'Name another folder with --folder, or correct its permissions.',
      cause,
    });
  } finally {
    for (const path of [file, mappingFile]) await rm(unfinished(path), { force: true });
  }
}

/** The name that a file has until all of the files are known to be what they shall be. */
function unfinished(path: string): string {
  return `${path}.tmp`;
}

function ofWritten({ file, ...problem }: Problem): Problem {
  const named = problem.message.replaceAll('.yaml.tmp', '.yaml');
  return { ...problem, message: named, file: file?.replace(/(?<=\.yaml)\.tmp$/, '') ?? null };
}

/** Gives texts their names, the last one first: all of them, whole, or none. What appeared in the meantime stays. */
async function appear(texts: ReadonlyMap<string, string>): Promise<void> {
  const made: string[] = [];
  try {
    for (const [path, text] of [...texts].reverse()) {
      await writeFile(unfinished(path), text);
      // A file system without links takes a copy.
      await link(unfinished(path), path).catch(() => copyFile(unfinished(path), path, constants.COPYFILE_EXCL));
      made.push(path);
    }
  } catch (error) {
    for (const path of made) await rm(path, { force: true });
    throw error;
  }
}

function schemaPath(folder: string, kind: string, { readyMadeFolder }: Context): string {
  const path = relative(folder, resolve(readyMadeFolder, '..', 'schema', `${kind}.schema.json`));
  return path.split(sep).join('/');
}

/** The folder's name, as the id of a migration may be written; it also begins the names of visitor groups. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
    .slice(0, 60);
  return /[A-Za-z]/.test(name) ? name : `migration-${name}`;
}
