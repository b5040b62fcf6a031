import { z } from 'zod';
import type { Problem } from '../domain/problem.ts';
import { type Checked, hintFor, inOrder, nearest, problemAt } from './problems.ts';
import { saidElsewhere } from './said-elsewhere.ts';
import { nodeAt, type Path, placeAt, plainOf, type YamlNode } from './yaml-node.ts';

type Issue = z.core.$ZodIssue;

/**
 * What a schema's own check (`ctx.issues.push({ code: 'custom', … })`) may say in `params`: a hint, whether the text as
 * written is quoted before the message, and whether the key is meant.
 */
export interface ProblemParams {
  readonly hint?: string;
  readonly quote?: boolean;
  readonly key?: boolean;
}

/** A message of a schema's own with its cure, which `parseNode` tells apart. */
export function curable(message: string, cure: string): string {
  return `${message}${cureMark}${cure}`;
}

const cureMark = ' \u2192 ';

function saidOf(message: string, otherwise: string | null = null): [message: string, hint: string | null] {
  const [said = '', cure = otherwise] = message.split(cureMark);
  return [said, cure];
}

/**
 * A union whose faulty branches are all told to `parseNode`, which follows the one that was meant. Left alone, zod
 * tells only the one branch whose faults it takes for mild. `error` says what is allowed, after "write".
 */
export function oneOf<const T extends readonly z.ZodType[]>(
  options: T,
  params: { readonly error: string },
): z.ZodUnion<T> {
  // zod lets unknown keys alone pass a pipe, as mild; here no branch with a fault may look like a match.
  const settle = z.any().check((payload) => {
    if (payload.issues.length > 0) payload.aborted = true;
  });
  const strict = options.map((option) => option.pipe(settle));
  return z.union(strict, params) as unknown as z.ZodUnion<T>;
}

/**
 * The node's value as the schema types it, or every fault with its place: unknown keys with the nearest name, unions by
 * the one branch that was meant. Texts are quoted from `written`, the node before `${env:…}` was replaced, so that no
 * resolved secret can get into a problem.
 */
export function parseNode<T>(schema: z.ZodType<T>, node: YamlNode, written: YamlNode = node): Checked<T> {
  const result = schema.safeParse(plainOf(node), { error: knownKeys });
  if (result.success) return { value: result.data };
  return { problems: inOrder(explainAll(result.error.issues, [], written)) };
}

/** zod does not name the keys a map may have; the raw issue still knows its schema, and its message is ours to use. */
export function knownKeys(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const shape = (issue.inst as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
  return JSON.stringify(Object.keys(shape ?? {}));
}

/** The keys that a map may have that has one of its own, where it was parsed with `knownKeys`. */
export function keysNamedBy(issue: Issue): string[] {
  return issue.code === 'unrecognized_keys' ? (JSON.parse(issue.message) as string[]) : [];
}

/** A map with unknown keys is not told what it lacks besides: the unknown key was most likely meant as just that. */
function explainAll(issues: readonly Issue[], prefix: Path, root: YamlNode): Problem[] {
  const pathOf = (issue: Issue) => JSON.stringify(issue.path);
  const strange = new Set(issues.filter(({ code }) => code === 'unrecognized_keys').map(pathOf));
  return issues
    .filter((issue) => issue.code !== 'custom' || !strange.has(pathOf(issue)))
    .flatMap((issue) => explain(issue, prefix, root));
}

function explain(issue: Issue, prefix: Path, root: YamlNode): Problem[] {
  const path = [...prefix, ...issue.path];
  const node = nodeAt(root, path);
  const name = quoteName(path.at(-1));
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(root, path, key, keysNamedBy(issue)));
    case 'invalid_union':
      return explainUnion(issue, path, root);
    case 'invalid_key': {
      const [said, hint] = saidOf(issue.issues[0]?.message ?? 'is no name', 'take another name');
      return [problemAt(placeAt(root, path, 'key'), 'config.value', `${name} ${said}`, hint)];
    }
    case 'invalid_value': {
      if (node === undefined) return [missing(root, path, `one of ${issue.values.join(', ')}`)];
      if (node.kind !== 'text') return [wrongKind(root, path, 'text')];
      if (!issue.message.startsWith('Invalid')) return [problemAt(node.at, 'config.value', ...saidOf(issue.message))];
      const hint = hintFor(node.text, issue.values.map(String));
      return [problemAt(node.at, 'config.value', `"${node.text}" is not allowed here`, hint)];
    }
    case 'invalid_type':
      if (node === undefined) return [missing(root, path)];
      if (issue.expected === 'never') {
        const [said, hint] = saidOf(issue.message);
        return [problemAt(placeAt(root, path, 'key'), 'config.value', `${name} ${said}`, hint)];
      }
      return [wrongKind(root, path, kindNames[issue.expected] ?? issue.expected)];
    case 'custom':
      return [ownFault(issue, path, root)];
    default: {
      const [said, hint] = saidOf(issue.message, 'write another value');
      const quoted = issue.code === 'invalid_format' && node?.kind === 'text' ? `"${shorten(node.text)}"` : name;
      return [problemAt(placeAt(root, path), 'config.value', `${quoted} ${said}`, emptyVariable(node) ?? hint)];
    }
  }
}

/** The cure of a text that nothing is left of because its variable is empty. */
function emptyVariable(node: YamlNode | undefined): string | null {
  const name = node?.kind === 'text' ? /^\$\{env:(\w+)\}$/.exec(node.text)?.[1] : undefined;
  return name === undefined ? null : `give ${name} a value in the environment, or in .env beside this file`;
}

/** How each kind is written. */
const forms: Readonly<Record<string, string>> = {
  map: 'write { key: value }, or keys below this one, indented',
  list: 'write [a, b]',
  text: 'write one text, in quotes where it holds { } [ ] : or a comma',
};

const kindNames: Readonly<Record<string, string>> = { object: 'map', record: 'map', array: 'list', string: 'text' };

function ownFault(issue: Issue & { code: 'custom' }, path: Path, root: YamlNode): Problem {
  const params = (issue.params ?? {}) as ProblemParams;
  const node = nodeAt(root, path);
  const quoted = params.quote === true && node?.kind === 'text' ? `"${shorten(node.text)}" ` : '';
  const place = placeAt(root, path, params.key === true ? 'key' : 'value');
  return problemAt(place, 'config.value', `${quoted}${issue.message}`, params.hint ?? null);
}

/** Follows the branch that the person meant: of the right kind, and knowing most of the keys. */
function explainUnion(issue: Issue & { code: 'invalid_union' }, path: Path, root: YamlNode): Problem[] {
  const node = nodeAt(root, path);
  if (node === undefined) return [missing(root, path, optionsOf(issue))];
  if (issue.errors.length === 0) {
    if (node.kind !== 'text') return [wrongKind(root, path, 'text')];
    const options = (issue as { options?: unknown[] }).options ?? [];
    const message = `"${node.text}" is not allowed here`;
    return [problemAt(node.at, 'config.value', message, hintFor(node.text, options.map(String)))];
  }
  const { closest, strangers } = closestBranches(issue, node);
  const [meant] = closest;
  if (meant === undefined) {
    const allowed = issue.message.startsWith('Invalid') ? null : issue.message;
    const message =
      node.kind === 'text' && node.text === '' ? 'nothing stands here' : `a ${node.kind} is not allowed here`;
    return [problemAt(node.at, 'config.type', message, `write ${allowed ?? 'something else'}`)];
  }
  if (closest.length > 1 && strangers > 0) {
    const candidates = closest.flatMap((errors) => errors.flatMap(keysNamedBy));
    const names = meant.flatMap((error) => (error.code === 'unrecognized_keys' ? error.keys : []));
    const plainNames = issue.errors
      .flat()
      .flatMap((error) => (error.code === 'invalid_value' ? error.values.map(String) : []));
    return names.map((key) =>
      plainNames.includes(key)
        ? problemAt(
            placeAt(root, [...path, key], 'key'),
            'config.value',
            `"${key}" takes no arguments`,
            `write ${key} alone`,
          )
        : unknownKey(
            root,
            path,
            key,
            candidates.filter((name) => name !== key),
            nearest(key, plainNames),
          ),
    );
  }
  return explainAll(meant, path, root);
}

/**
 * The branches of a union that may have been meant, by the faults that each would have, fewest first: those of the node's
 * kind that know most of its keys. `strangers` is how many keys even they do not know.
 */
export function closestBranches(
  issue: Issue & { code: 'invalid_union' },
  node: YamlNode,
): { readonly closest: readonly (readonly Issue[])[]; readonly strangers: number } {
  const branches = branchesOf(issue).filter((errors) => !errors.some((error) => isOtherKind(error, node)));
  const strangersIn = (errors: readonly Issue[]) =>
    errors.reduce(
      (sum, error) => sum + (error.code === 'unrecognized_keys' && error.path.length === 0 ? error.keys.length : 0),
      0,
    );
  const strangers = Math.min(...branches.map(strangersIn));
  const closest = branches.filter((errors) => strangersIn(errors) === strangers);
  return { closest: closest.sort((a, b) => a.length - b.length), strangers };
}

/** The branches of a union, and of unions that are branches. */
function branchesOf(issue: Issue & { code: 'invalid_union' }): (readonly Issue[])[] {
  return issue.errors.flatMap((errors) => {
    const [only, ...others] = errors;
    const nested = only?.code === 'invalid_union' && only.path.length === 0 && others.length === 0;
    return nested && only.errors.length > 0 ? branchesOf(only) : [errors];
  });
}

function isOtherKind(error: Issue, node: YamlNode): boolean {
  if (error.path.length > 0) return false;
  if (error.code === 'invalid_value') return node.kind !== 'text';
  return (
    error.code === 'invalid_type' ||
    (error.code === 'invalid_union' && error.errors.every((inner) => inner.some((deep) => isOtherKind(deep, node))))
  );
}

function optionsOf(issue: Issue): string | null {
  const options = (issue as { options?: unknown[] }).options;
  if (options !== undefined) return `one of ${options.join(', ')}`;
  return issue.message.startsWith('Invalid') ? null : `write ${issue.message}`;
}

function unknownKey(root: YamlNode, path: Path, key: string, known: readonly string[], near?: string | null): Problem {
  const inLanguage = known.includes('then') || known.includes('split');
  const elsewhere = inLanguage ? saidElsewhere.get(key.toLowerCase()) : undefined;
  const hint = near == null ? (elsewhere ?? hintFor(key, new Set(known)) ?? 'leave it out') : `did you mean "${near}"?`;
  return problemAt(
    placeAt(root, [...path, key], 'key'),
    'config.unknown-key',
    `"${key}" is no key that is known here`,
    hint,
  );
}

function missing(root: YamlNode, path: Path, hint: string | null = null): Problem {
  const holder = path.length > 1 && typeof path.at(-2) === 'string' ? ` in ${quoteName(path.at(-2))}` : '';
  const cure = hint ?? `add ${String(path.at(-1))}: …`;
  return problemAt(placeAt(root, path), 'config.missing', `${quoteName(path.at(-1))} is missing${holder}`, cure);
}

function wrongKind(root: YamlNode, path: Path, wanted: string): Problem {
  const node = nodeAt(root, path);
  const found = node?.kind === 'text' && node.text === '' ? 'nothing' : `a ${node?.kind}`;
  const message = `${found} stands here, where a ${wanted} belongs`;
  return problemAt(placeAt(root, path), 'config.type', message, forms[wanted] ?? null);
}

function quoteName(name: PropertyKey | undefined): string {
  return typeof name === 'number' ? `item ${name + 1}` : `"${String(name ?? 'the file')}"`;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
