import type { z } from 'zod';
import type { Problem } from '../domain/problem.ts';
import { closestBranches } from './parse-node.ts';
import { nodeAt, type Path, plainOf, type YamlNode } from './yaml-node.ts';

/** More rounds than any file needs: each takes at least one node away. */
const mostRounds = 200;

/** What is left of a file without what its schema refuses, and what was taken away. */
export interface Salvaged {
  readonly root: YamlNode;
  readonly removed: readonly Path[];
}

/**
 * The node without the parts that the schema refuses, so that the rest can be checked as well and all faults are told at
 * once; `null` where nothing useful is left. What is found in the rest may be a lack that the removal made: `isLack`.
 */
export function salvage(schema: z.ZodType, node: YamlNode): Salvaged | null {
  let root = node;
  const removed: Path[] = [];
  for (let round = 0; round < mostRounds; round += 1) {
    const result = schema.safeParse(plainOf(root));
    if (result.success) return { root, removed };
    const before = root;
    for (const path of result.error.issues.flatMap((issue) => refusedPaths(issue, [], before))) {
      const standing = standingPart(root, path);
      if (standing.length === 0) return null;
      root = isTransforms(before, standing) ? withoutTransforms(root, standing) : without(root, standing);
      removed.push(standing);
    }
  }
  return null;
}

/**
 * Whether a problem that was found in a salvaged file may come from the removal alone: something is missing or unused
 * because the faulty text that would have been it was taken away.
 */
export function isLack({ code }: Problem, removed: readonly Path[]): boolean {
  if (lacks.has(code)) return true;
  return (code === 'query.undeclared' || code === 'config.variable') && removed.some(([top]) => top === 'variables');
}

const lacks: ReadonlySet<string> = new Set([
  'config.missing',
  'mapping.engine',
  'mapping.required',
  'mapping.stream',
  'mapping.streams',
  'mapping.variable',
]);

/** What to take away: of a value with a faulty transform its `then` alone, so that the names in the rest are looked at. */
function refusedPaths(issue: z.core.$ZodIssue, above: Path, root: YamlNode): Path[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key]);
  const node = nodeAt(root, path);
  if (issue.code !== 'invalid_union' || node === undefined) return [path];
  const [meant = []] = closestBranches(issue, node).closest;
  const inner = meant.flatMap((one) => refusedPaths(one, path, root)).map((found) => transformsOn(found, path, root));
  return inner.length === 0 || inner.includes(null) ? [path] : inner.filter((found) => found !== null);
}

/** Whether a `then` stands there that has not been emptied yet. */
function isTransforms(root: YamlNode, path: Path): boolean {
  const node = nodeAt(root, path);
  return path.at(-1) === 'then' && node !== undefined && !(node.kind === 'list' && node.items.length === 0);
}

/** The `then` of a value, on the way to `found` from the union at `path`; `null` where another part is at fault. */
function transformsOn(found: Path, path: Path, root: YamlNode): Path | null {
  const at = found.findIndex((step, index) => index >= path.length && (step === 'then' || step === 'when'));
  if (found[at] !== 'then') return null;
  const then = found.slice(0, at + 1);
  return isTransforms(root, then) ? then : null;
}

/** The path itself, or that of the nearest thing around it that stands there: what is missing cannot be removed. */
function standingPart(root: YamlNode, path: Path): Path {
  let standing = path;
  while (standing.length > 0 && nodeAt(root, standing) === undefined) standing = standing.slice(0, -1);
  return standing;
}

/** A value keeps an empty `then`: what it gave would have been transformed, so that its constants are not looked at. */
function withoutTransforms(root: YamlNode, path: Path): YamlNode {
  return replaced(root, path, (then) => ({ kind: 'list', at: then.at, keyAt: then.keyAt, items: [] }));
}

function without(root: YamlNode, path: Path): YamlNode {
  return replaced(root, path, () => null);
}

function replaced(node: YamlNode, path: Path, change: (node: YamlNode) => YamlNode | null): YamlNode {
  const [step, ...rest] = path;
  if (step === undefined) return node;
  const changed = (child: YamlNode): YamlNode | null =>
    rest.length > 0 ? replaced(child, rest, change) : change(child);
  if (node.kind === 'list') {
    const items = node.items.map((item, index) => (index === Number(step) ? changed(item) : item));
    return { ...node, items: items.filter((item) => item !== null) };
  }
  const child = node.kind === 'map' ? node.entries.get(String(step)) : undefined;
  if (node.kind !== 'map' || child === undefined) return node;
  const entries = new Map(node.entries);
  const left = changed(child);
  if (left === null) entries.delete(String(step));
  else entries.set(String(step), left);
  return { ...node, entries };
}
