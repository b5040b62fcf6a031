import type { Problem } from '../domain/problem.ts';
import { mergeExtended } from './merge-mapping.ts';
import { type MergedMaps, mergedBelow, mergedMaps, ownKeys } from './merged-maps.ts';
import { nearest, problemAt } from './problems.ts';
import { nodeAt, type Path, type YamlNode, type YamlRemoval } from './yaml-node.ts';

/**
 * The tree of a mapping file in which a plain `null`, at a key of a map that merges, is a removal: what the key inherits
 * goes. A `null` in quotes and one inside a value are texts, as every scalar.
 */
export function markRemovals(root: YamlNode): YamlNode {
  return mark(root, mergedMaps, ownKeys);
}

function mark(node: YamlNode, maps: MergedMaps, but: readonly string[] = []): YamlNode {
  if (node.kind !== 'map') return node;
  const entries = [...node.entries].map(([key, value]): [string, YamlNode] => {
    const { at, keyAt } = value;
    const isNull = value.kind === 'text' && value.isPlain && value.text === 'null';
    if (isNull && !but.includes(key)) return [key, { kind: 'removal', at, keyAt }];
    const inner = mergedBelow(maps, key);
    return [key, inner === undefined ? value : mark(value, inner)];
  });
  return { ...node, entries: new Map(entries) };
}

/** The tree without its removals, once everything is merged. */
export function dropRemovals(node: YamlNode): YamlNode {
  if (node.kind !== 'map') return node;
  const kept = [...node.entries].filter(([, value]) => value.kind !== 'removal');
  return { ...node, entries: new Map(kept.map(([key, value]) => [key, dropRemovals(value)])) };
}

/**
 * Removals of a file that take nothing away: neither the merged files below it (`null` without any) nor, for a stream, the
 * defaults have such a key. Most likely the key is misspelt, or a column called null was meant.
 */
export function idleRemovals(own: YamlNode, below: YamlNode | null): Problem[] {
  const defaults = nodeAt(below === null ? own : mergeExtended(below, own), ['defaults']);
  return removalsIn(own).flatMap(({ path, node }) => {
    const holders = [
      below === null ? undefined : nodeAt(below, path.slice(0, -1)),
      path[0] === 'streams' && path.length > 2 && defaults !== undefined
        ? nodeAt(defaults, path.slice(2, -1))
        : undefined,
    ];
    const keys = holders.flatMap((holder) => (holder?.kind === 'map' ? inheritable(holder) : []));
    const key = String(path.at(-1));
    if (keys.includes(key)) return [];
    const near = nearest(key, keys);
    const hint = near === null ? 'leave it out; a column of that name is written "null"' : `did you mean "${near}"?`;
    return [
      problemAt(node.at, 'mapping.removal', `null takes away what "${key}" inherits, and it inherits nothing`, hint),
    ];
  });
}

function inheritable(holder: YamlNode & { kind: 'map' }): string[] {
  return [...holder.entries].flatMap(([key, value]) => (value.kind === 'removal' ? [] : [key]));
}

function removalsIn(node: YamlNode, path: Path = []): { readonly path: Path; readonly node: YamlRemoval }[] {
  if (node.kind === 'removal') return [{ path, node }];
  if (node.kind !== 'map') return [];
  return [...node.entries].flatMap(([key, value]) => removalsIn(value, [...path, key]));
}
