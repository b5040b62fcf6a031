import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { MigrationError } from '../../domain/error.ts';
import type { Context } from '../../migration/context.ts';
import type { Draft } from './draft.ts';
import { type DayRange, findRange, widestRange } from './find-range.ts';
import { mappingText } from './mapping-text.ts';
import { migrationText } from './migration-text.ts';
import type { NamedSource } from './name-source.ts';
import { openWritten, sampleStreams } from './prove-written.ts';
import type { Recognised } from './recognise.ts';
import type { InitReport } from './report.ts';

/** What a migration is written for: a ready-made mapping, or a draft. */
export interface Found extends Recognised {
  /** `null` where a ready-made mapping fits. */
  readonly draft: Draft | null;
}

const unknownRange = 'every day that Adobe documents, since it was not looked up: narrow it to what is to be moved';

/**
 * Writes `migration.yaml` and a drafted `mapping.yaml`, opens them as every other command will, and writes the range that
 * they show; `zone` is that of days where nothing else says one. Takes away what it wrote where that fails: another `init`
 * would find it in its way. Throws `disk.failed` where the files cannot be written.
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
  const migration = (range: DayRange, rangeRemark: string): string =>
    migrationText({
      name,
      schema: schemaPath(folder, 'migration', context),
      mapping: mapping?.name ?? './mapping.yaml',
      variables,
      lookups: Object.entries(mapping?.lookups ?? {}).map(([lookup, { describe = '' }]) => [lookup, describe]),
      source: named,
      set: draft?.stream ?? Object.keys(mapping?.files ?? {})[0] ?? '',
      range,
      rangeRemark,
    });
  const widest = widestRange(now, zone);
  const file = join(folder, 'migration.yaml');
  const texts: [string, string][] = [[file, migration(widest, unknownRange)]];
  const schema = schemaPath(folder, 'mapping', context);
  if (draft !== null) texts.push([join(folder, 'mapping.yaml'), mappingText(draft, { name, engine, schema })]);
  const written: string[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const [path, text] of texts) {
      // `wx`: what appeared in the meantime stays.
      await writeFile(path, text, { flag: 'wx' });
      written.push(path);
    }
    const search = { zone, now, signal };
    const { found: range } = await openWritten(file, context, (job) => findRange(job, search));
    if (range !== null) await writeFile(file, migration(range, 'the last day is not part of it'));
    const { problems, found } = await openWritten(file, context, (job) => sampleStreams(job, context));
    const remarks = [
      ...(draft?.remarks ?? []),
      ...(found?.remarks ?? []),
      ...(range === null ? [`range: ${unknownRange}`] : []),
    ];
    return { range: range ?? widest, remarks, outcomes: found?.outcomes ?? [], problems, written };
  } catch (cause) {
    for (const path of written) await rm(path, { force: true });
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new MigrationError('disk.failed', `The files cannot be written: ${cause.message}`, {
      next: 'Name another folder with --folder, or correct its permissions.',
      cause,
    });
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
