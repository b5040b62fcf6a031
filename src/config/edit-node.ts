import { type Path, placeAt, type YamlNode } from './yaml-node.ts';

/** The tree with what stands at `path` changed; taken out where `change` gives `null`. The same tree where nothing stands there. */
export function changedAt(node: YamlNode, path: Path, change: (node: YamlNode) => YamlNode | null): YamlNode {
  return changedIn(node, path, change) ?? node;
}

function changedIn(node: YamlNode, path: Path, change: (node: YamlNode) => YamlNode | null): YamlNode | null {
  const [step, ...rest] = path;
  if (step === undefined) return change(node);
  if (node.kind === 'list') {
    const items = node.items.map((item, index) => (index === Number(step) ? changedIn(item, rest, change) : item));
    return { ...node, items: items.filter((item) => item !== null) };
  }
  const child = node.kind === 'map' ? node.entries.get(String(step)) : undefined;
  if (node.kind !== 'map' || child === undefined) return node;
  const entries = new Map(node.entries);
  const left = changedIn(child, rest, change);
  if (left === null) entries.delete(String(step));
  else entries.set(String(step), left);
  return { ...node, entries };
}

/** The tree without what stands at `path`. */
export function without(root: YamlNode, path: Path): YamlNode {
  return changedAt(root, path, () => null);
}

/** A map with entries that nobody wrote, at the place of the map; what it has already stays. */
export function withEntries(node: YamlNode, added: Readonly<Record<string, string | readonly []>>): YamlNode {
  if (node.kind !== 'map') return node;
  const entries = new Map(node.entries);
  for (const [key, value] of Object.entries(added)) if (!entries.has(key)) entries.set(key, nodeOf(value, node));
  return { ...node, entries };
}

/** A map that nobody wrote, at the place of another node. */
export function mapInstead(node: YamlNode, entries: Readonly<Record<string, string | readonly []>>): YamlNode {
  const { at, keyAt } = node;
  return withEntries({ kind: 'map', at, keyAt, entries: new Map() }, entries);
}

function nodeOf(value: string | readonly [], holder: YamlNode): YamlNode {
  const at = placeAt(holder, []);
  const places = { at, keyAt: holder.keyAt };
  if (typeof value !== 'string') return { kind: 'list', ...places, items: [] };
  return { kind: 'text', text: value, isPlain: true, ...places, spot: () => at };
}
