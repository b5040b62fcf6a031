import { isFault, type Problem } from '../domain/problem.ts';
import { checkMapping } from './check-mapping.ts';
import { readMappingChain } from './mapping-chain.ts';
import type { FileSetSpec, MappingSpec, StreamSpec } from './mapping-schema.ts';
import { mappingSchema } from './mapping-schema.ts';
import { applyDefaults } from './merge-mapping.ts';
import { parseNode } from './parse-node.ts';
import { inOrder } from './problems.ts';
import { dropRemovals } from './removals.ts';
import { isLack } from './salvage.ts';
import { type Path, type Place, placeAt, type YamlNode } from './yaml-node.ts';

/** A mapping with `extends` and `defaults` merged in, checked as far as that goes without the source's columns. */
export interface LoadedMapping {
  readonly name: string;
  /** Its title, or its name where it has none. */
  readonly title: string;
  readonly engine: NonNullable<MappingSpec['engine']>;
  /** The absolute path of the file that was asked for. */
  readonly file: string;
  readonly variables: NonNullable<MappingSpec['variables']>;
  readonly lookups: NonNullable<MappingSpec['lookups']>;
  readonly files: Readonly<Record<string, FileSetSpec>>;
  /** In the order written; a stream's position is part of the order of hits. */
  readonly streams: readonly (readonly [name: string, stream: StreamSpec])[];
  /** The place of a path such as `['streams', 'hits', 'hit', 'pageName']`, in the file where the winning text stands. */
  readonly locate: (path: Path, what?: 'key' | 'value') => Place;
}

/** A mapping with warnings about it, or all that is wrong, with what is left of it to find more faults in. */
export type MappingResult =
  | {
      readonly mapping: LoadedMapping;
      readonly warnings: readonly Problem[];
      readonly problems?: never;
      readonly rest?: never;
    }
  | { readonly mapping?: never; readonly problems: readonly Problem[]; readonly rest: RestOfMapping | null };

/** What is left of a faulty mapping; `isLack` tells problems that come only from what was taken away. */
export interface RestOfMapping {
  readonly mapping: LoadedMapping;
  readonly isLack: (problem: Problem) => boolean;
}

/** Where a mapping is named from. */
export interface LoadMappingOptions {
  /** The folder that a relative path begins at. */
  readonly from: string;
  /** Holds `<name>.yaml` for every ready-made name. */
  readonly readyMadeFolder: string;
  /** Where the name was written, for problems about the name itself. */
  readonly place?: Place;
}

/**
 * Loads a mapping by path or by ready-made name, with everything that it extends. Faults of the files, missing ones
 * among them, are values, all at once as far as they do not hide one another. Throws `disk.failed`.
 */
export async function loadMapping(ref: string, options: LoadMappingOptions): Promise<MappingResult> {
  const reference = { name: ref, folder: options.from, place: options.place ?? null };
  const { chain, problems } = await readMappingChain(reference, options.readyMadeFolder);
  if (chain === null) return { problems: inOrder(problems), rest: null };
  const merged = dropRemovals(chain.root.kind === 'map' ? applyDefaults(chain.root) : chain.root);
  const spec = parseNode(mappingSchema, merged);
  if (spec.problems !== undefined) return { problems: inOrder([...problems, ...spec.problems]), rest: null };
  const broken = problems.length > 0;
  const { engine } = spec.value;
  const isOnlyLack = (problem: Problem) =>
    (broken && isLack(problem, chain.removed)) ||
    (engine === undefined && problem.code === 'config.source') ||
    // A stream without a key has been told already.
    problem.code === 'mapping.key-missing';
  const found = checkMapping(spec.value, merged).filter((problem) => !isOnlyLack(problem));
  const all = inOrder([...problems, ...found]);
  // Any engine will do to look for more faults: that none is named has been told.
  const mapping = loaded(spec.value, engine ?? 'sqlite', merged, chain.file);
  if (all.some(isFault)) return { problems: all, rest: { mapping, isLack: isOnlyLack } };
  return { mapping, warnings: all };
}

function loaded(
  { mapping: name, title, variables = {}, lookups = {}, files = {}, streams = {} }: MappingSpec,
  engine: LoadedMapping['engine'],
  merged: YamlNode,
  file: string,
): LoadedMapping {
  return {
    name,
    title: title ?? name,
    engine,
    file,
    variables,
    lookups,
    files,
    streams: Object.entries(streams),
    locate: (path, what) => placeAt(merged, path, what),
  };
}
