import { type MergedMaps, mergedBelow, mergedMaps } from './merged-maps.ts';
import type { YamlMap, YamlNode } from './yaml-node.ts';

/** A mapping file over the one that it extends: the file's own keys win; keys keep the order of the lower file. */
export function mergeExtended(base: YamlNode, own: YamlNode): YamlNode {
  return merge(base, own, mergedMaps);
}

/** The mapping with `defaults` merged under each of its streams, and gone. */
export function applyDefaults(mapping: YamlMap): YamlMap {
  const entries = new Map(mapping.entries);
  const defaults = entries.get('defaults');
  const streams = entries.get('streams');
  entries.delete('defaults');
  if (defaults?.kind === 'map' && streams?.kind === 'map') {
    const merged = [...streams.entries].map(([name, stream]) => {
      const { at, keyAt } = stream;
      return [name, stream.kind === 'map' ? { ...merge(defaults, stream, ofStream), at, keyAt } : stream] as const;
    });
    entries.set('streams', { ...streams, entries: new Map(merged) });
  }
  return { ...mapping, entries };
}

const ofStream = mergedBelow(mergedMaps, 'defaults') ?? {};

/** How two values of one key become one: `over` wins, maps that merge key by key. */
function merge(base: YamlNode, over: YamlNode, maps: MergedMaps): YamlNode {
  if (base.kind !== 'map' || over.kind !== 'map') return over;
  const entries = new Map(base.entries);
  for (const [key, value] of over.entries) {
    const below = entries.get(key);
    const inner = mergedBelow(maps, key);
    entries.set(key, below === undefined || inner === undefined ? value : merge(below, value, inner));
  }
  return { ...over, entries };
}
