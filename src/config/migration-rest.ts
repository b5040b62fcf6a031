import { dirname, resolve } from 'node:path';
import type { Problem } from '../domain/problem.ts';
import type { ResolvedTree } from './environment.ts';
import { migrationSchema } from './migration-schema.ts';
import { parseNode } from './parse-node.ts';
import { nodeAt, type Path, type Place, placeAt, type YamlNode } from './yaml-node.ts';

/** What a faulty migration says of its mapping, as far as that can be told: so that more faults are found in the same go. */
export interface MigrationRest {
  /** The mapping that it names, and where. */
  readonly name: string;
  readonly place: Place;
  /** `null` where these have faults of their own. */
  readonly variables: Readonly<Record<string, string>> | null;
  /** Lookup name to absolute path. */
  readonly lookups: Readonly<Record<string, string>> | null;
  readonly locate: (path: Path) => Place;
  /** Whether a problem stands where a variable of the environment is missing, which has been told. */
  readonly isLack: (problem: Problem) => boolean;
}

/** The rest of a migration, whose `written` tree was resolved; `null` where it names no mapping. `file` is absolute. */
export function restOfMigration(
  written: YamlNode,
  { root, unresolved }: ResolvedTree,
  file: string,
): MigrationRest | null {
  const node = nodeAt(root, ['mapping']);
  const isLack = ({ line, column }: Pick<Problem, 'line' | 'column'>): boolean =>
    unresolved.some((place) => place.line === line && place.column === column);
  if (node?.kind !== 'text' || node.text === '' || isLack(node.at)) return null;
  const { variables, lookups } = migrationSchema.shape;
  const texts = (key: 'variables' | 'lookups'): Record<string, string> | null => {
    const given = nodeAt(root, [key]);
    if (given === undefined) return {};
    const read = parseNode(key === 'variables' ? variables : lookups, given);
    return read.problems === undefined ? read.value : null;
  };
  const files = texts('lookups');
  const paths = Object.entries(files ?? {}).map(([name, path]) => [name, resolve(dirname(file), path)]);
  return {
    name: node.text,
    place: node.at,
    variables: texts('variables'),
    lookups: files === null ? null : Object.fromEntries(paths),
    locate: (path) => placeAt(written, path),
    isLack,
  };
}
