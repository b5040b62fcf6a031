/** Where something stands in a file a person wrote; `line` and `column` count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Keys and list positions from the top of a file, as zod names them. */
export type Path = readonly PropertyKey[];

interface NodePlaces {
  /** Where the value begins. */
  readonly at: Place;
  /** Where its key stands; for the top and for members of a list, where the value begins. */
  readonly keyAt: Place;
}

/** A scalar: the text as written. `spot` leads from an offset in `text` to its place, as exactly as the style allows. */
export interface YamlText extends NodePlaces {
  readonly kind: 'text';
  readonly text: string;
  /** Whether it stands without quotes, on one line. */
  readonly isPlain: boolean;
  readonly spot: (offset: number) => Place;
}
/** A list, in the order written. */
export interface YamlList extends NodePlaces {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}
/** A map; its keys are texts, each once. */
export interface YamlMap extends NodePlaces {
  readonly kind: 'map';
  /** In the order written. */
  readonly entries: ReadonlyMap<string, YamlNode>;
}

/** A key that takes away what it would inherit. As a value it is nothing: only merging sees it. */
export interface YamlRemoval extends NodePlaces {
  readonly kind: 'removal';
}

/** YAML as a tree whose every node knows its place; trees of several files can be merged and keep their places. */
export type YamlNode = YamlText | YamlList | YamlMap | YamlRemoval;

/** The tree as plain values. */
export type Plain = string | Plain[] | { [key: string]: Plain };

/** The node as plain values, keys in the order written. */
export function plainOf(node: YamlNode): Plain {
  if (node.kind === 'text') return node.text;
  if (node.kind === 'list') return node.items.map(plainOf);
  const entries = node.kind === 'map' ? [...node.entries].filter(([, value]) => value.kind !== 'removal') : [];
  return Object.fromEntries(entries.map(([key, value]) => [key, plainOf(value)]));
}

/** The node at `path`, or `undefined` where nothing stands. */
export function nodeAt(root: YamlNode, path: Path): YamlNode | undefined {
  let node: YamlNode | undefined = root;
  for (const step of path) {
    if (node === undefined) return undefined;
    node = childOf(node, step);
  }
  return node;
}

/**
 * The place of `path`: of its value, or of its key. Where nothing stands there, the key of the nearest thing around it;
 * for what is missing at the top, the first key of the file.
 */
export function placeAt(root: YamlNode, path: Path, what: 'key' | 'value' = 'value'): Place {
  let node = root;
  for (const step of path) {
    const child = childOf(node, step);
    if (child === undefined) return node.keyAt;
    node = child;
  }
  return what === 'key' ? node.keyAt : node.at;
}

/** The same tree with every text replaced by what `change` returns for it. */
export function mapTexts(node: YamlNode, change: (node: YamlText, path: Path) => string, path: Path = []): YamlNode {
  if (node.kind === 'removal') return node;
  if (node.kind === 'text') return { ...node, text: change(node, path) };
  if (node.kind === 'list') {
    return { ...node, items: node.items.map((item, index) => mapTexts(item, change, [...path, index])) };
  }
  const entries = [...node.entries].map(([key, value]) => [key, mapTexts(value, change, [...path, key])] as const);
  return { ...node, entries: new Map(entries) };
}

function childOf(node: YamlNode, step: PropertyKey): YamlNode | undefined {
  if (node.kind === 'list') return node.items[Number(step)];
  const child = node.kind === 'map' ? node.entries.get(String(step)) : undefined;
  return child?.kind === 'removal' ? undefined : child;
}
