/** Maps of a mapping that merge by key, by the key they stand at; `*` is every key. */
export interface MergedMaps {
  readonly [key: string]: MergedMaps;
}

const ofStream: MergedMaps = { hit: {}, skip: {}, reject: {}, window: {} };

/**
 * What of a mapping file merges by key over the mapping that it extends, and of a stream over `defaults`. What is not
 * here is replaced whole: values, `time`, the builders. A key of these maps may say `null`: what it inherits goes.
 */
export const mergedMaps: MergedMaps = {
  variables: {},
  lookups: {},
  files: {},
  defaults: ofStream,
  streams: { '*': ofStream },
};

/** Keys of a mapping file that belong to the file itself and cannot be taken away. */
export const ownKeys: readonly string[] = ['mapping', 'extends'];

/** The maps that merge below `key`; `undefined` where what stands at it is replaced whole. */
export function mergedBelow(maps: MergedMaps, key: string): MergedMaps | undefined {
  return Object.hasOwn(maps, key) ? maps[key] : maps['*'];
}
