import type { YamlMap, YamlNode } from './yaml-node.ts';

/** How two values of one key become one: `over` wins. */
type Merge = (base: YamlNode, over: YamlNode) => YamlNode;

const replace: Merge = (_base, over) => over;
const byKey = (rules: Readonly<Record<string, Merge>>, other: Merge = replace): Merge => {
  const merge: Merge = (base, over) => {
    if (base.kind !== 'map' || over.kind !== 'map') return over;
    const entries = new Map(base.entries);
    for (const [key, value] of over.entries) {
      const below = entries.get(key);
      const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
      entries.set(key, below === undefined ? value : (rule ?? other)(below, value));
    }
    return { ...over, entries };
  };
  return merge;
};

// Values, `time` and the builders are replaced whole; these maps merge by key, one level.
const oneLevel = byKey({});
const mergeStream = byKey({ hit: oneLevel, skip: oneLevel, reject: oneLevel, window: oneLevel });
const mergeFile = byKey({
  variables: oneLevel,
  lookups: oneLevel,
  files: oneLevel,
  defaults: mergeStream,
  streams: byKey({}, mergeStream),
});

/** A mapping file over the one that it extends: the file's own keys win; keys keep the order of the lower file. */
export function mergeExtended(base: YamlNode, own: YamlNode): YamlNode {
  return mergeFile(base, own);
}

/** The mapping with `defaults` merged under each of its streams, and gone. */
export function applyDefaults(mapping: YamlMap): YamlMap {
  const entries = new Map(mapping.entries);
  const defaults = entries.get('defaults');
  const streams = entries.get('streams');
  entries.delete('defaults');
  if (defaults !== undefined && streams?.kind === 'map') {
    const merged = [...streams.entries].map(([name, stream]) => {
      const { at, keyAt } = stream;
      return [name, { ...mergeStream(defaults, stream), at, keyAt }] as const;
    });
    entries.set('streams', { ...streams, entries: new Map(merged) });
  }
  return { ...mapping, entries };
}
