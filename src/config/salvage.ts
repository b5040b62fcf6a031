import type { z } from 'zod';
import type { Problem } from '../domain/problem.ts';
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
    for (const path of result.error.issues.flatMap(refusedPaths)) {
      const standing = standingPart(root, path);
      if (standing.length === 0) return null;
      root = without(root, standing);
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

function refusedPaths(issue: z.core.$ZodIssue): Path[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...issue.path, key]);
  return [issue.path];
}

/** The path itself, or that of the nearest thing around it that stands there: what is missing cannot be removed. */
function standingPart(root: YamlNode, path: Path): Path {
  let standing = path;
  while (standing.length > 0 && nodeAt(root, standing) === undefined) standing = standing.slice(0, -1);
  return standing;
}

function without(node: YamlNode, path: Path): YamlNode {
  const [step, ...rest] = path;
  if (step === undefined) return node;
  if (node.kind === 'list') {
    const at = Number(step);
    const items = node.items.flatMap((item, index) =>
      index !== at ? [item] : rest.length > 0 ? [without(item, rest)] : [],
    );
    return { ...node, items };
  }
  if (node.kind !== 'map') return node;
  const entries = new Map(node.entries);
  const child = entries.get(String(step));
  if (child === undefined) return node;
  if (rest.length === 0) entries.delete(String(step));
  else entries.set(String(step), without(child, rest));
  return { ...node, entries };
}
