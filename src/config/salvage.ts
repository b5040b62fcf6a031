import type { z } from 'zod';
import type { Problem } from '../domain/problem.ts';
import { changedAt, mapInstead, withEntries, without } from './edit-node.ts';
import { closestBranches, keysNamedBy, knownKeys } from './parse-node.ts';
import { nearest } from './problems.ts';
import { sources } from './value-schema.ts';
import { nodeAt, type Path, plainOf, type YamlNode } from './yaml-node.ts';

/** More rounds than any file needs: each takes one fault away. */
const mostRounds = 1_000;

/** What is left of a file without what its schema refuses, and what was taken away or replaced. */
export interface Salvaged {
  readonly root: YamlNode;
  readonly removed: readonly Path[];
}

/** What the schema refuses at one place. `known`: the keys that a map may have, where one of its own is none of them. */
interface Refusal {
  readonly path: Path;
  readonly known: readonly string[] | null;
}

/**
 * The node without the parts that the schema refuses, so that the rest can be checked as well and all faults are told at
 * once; `null` where nothing useful is left. A key that is not known goes alone; a value that cannot be read becomes one of
 * which nothing can be told, so that nothing is missing where it stood. What is found in the rest may still be a lack that
 * the removal made: `isLack`.
 */
export function salvage(schema: z.ZodType, node: YamlNode): Salvaged | null {
  let root = node;
  const removed: Path[] = [];
  for (let round = 0; round < mostRounds; round += 1) {
    const [refusal] = refusalsOf(schema, root);
    if (refusal === undefined) return { root, removed };
    removed.push(refusal.path);
    const next = withoutTransform(root, refusal) ?? mended(schema, root, refusal) ?? takenOut(root, refusal);
    if (next === null) return null;
    root = next;
  }
  return null;
}

/**
 * Whether a problem that was found in a salvaged file may come from the removal alone: something is missing, unused or
 * unknown because the faulty text that would have been it was taken away.
 */
export function isLack({ code, message }: Problem, removed: readonly Path[]): boolean {
  if (lacks.has(code)) return true;
  return consequences.some(
    (one) =>
      one.code === code && one.says.test(message) && removed.some((path) => path.some((step) => isOf(step, one.of))),
  );
}

/** Whether a key is one of these, or was most likely meant as one. */
function isOf(step: PropertyKey, keys: readonly string[]): boolean {
  return typeof step === 'string' && (keys.includes(step) || nearest(step, keys) !== null);
}

const lacks: ReadonlySet<string> = new Set([
  'config.missing',
  'mapping.engine',
  'mapping.required',
  'mapping.stream',
  'mapping.streams',
  'mapping.variable',
]);

const follows = (code: string, of: readonly string[], says = /^/) => ({ code, of, says });

/** What is told where something is declared no more, by the keys under which it was. */
const consequences = [
  follows('query.undeclared', ['variables']),
  follows('config.variable', ['variables']),
  follows('mapping.transform', ['variables'], /^hash: salt/),
  follows('mapping.transform', ['lookups'], /^lookup: /),
  follows('lookup.invalid', ['lookups']),
  follows('config.source', ['engine', 'files']),
  follows('source.query', ['files']),
  follows('mapping.delimiter', ['files']),
  follows('mapping.unknown-source-column', ['files', 'optional']),
  follows('mapping.window', ['window'], /names no column/),
  follows('query.window', ['window'], /without window/),
  follows('mapping.zone-missing', ['time']),
];

function refusalsOf(schema: z.ZodType, root: YamlNode): Refusal[] {
  const result = schema.safeParse(plainOf(root), { error: knownKeys });
  return result.success ? [] : result.error.issues.flatMap((issue) => refusalsIn(issue, [], root));
}

function refusalsIn(issue: z.core.$ZodIssue, above: Path, root: YamlNode): Refusal[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], known: keysNamedBy(issue) }));
  }
  const node = nodeAt(root, path);
  const whole = [{ path, known: null }];
  if (issue.code !== 'invalid_union' || node === undefined) return whole;
  const [meant = []] = closestBranches(issue, node).closest;
  const inner = meant.flatMap((one) => refusalsIn(one, path, root));
  return inner.length === 0 ? whole : inner;
}

function isAbout({ path: left }: Refusal, path: Path): boolean {
  return left.every((step, index) => index >= path.length || step === path[index]);
}

/** A value of which nothing can be told: what is transformed is not looked at. */
const unreadable = { const: '?', then: [] } as const;

/** The first of the mendings after which the schema refuses nothing there. */
function mended(schema: z.ZodType, root: YamlNode, refusal: Refusal): YamlNode | null {
  const isRefused = (one: YamlNode) => refusalsOf(schema, one).some((left) => isAbout(left, refusal.path));
  return mendings(root, refusal).find((one) => !isRefused(one)) ?? null;
}

/** What the tree may be without the refused part, best first. */
function mendings(root: YamlNode, { path, known }: Refusal): YamlNode[] {
  if (conditionAt(path) !== -1) return [];
  const holder = path.slice(0, -1);
  if (path.length === 1 && path[0] === 'mapping') return [withEntries(root, { mapping: '?' })];
  if (known !== null) return [changedAt(without(root, path), holder, (map) => withWhatIsMeant(map, known))];
  if (path.at(-1) === 'event') return [changedAt(root, holder, (map) => withEntries(map, { event: anyEvent }))];
  return [changedAt(root, path, withOneSource), changedAt(root, path, (node) => mapInstead(node, unreadable))];
}

const anyEvent = 'event1';

/** A map that has lost a key which was surely meant as one that it now lacks. */
function withWhatIsMeant(map: YamlNode, known: readonly string[]): YamlNode {
  if (map.kind !== 'map') return map;
  if (known.includes('event')) {
    const full = withEntries(map, { event: anyEvent });
    return full.kind === 'map' && !full.entries.has('value')
      ? { ...full, entries: new Map([...full.entries, ['value', mapInstead(map, unreadable)]]) }
      : full;
  }
  if (!known.includes('then')) return map;
  const hasSource = sources.some((source) => map.entries.has(source));
  return withEntries(map, hasSource ? { then: [] } : unreadable);
}

function withOneSource(node: YamlNode): YamlNode {
  if (node.kind !== 'map') return node;
  const given = sources.filter((source) => node.entries.has(source));
  if (given.length === 0) return withEntries(node, unreadable);
  return { ...node, entries: new Map([...node.entries].filter(([key]) => !given.slice(1).some((one) => one === key))) };
}

/** Of a value with a faulty transform the others, so that they and the names in the value are looked at. */
function withoutTransform(root: YamlNode, { path }: Refusal): YamlNode | null {
  const then = transformsOn(path, root);
  return then === null ? null : changedAt(root, then, (list) => withoutStep(list, path[then.length]));
}

/** Where the `then` stands that a path leads into, or that it names; `null` where it leads into none. */
function transformsOn(path: Path, root: YamlNode): Path | null {
  if (conditionAt(path) !== -1) return null;
  const at = path.findIndex(
    (step, index) =>
      step === 'then' && (typeof path[index + 1] === 'number' || isValue(nodeAt(root, path.slice(0, index)))),
  );
  return at === -1 ? null : path.slice(0, at + 1);
}

function isValue(node: YamlNode | undefined): boolean {
  return node?.kind === 'map' && sources.some((source) => node.entries.has(source));
}

/** A `then` without one of its steps; whether the others act on a text or on a list cannot be told then. */
function withoutStep(list: YamlNode, step: PropertyKey | undefined): YamlNode {
  const { at, keyAt } = list;
  if (list.kind !== 'list') return { kind: 'list', at, keyAt, items: [] };
  const isOther = (item: YamlNode, index: number) =>
    index !== step && !(item.kind === 'map' && ['split', 'pick'].some((name) => item.entries.has(name)));
  return { ...list, items: list.items.filter(isOther) };
}

/** Where in a path a condition begins; -1 where it leads into none. */
function conditionAt(path: Path): number {
  const stream = path[0] === 'streams' ? 2 : 1;
  if (path[stream] === 'skip' || path[stream] === 'reject') return path.length > stream + 1 ? stream + 1 : -1;
  return path.findIndex((step, index) => index > stream && step === 'when');
}

/** Without the part; in a condition also without what would then say nothing. `null` where the whole file would go. */
function takenOut(root: YamlNode, { path }: Refusal): YamlNode | null {
  let standing = path;
  while (standing.length > 0 && nodeAt(root, standing) === undefined) standing = standing.slice(0, -1);
  const condition = conditionAt(path);
  let left = root;
  while (standing.length > 0) {
    left = without(left, standing);
    standing = standing.slice(0, -1);
    if (condition === -1 || standing.length <= condition || !isEmpty(nodeAt(left, standing))) return left;
  }
  return null;
}

function isEmpty(node: YamlNode | undefined): boolean {
  return (
    node === undefined ||
    (node.kind === 'map' ? node.entries.size === 0 : node.kind === 'list' && node.items.length === 0)
  );
}
