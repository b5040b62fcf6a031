import type { Problem } from '../domain/problem.ts';
import { problemAt } from './problems.ts';
import { mapTexts, type Place, type YamlNode } from './yaml-node.ts';

/** Names to values, as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A tree after `${env:…}`; `unresolved` are the places of texts that stayed as written because of a problem. */
export interface ResolvedTree {
  readonly root: YamlNode;
  /** The variables that were found, each once. */
  readonly names: readonly string[];
  readonly problems: readonly Problem[];
  readonly unresolved: readonly Place[];
}

/**
 * The tree with every `${env:NAME}` replaced. A missing or misspelt one is a problem at its place; what was resolved is
 * in no message. Replaced text is not searched again.
 */
export function resolveEnvironment(root: YamlNode, env: Environment): ResolvedTree {
  const problems: Problem[] = [];
  const unresolved: Place[] = [];
  const names = new Set<string>();
  const resolved = mapTexts(root, (node) =>
    node.text.replace(/\$\{env:([^}]*)\}/g, (whole: string, name: string, offset: number) => {
      const value = Object.hasOwn(env, name) ? env[name] : undefined;
      if (value !== undefined) {
        names.add(name);
        return value;
      }
      unresolved.push(node.at);
      problems.push(
        /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
          ? problemAt(
              node.spot(offset),
              'env.missing',
              `the environment variable ${name} is not set`,
              `set it, or write ${name}=… into .env beside this file`,
            )
          : problemAt(node.spot(offset), 'env.name', `${whole} names no environment variable`, 'write ${env:NAME}'),
      );
      return whole;
    }),
  );
  return { root: resolved, names: [...names], problems, unresolved };
}
