import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  Scalar,
} from 'yaml';
import type { Problem } from '../domain/problem.ts';
import { encodingFault } from './encoding-fault.ts';
import { inOrder, problemAt } from './problems.ts';
import { yamlFaults } from './yaml-faults.ts';
import type { Place, YamlNode, YamlText } from './yaml-node.ts';

/** How deep maps and lists may stand in one another; mappings need a dozen. */
const MAX_DEPTH = 50;
/** Nodes that aliases may stand for in one file; more is a file that blows up, not one that a person wrote. */
const MAX_ALIASED_NODES = 10_000;

/** YAML as a tree, and its faults. `root` is `null` where what is left of a faulty file would show faults that are none. */
export interface YamlRead {
  readonly root: YamlNode | null;
  /** In the order of the file; none where it is sound. */
  readonly problems: readonly Problem[];
}

/** Faults after which the tree still says what was written: of two keys the first, a value without its tag. */
const mild: ReadonlySet<string> = new Set(['yaml.duplicate-key', 'yaml.tag', 'yaml.folded-query', 'yaml.merge-key']);

/**
 * Reads one YAML document under the failsafe schema: every scalar is the text as written, an empty value the empty text.
 * Refused, all at once: syntax faults, tags, duplicate keys, keys that are no plain text or stand alone in `{ }`, merge keys,
 * aliases that blow up, and a folded (`>`) scalar under the key `query`, because folding joins SQL lines and a `--` comment
 * would swallow the next. Bytes that are not UTF-8 are refused too. `file` is only named in places.
 */
export function readYaml(written: string | Uint8Array, file: string): YamlRead {
  const undecoded = typeof written === 'string' ? null : encodingFault(written, file);
  if (undecoded !== null) return { root: null, problems: [undecoded] };
  const text = typeof written === 'string' ? written : new TextDecoder('utf-8', { ignoreBOM: true }).decode(written);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = [...yamlFaults(document.errors, text, placeOf)];
  if (document.contents === null) {
    if (problems.length === 0)
      problems.push(
        problemAt(placeOf(0), 'yaml.empty', 'the file holds nothing', 'write its first key, or name another file'),
      );
    return { root: null, problems };
  }
  const broken = new Set(problems.map(({ line }) => line));
  const root = convert(document, text, placeOf, problems);
  // A line that is no YAML has keys that nobody wrote.
  const told = problems.filter(({ code, line }) => code !== 'yaml.key-alone' || !broken.has(line));
  return { root: told.every(({ code }) => mild.has(code)) ? root : null, problems: inOrder(told) };
}

function convert(
  document: Document.Parsed,
  text: string,
  placeOf: (offset: number) => Place,
  problems: Problem[],
): YamlNode {
  let aliased = 0;
  const open = new Set<Node>();

  const build = (node: Node | null, offset: number, keyAt: Place | null, insideAlias: boolean): YamlNode => {
    const at = placeOf(node?.range?.[0] ?? offset);
    const places = { at, keyAt: keyAt ?? at };
    if (node === null) return { kind: 'text', text: '', isPlain: true, ...places, spot: () => at };
    if (isAlias(node)) return buildAlias(node, places.at, keyAt);
    if (insideAlias) aliased += 1;
    if (node.tag !== undefined) {
      problems.push(problemAt(at, 'yaml.tag', `tags such as ${node.tag} are not allowed`, 'write the value alone'));
    }
    if (isScalar(node)) {
      const isPlain = node.type === Scalar.PLAIN;
      return { kind: 'text', text: textOf(node), isPlain, ...places, spot: spotter(node, text, placeOf, at) };
    }
    if (open.size >= MAX_DEPTH) {
      problems.push(problemAt(at, 'yaml.depth', `maps and lists stand more than ${MAX_DEPTH} deep`, 'nest less deep'));
      return { kind: 'text', text: '', isPlain: true, ...places, spot: () => at };
    }
    open.add(node);
    const from = node.range?.[0] ?? offset;
    const built = isSeq(node)
      ? buildList(node.items, from, places, insideAlias)
      : buildMap(node, from, places, insideAlias);
    open.delete(node);
    return built;
  };

  const buildList = (
    items: readonly unknown[],
    offset: number,
    places: Pick<YamlNode, 'at' | 'keyAt'>,
    aliasing: boolean,
  ) =>
    ({
      kind: 'list',
      ...places,
      items: items.map((item) => build(item as Node | null, offset, null, aliasing)),
    }) as const;

  const buildMap = (
    node: Node,
    offset: number,
    places: Pick<YamlNode, 'at' | 'keyAt'>,
    aliasing: boolean,
  ): YamlNode => {
    const entries = new Map<string, YamlNode>();
    for (const pair of isMap(node) ? node.items : []) {
      const keyNode = pair.key as Node | null;
      const keyOffset = keyNode?.range?.[0] ?? offset;
      const keyAt = placeOf(keyOffset);
      const isAlone = pair.value === null && isMap(node) && node.flow === true;
      if (isAlone) problems.push(aloneInBraces(keyAt, entries));
      if (isAlone && !isScalar(keyNode)) continue;
      if (!isScalar(keyNode) || textOf(keyNode) === '' || textOf(keyNode) === '__proto__') {
        problems.push(problemAt(keyAt, 'yaml.key', 'a key must be a plain text', 'write the key, a colon and a blank'));
        continue;
      }
      if (keyNode.tag !== undefined) {
        problems.push(
          problemAt(keyAt, 'yaml.tag', `tags such as ${keyNode.tag} are not allowed`, 'write the key alone'),
        );
      }
      const key = textOf(keyNode);
      if (key === '<<' && keyNode.type === Scalar.PLAIN) {
        const message = 'a merge key (<<) is not followed, and is no key of its own';
        problems.push(
          problemAt(
            keyAt,
            'yaml.merge-key',
            message,
            'write its keys out; what all streams share belongs in defaults:',
          ),
        );
        continue;
      }
      if (entries.has(key)) {
        const first = entries.get(key)?.keyAt;
        const message = `"${key}" stands here twice; the first is in line ${first?.line}`;
        problems.push(problemAt(keyAt, 'yaml.duplicate-key', message, 'keep one of them'));
        continue;
      }
      const value = pair.value as Node | null;
      if (key === 'query' && isScalar(value) && value.type === Scalar.BLOCK_FOLDED) {
        const message = 'a folded text (>) joins the lines of a query, so that a comment would swallow the rest';
        problems.push(
          problemAt(placeOf(value.range?.[0] ?? keyOffset), 'yaml.folded-query', message, 'write "query: |"'),
        );
      }
      const end = keyNode.range?.[1] ?? keyOffset;
      entries.set(key, build(value, end, keyAt, aliasing));
    }
    return { kind: 'map', ...places, entries };
  };

  const buildAlias = (alias: Alias, at: Place, keyAt: Place | null): YamlNode => {
    const target = alias.resolve(document);
    const empty: YamlText = { kind: 'text', text: '', isPlain: true, at, keyAt: keyAt ?? at, spot: () => at };
    if (target === undefined) {
      problems.push(
        problemAt(at, 'yaml.alias', `no anchor &${alias.source} stands above`, 'put a text with * in quotes'),
      );
      return empty;
    }
    if (open.has(target) || aliased > MAX_ALIASED_NODES) {
      const known = problems.some((problem) => problem.code === 'yaml.alias-bomb');
      const message = open.has(target)
        ? `*${alias.source} stands inside its own anchor`
        : `aliases stand for more than ${MAX_ALIASED_NODES} values`;
      if (!known) problems.push(problemAt(at, 'yaml.alias-bomb', message, 'write the values out'));
      return empty;
    }
    const built = build(target, 0, null, true);
    return { ...built, keyAt: keyAt ?? at };
  };

  return build(document.contents, 0, null, false);
}

/**
 * What a text with a comma or braces and without quotes becomes inside `{ }`: a key without a value. It is not quoted:
 * it may be a part of a secret.
 */
function aloneInBraces(at: Place, before: ReadonlyMap<string, YamlNode>): Problem {
  const [name, last] = [...before].at(-1) ?? [];
  if (last?.kind === 'text' && last.text !== '') {
    const message = 'a comma outside quotes ends a text inside { }, so that what follows it became a key';
    return problemAt(at, 'yaml.key-alone', message, `put the whole text in quotes: ${name}: "…, …"`);
  }
  const message = 'a key stands here without a value, because YAML reads { } as a map';
  return problemAt(at, 'yaml.key-alone', message, 'write a colon and its value, or put a text with braces in quotes');
}

/** Failsafe scalars are texts; an empty one may come as null. */
function textOf(scalar: Scalar): string {
  return typeof scalar.value === 'string' ? scalar.value : '';
}

/** Leads from an offset in a scalar's text to its place: exact for `|` blocks and for one-line texts without escapes. */
function spotter(
  scalar: Scalar,
  text: string,
  placeOf: (offset: number) => Place,
  at: Place,
): (offset: number) => Place {
  const value = textOf(scalar);
  const [start, end] = scalar.range ?? [0, 0];
  const raw = text.slice(start, end);
  if (scalar.type === Scalar.BLOCK_LITERAL) {
    const body = raw.slice(raw.indexOf('\n') + 1).split('\n');
    const first = value.split('\n').findIndex((line) => line.trim() !== '');
    const indent = (body[first]?.length ?? 0) - (value.split('\n')[first]?.length ?? 0);
    return (offset) => {
      const before = value.slice(0, offset).split('\n');
      const column = (before.at(-1)?.length ?? 0) + 1 + Math.max(0, indent);
      return { ...at, line: at.line + before.length, column };
    };
  }
  const quote = raw.startsWith('"') || raw.startsWith("'") ? 1 : 0;
  if (raw.slice(quote, raw.length - quote) !== value) return () => at;
  return (offset) => placeOf(start + quote + offset);
}
