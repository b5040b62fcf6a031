import type { Problem } from '../domain/problem.ts';
import { checkMapping } from './check-mapping.ts';
import { readMappingChain } from './mapping-chain.ts';
import type { FileSetSpec, MappingSpec, StreamSpec } from './mapping-schema.ts';
import { mappingSchema } from './mapping-schema.ts';
import { applyDefaults } from './merge-mapping.ts';
import { parseNode } from './parse-node.ts';
import { inOrder } from './problems.ts';
import { type Path, type Place, placeAt } from './yaml-node.ts';

/** A mapping with `extends` and `defaults` merged in, checked as far as that goes without the source's columns. */
export interface LoadedMapping {
  readonly name: string;
  /** Its title, or its name where it has none. */
  readonly title: string;
  readonly engine: 'sqlite' | 'files';
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

/** A mapping with warnings about it, or all that is wrong. */
export type MappingResult =
  | { readonly mapping: LoadedMapping; readonly warnings: readonly Problem[]; readonly problems?: never }
  | { readonly mapping?: never; readonly problems: readonly Problem[] };

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
 * among them, are values, all at once as far as they do not hide one another.
 */
export async function loadMapping(ref: string, options: LoadMappingOptions): Promise<MappingResult> {
  const reference = { name: ref, folder: options.from, place: options.place ?? null };
  const chain = await readMappingChain(reference, options.readyMadeFolder);
  if (chain.problems !== undefined) return { problems: inOrder(chain.problems) };
  const { root, file } = chain.value;
  const merged = root.kind === 'map' ? applyDefaults(root) : root;
  const spec = parseNode(mappingSchema, merged);
  if (spec.problems !== undefined) return { problems: spec.problems };
  const found = inOrder(checkMapping(spec.value, merged));
  const { engine } = spec.value;
  if (found.some(({ severity }) => severity === 'error') || (engine !== 'sqlite' && engine !== 'files')) {
    return { problems: found };
  }
  const { mapping: name, title, variables = {}, lookups = {}, files = {}, streams = {} } = spec.value;
  return {
    mapping: {
      name,
      title: title ?? name,
      engine,
      file,
      variables,
      lookups,
      files,
      streams: Object.entries(streams),
      locate: (path, what) => placeAt(merged, path, what),
    },
    warnings: found,
  };
}
