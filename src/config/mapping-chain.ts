import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Problem } from '../domain/problem.ts';
import { type MappingSpec, mappingSchema } from './mapping-schema.ts';
import { mergeExtended } from './merge-mapping.ts';
import { parseNode } from './parse-node.ts';
import { hintFor, problemAt } from './problems.ts';
import { readBytes } from './read-bytes.ts';
import { readYaml } from './read-yaml.ts';
import { idleRemovals, markRemovals } from './removals.ts';
import { salvage } from './salvage.ts';
import { mapTexts, type Path, type Place, placeAt, plainOf, type YamlNode } from './yaml-node.ts';

/** A mapping file merged over everything that it extends, removals still in it; its places lead into the file where each text stands. */
export interface MappingChain {
  readonly root: YamlNode;
  /** The absolute path of the file that was asked for. */
  readonly file: string;
  /** What the schema refused and was left out, in any of the files. */
  readonly removed: readonly Path[];
}

/** What is named, from where, and where that was written. */
interface Reference {
  readonly name: string;
  readonly folder: string;
  readonly place: Place | null;
}

/**
 * Reads a mapping and what it extends, lowest first, and merges them. `name` is a path (it ends in .yaml or .yml or has
 * a `/`), relative to `folder`, or a ready-made name. A mapping that extends itself by any way round is refused. Throws `disk.failed`.
 */
export async function readMappingChain(
  reference: Reference,
  readyMadeFolder: string,
): Promise<{ readonly chain: MappingChain | null; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const nodes: YamlNode[] = [];
  const files: string[] = [];
  const removed: Path[] = [];
  let next: Reference | null = reference;
  while (next !== null) {
    const file: string = fileOf(next, readyMadeFolder);
    if (files.includes(file)) {
      const message = `"${next.name}" leads back to a mapping that extends this one`;
      problems.push(problemAt(next.place, 'mapping.extends', message, 'take one of the two extends out'));
      break;
    }
    files.push(file);
    const read = await readMappingFile(file);
    if (typeof read === 'string') {
      problems.push(await notFound(next, readyMadeFolder, read));
      break;
    }
    problems.push(...read.problems);
    if (read.root === null) break;
    nodes.push(read.root);
    removed.push(...read.removed);
    const extended: string | undefined = read.spec?.extends;
    next =
      extended === undefined ? null : { name: extended, folder: dirname(file), place: placeAt(read.root, ['extends']) };
  }
  const [own, ...below] = nodes;
  if (own === undefined) return { chain: null, problems };
  const isWhole = problems.length === 0;
  let root: YamlNode | null = null;
  for (const node of [...below.reverse(), own]) {
    // What a file that cannot be read would have brought is not told to be missing.
    if (isWhole) problems.push(...idleRemovals(node, root));
    root = root === null ? node : mergeExtended(root, node);
  }
  root ??= own;
  return { chain: { root, file: files[0] ?? '', removed }, problems };
}

interface MappingFile {
  readonly root: YamlNode | null;
  readonly spec: MappingSpec | null;
  readonly removed: readonly Path[];
  readonly problems: readonly Problem[];
}

/** What the file holds, or the system's code for why it cannot be read. */
async function readMappingFile(file: string): Promise<MappingFile | string> {
  const bytes = await readBytes(file);
  if (typeof bytes === 'string') return bytes;
  const yaml = readYaml(bytes, file);
  if (yaml.root === null) return { root: null, spec: null, removed: [], problems: yaml.problems };
  const told = [...yaml.problems, ...environmentTexts(yaml.root)];
  const root = markRemovals(yaml.root);
  const spec = parseNode(mappingSchema, root);
  if (spec.problems === undefined) return { root, spec: spec.value, removed: [], problems: told };
  const problems = [...told, ...spec.problems];
  const rest = salvage(mappingSchema, root);
  if (rest === null) return { root: null, spec: null, removed: [], problems };
  const left = mappingSchema.parse(plainOf(rest.root));
  return { root: rest.root, spec: left, removed: rest.removed, problems };
}

/** A mapping holds nothing of one customer; taken as plain text, `${env:NAME}` would silently mean itself. */
function environmentTexts(root: YamlNode): Problem[] {
  const problems: Problem[] = [];
  mapTexts(root, (node) => {
    const offset = node.text.indexOf('${env:');
    if (offset >= 0) {
      const message = '${env:NAME} belongs into the migration, not into a mapping';
      problems.push(
        problemAt(node.spot(offset), 'mapping.env', message, 'declare a variable, and fill it in the migration'),
      );
    }
    return node.text;
  });
  return problems;
}

function isPath(name: string): boolean {
  return /\.ya?ml$|\//.test(name);
}

function fileOf({ name, folder }: Reference, readyMadeFolder: string): string {
  return isPath(name) ? resolve(folder, name) : join(resolve(readyMadeFolder), `${name}.yaml`);
}

async function notFound({ name, place }: Reference, readyMadeFolder: string, why: string): Promise<Problem> {
  if (why !== 'ENOENT') {
    const hint = why === 'EISDIR' ? 'name a file; this is a folder' : 'name a file that you may read';
    return problemAt(place, 'file.not-found', `the mapping "${name}" cannot be read (${why})`, hint);
  }
  if (isPath(name)) {
    return problemAt(
      place,
      'file.not-found',
      `the mapping "${name}" cannot be read`,
      'paths begin at the file that names them',
    );
  }
  const found = await readdir(readyMadeFolder).catch(() => []);
  const names = found.filter((file) => file.endsWith('.yaml') && !file.endsWith('.test.yaml'));
  const hint = hintFor(name, names.map((file) => basename(file, '.yaml')).sort());
  return problemAt(place, 'file.not-found', `"${name}" is no ready-made mapping`, hint ?? 'a path must hold a /');
}
