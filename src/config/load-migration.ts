import { dirname, join, resolve } from 'node:path';
import type { Problem } from '../domain/problem.ts';
import { type Environment, resolveEnvironment } from './environment.ts';
import type { Migration } from './migration.ts';
import { migrationSchema } from './migration-schema.ts';
import { parseNode } from './parse-node.ts';
import { inOrder } from './problems.ts';
import { readBytes, unreadable } from './read-bytes.ts';
import { readEnvFile } from './read-env-file.ts';
import { readAuthKey, readAuthority, readTlsFiles } from './read-pem.ts';
import { readYaml } from './read-yaml.ts';
import { resolveMigration } from './resolve-migration.ts';
import { usableSpec } from './usable-spec.ts';
import { nodeAt, type Path, type Place, placeAt } from './yaml-node.ts';

/** A migration with the way back from its keys to the file. */
export interface WrittenMigration {
  readonly migration: Migration;
  readonly locate: (path: Path) => Place;
  /** The text at a path before `${env:…}` was replaced, which is what messages may quote; `null` where no text stands. */
  readonly written: (path: Path) => string | null;
}

/** A migration, or all that is wrong with its file. */
export type MigrationResult =
  | (WrittenMigration & { readonly problems?: never })
  | {
      readonly problems: readonly Problem[];
      /** `null` where nothing of it can be read. */
      readonly rest: RestOfMigration | null;
    };

/** What is left of a faulty migration, to find more faults in; stand-ins are in it, so that it must never be run. */
export interface RestOfMigration extends WrittenMigration {
  readonly namesMapping: boolean;
  /** Whether a problem comes only from what was replaced, or stands where a variable of the environment is missing: both have been told. */
  readonly isLack: (problem: Problem) => boolean;
}

/**
 * Reads a migration file and the `.env` beside it, which `env` wins over. Faults of the file, a missing file among them,
 * are values, all at once; no message holds anything that was resolved from the environment. Throws `disk.failed`.
 */
export async function loadMigration(file: string, { env }: { readonly env: Environment }): Promise<MigrationResult> {
  const path = resolve(file);
  const bytes = await readBytes(path);
  if (typeof bytes === 'string') return { problems: [unreadable(path, 'migration')], rest: null };
  const { root, problems } = readYaml(bytes, path);
  if (root === null) return { problems, rest: null };

  const locate = (at: Path) => placeAt(root, at);
  const written = (at: Path) => {
    const node = nodeAt(root, at);
    return node?.kind === 'text' ? node.text : null;
  };
  const beside = await readEnvFile(join(dirname(path), '.env'));
  const resolved = resolveEnvironment(root, { ...beside.variables, ...defined(env) });
  const misread = resolved.names
    .filter((name) => env[name] === undefined)
    .map((name) => beside.valueProblems.get(name));
  const parsed = parseNode(migrationSchema, resolved.root, root);
  const { spec, replaced } = usableSpec(resolved.root);
  const meant = resolveMigration(spec, root, path, resolved.names);
  const pem = await withPem(meant.migration, locate);

  const isUnresolved = ({ line, column }: Pick<Problem, 'line' | 'column'>) =>
    resolved.unresolved.some((place) => place.line === line && place.column === column);
  const isLack = (problem: Problem) =>
    isUnresolved(problem) || [...replaced].some((part) => lacks[part] === problem.code);
  // A text that could not be resolved has been told already; that it is no number is no news.
  const found = [...(parsed.problems ?? []), ...meant.problems, ...pem.problems].filter((one) => !isUnresolved(one));
  const all = [
    ...problems,
    ...beside.problems,
    ...misread.filter((problem) => problem !== undefined),
    ...resolved.problems,
    ...found,
  ];
  if (all.length === 0) return { migration: pem.migration, locate, written };
  const namesMapping = !replaced.has('mapping') && !isUnresolved(locate(['mapping']));
  return { problems: inOrder(all), rest: { migration: pem.migration, locate, written, namesMapping, isLack } };
}

/** What is told where a part says nothing that can be used. */
const lacks: Readonly<Record<string, string>> = { variables: 'config.variable', source: 'config.source' };

/** The migration with what its files of keys and certificates hold, and what is wrong with them. */
async function withPem(
  migration: Migration,
  locate: (path: Path) => Place,
): Promise<{ readonly migration: Migration; readonly problems: readonly Problem[] }> {
  const folder = dirname(migration.file);
  const { source, target } = migration;
  const auth = await readAuthKey(target.auth, folder, locate);
  const isServer = source.engine === 'postgres' || source.engine === 'mysql';
  const tls = isServer ? await readTlsFiles(source.tls, folder, locate) : null;
  const ca = await readAuthority(target.ca, folder, locate);
  return {
    migration: {
      ...migration,
      target: { ...target, auth: auth.value, ca: ca.value },
      source: isServer && tls !== null ? { ...source, tls: tls.value } : source,
    },
    problems: [...(tls?.problems ?? []), ...auth.problems, ...ca.problems],
  };
}

function defined(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}

/**
 * Whether a file is a migration or a mapping: a migration begins a line with the key `migration`, in quotes or not, or a
 * brace before it. Asked of the text, so that a file with faults gets the faults of its own kind. `null` where the file cannot
 * be read. Throws `disk.failed`.
 */
export async function loadYamlKind(file: string): Promise<'migration' | 'mapping' | null> {
  const bytes = await readBytes(file);
  if (typeof bytes === 'string') return null;
  // A file in UTF-16, which is refused later, is of a kind too.
  const text = bytes.toString('utf8').replaceAll('\0', '');
  return /^\uFEFF?(?:\{\s*)?(["']?)migration\1[ \t]*:/m.test(text) ? 'migration' : 'mapping';
}
