import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isZone } from '../../config/instant.ts';
import { readEnvFile } from '../../config/read-env-file.ts';
import type { Problem } from '../../domain/problem.ts';
import { type Context, type ContextOptions, contextOf } from '../../migration/context.ts';
import { openSource } from '../../source/open-source.ts';
import type { DraftOptions } from './draft.ts';
import { draftFiles } from './draft-files.ts';
import { draftTable } from './draft-table.ts';
import { targetVariables } from './migration-text.ts';
import { type NamedSource, nameSource, urlVariable } from './name-source.ts';
import { type Recognised, recognise } from './recognise.ts';
import { draftEvidence, type InitReport } from './report.ts';
import { refusal, saidFault } from './said-fault.ts';
import { type Found, writeFiles } from './write-files.ts';

/** What a person may say beside the source. */
export interface InitOptions extends ContextOptions {
  /** Where the files are written; the current folder unless given. */
  readonly folder?: string;
  /** Values of a ready-made mapping's variables. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The table that holds the hits: asks for a draft. */
  readonly table?: string;
  /** Adobe's column to the source's, `timestamp` among them: asks for a draft. */
  readonly columns?: Readonly<Record<string, string>>;
  /** The clock of times that say no offset. */
  readonly zone?: string;
  /** What is being done, for people. */
  readonly onStep?: (says: string) => void;
}

/**
 * Looks at a SQLite file, at files, or, where no source is named, at the server of `LEGACY_DB_URL`; recognises its system
 * or drafts a mapping, and writes `migration.yaml` and, for a draft, `mapping.yaml` into the folder: never over a file that
 * is there. Reads the source; changes nothing in it. No part of a URL is written, reported or thrown. Throws
 * `input.invalid` with all that is wrong with, or left out of, what a person said; nothing is written then.
 */
export async function init(sources: readonly string[], options: InitOptions = {}): Promise<InitReport> {
  const folder = resolve(options.folder ?? '.');
  const asked = contextOf(options);
  // The migration will read this file; so does whoever looks first.
  const beside = await readEnvFile(join(folder, '.env'));
  const context: Context = { ...asked, env: { ...beside.variables, ...asked.env } };
  const step = options.onStep ?? (() => undefined);
  const named = await nameSource(sources, folder, context.env);
  const isAsked = sources.length === 0 && asked.env[urlVariable] === undefined;
  const misread = isAsked ? beside.valueProblems.get(urlVariable) : undefined;
  const unnamed = misread ?? ('spec' in named ? undefined : named);
  const said = [...existingFiles(folder), ...optionFaults(options), ...(unnamed === undefined ? [] : [unnamed])];
  const faults = [...beside.problems, ...said];
  if (!('spec' in named) || faults.length > 0) throw refusal(faults);

  step(`looking at ${named.says}`);
  const look = await lookAt(named, options, context);
  const draft = look.draft;
  step(draft === null ? `writing a migration for ${look.mapping?.title}` : 'writing a draft');
  const written = await writeFiles(folder, named, look, options.zone ?? 'UTC', context);
  const missing = [...(named.path === null ? [urlVariable] : []), ...targetVariables];
  return {
    source: named.says,
    engine: named.spec.engine,
    recognised: look.mapping?.name ?? null,
    tried: look.tried,
    draft: draft === null ? null : draftEvidence(draft),
    ...written,
    missing: missing.filter((name) => (context.env[name] ?? '') === ''),
  };
}

async function lookAt({ spec }: NamedSource, options: InitOptions, context: Context): Promise<Found> {
  const { readyMadeFolder, signal } = context;
  const { table, columns = {}, zone, variables = {} } = options;
  const source = spec.engine === 'files' ? null : await openSource({ source: spec });
  try {
    const tables = (await source?.tables?.()) ?? [];
    const found: Recognised = wantsDraft(options)
      ? { tried: [], mapping: null, variables: {} }
      : await recognise({ spec, source, tables, variables, readyMadeFolder, signal });
    if (found.mapping !== null) return { ...found, draft: null };
    if (options.variables !== undefined) throw refusal(misfits(found));
    const wishes: DraftOptions = { table, columns, zone, signal };
    if (spec.engine === 'files') return { ...found, draft: await draftFiles(spec, wishes) };
    if (source === null) throw new Error('a database has been opened');
    return { ...found, draft: await draftTable(source, spec.engine, tables, wishes) };
  } finally {
    await source?.close();
  }
}

/** Why no ready-made mapping can take the variables that a person says. */
function misfits({ tried }: Recognised): Problem[] {
  const lacks = tried.flatMap(({ title, streams }) => {
    const lack = streams.find(({ found }) => !found);
    return lack === undefined ? [] : [`${title} has no ${lack.stream}: ${lack.detail}`];
  });
  return [
    saidFault('option', `no ready-made mapping fits. ${lacks.join('; ')}`, 'correct --variable, or leave it out'),
  ];
}

function wantsDraft({ table, columns }: InitOptions): boolean {
  return table !== undefined || columns !== undefined;
}

function existingFiles(folder: string): Problem[] {
  return ['migration.yaml', 'mapping.yaml']
    .map((name) => join(folder, name))
    .filter((file) => existsSync(file))
    .map((file) => ({
      ...saidFault('exists', 'is there already and is not written over', 'move it, or name another --folder'),
      file,
    }));
}

function optionFaults(options: InitOptions): Problem[] {
  const { zone, variables } = options;
  return [
    ...(zone === undefined || isZone(zone)
      ? []
      : [saidFault('option', `--zone ${zone} is no time zone`, 'such as Europe/Berlin, UTC or +02:00')]),
    ...(wantsDraft(options) && variables !== undefined
      ? [saidFault('option', '--variable is for ready-made mappings, --table and --column for drafts', 'leave one out')]
      : []),
  ];
}
