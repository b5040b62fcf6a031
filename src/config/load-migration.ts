import { dirname, join, resolve } from 'node:path';
import type { Problem } from '../domain/problem.ts';
import { type Environment, resolveEnvironment } from './environment.ts';
import type { Migration } from './migration.ts';
import { type MigrationRest, restOfMigration } from './migration-rest.ts';
import { migrationSchema } from './migration-schema.ts';
import { parseNode } from './parse-node.ts';
import { inOrder } from './problems.ts';
import { readBytes, unreadable } from './read-bytes.ts';
import { readEnvFile } from './read-env-file.ts';
import { readAuthKey, readAuthority, readTlsFiles } from './read-pem.ts';
import { readYaml } from './read-yaml.ts';
import { resolveMigration } from './resolve-migration.ts';
import { type Path, type Place, placeAt, type YamlNode } from './yaml-node.ts';

/** A migration with the way back from its keys to the file, or all that is wrong with the file. */
export type MigrationResult =
  | { readonly migration: Migration; readonly locate: (path: Path) => Place; readonly problems?: never }
  | {
      readonly problems: readonly Problem[];
      /** What it says of its mapping; `null` where it names none. */
      readonly rest: MigrationRest | null;
    };

/**
 * Reads a migration file and the `.env` beside it, which `env` wins over. Faults of the file, a missing file among them,
 * are values; no message holds anything that was resolved from the environment. Throws `disk.failed`.
 */
export async function loadMigration(file: string, { env }: { readonly env: Environment }): Promise<MigrationResult> {
  const path = resolve(file);
  const bytes = await readBytes(path);
  if (typeof bytes === 'string') return { problems: [unreadable(path, 'migration')], rest: null };
  const { root: written, problems } = readYaml(bytes, path);
  if (written === null) return { problems, rest: null };

  const beside = await readEnvFile(join(dirname(path), '.env'));
  const resolved = resolveEnvironment(written, { ...beside.variables, ...defined(env) });
  const rest = restOfMigration(written, resolved, path);
  const spec = parseNode(migrationSchema, resolved.root, written);
  const cut = resolved.names.filter((name) => env[name] === undefined).map((name) => beside.valueProblems.get(name));
  const faults = [
    ...problems,
    ...beside.problems,
    ...cut.filter((problem) => problem !== undefined),
    ...resolved.problems,
  ];
  if (spec.problems !== undefined || faults.length > 0) {
    // A text that could not be resolved has been told already; that it is no number is no news.
    const isNews = ({ line, column }: Problem) =>
      !resolved.unresolved.some((place) => place.line === line && place.column === column);
    return { problems: inOrder([...faults, ...(spec.problems ?? []).filter(isNews)]), rest };
  }
  const migration = resolveMigration(spec.value, written, path, resolved.names);
  if (migration.problems !== undefined) return { problems: inOrder(migration.problems), rest };
  return withPem(migration.value, written, rest);
}

/** The migration with what its files of keys and certificates hold. */
async function withPem(migration: Migration, written: YamlNode, rest: MigrationRest | null): Promise<MigrationResult> {
  const locate = (path: Path) => placeAt(written, path);
  const folder = dirname(migration.file);
  const { source, target } = migration;
  const auth = await readAuthKey(target.auth, folder, locate);
  const isServer = source.engine === 'postgres' || source.engine === 'mysql';
  const tls = isServer ? await readTlsFiles(source.tls, folder, locate) : null;
  const ca = await readAuthority(target.ca, folder, locate);
  const problems = [...(tls?.problems ?? []), ...auth.problems, ...ca.problems];
  if (problems.length > 0) return { problems: inOrder(problems), rest };
  return {
    migration: {
      ...migration,
      target: { ...target, auth: auth.value, ca: ca.value },
      source: isServer && tls !== null ? { ...source, tls: tls.value } : source,
    },
    locate,
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
