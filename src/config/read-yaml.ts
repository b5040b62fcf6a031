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
  type YAMLError,
} from 'yaml';
import type { Problem } from '../domain/problem.ts';
import { type Checked, inOrder, problemAt } from './problems.ts';
import type { Place, YamlNode, YamlText } from './yaml-node.ts';

/** Nodes that aliases may stand for in one file; more is a file that blows up, not one that a person wrote. */
const MAX_ALIASED_NODES = 10_000;

/**
 * Reads one YAML document under the failsafe schema: every scalar is the text as written, an empty value the empty text.
 * Refused, all at once: syntax faults, tags, duplicate keys, keys that are no plain text, aliases that blow up, and a
 * folded (`>`) scalar under the key `query`, because folding joins SQL lines and a `--` comment would swallow the next.
 * `file` is only named in places.
 */
export function readYaml(text: string, file: string): Checked<YamlNode> {
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
  const problems = syntaxProblems(document.errors, text, placeOf);
  if (document.contents === null) {
    if (problems.length === 0) problems.push(problemAt(placeOf(0), 'yaml.empty', 'the file holds nothing'));
    return { problems };
  }
  const root = convert(document, text, placeOf, problems);
  return problems.length === 0 ? { value: root } : { problems: inOrder(problems) };
}

/** Errors in our words; what the parser stumbles over after the first fault of a line or of a broken-off document is left out. */
function syntaxProblems(errors: readonly YAMLError[], text: string, placeOf: (offset: number) => Place): Problem[] {
  const problems: Problem[] = [];
  let lastLine = 0;
  for (const error of errors) {
    const offset = error.pos[0];
    const place = placeOf(offset);
    const followsUp = problems.length > 0 && (place.line === lastLine || error.message.includes('in YAML stream'));
    if (followsUp) continue;
    lastLine = place.line;
    problems.push(
      text.startsWith('${env:', offset - 1)
        ? problemAt(
            placeOf(offset - 1),
            'yaml.env-in-flow',
            '${env:NAME} inside { } or [ ] must be quoted, because YAML reads its braces as a map',
            'write "${env:NAME}"',
          )
        : problemAt(place, 'yaml.syntax', syntaxMessage(error), syntaxHint(error)),
    );
  }
  return problems;
}

function syntaxMessage(error: YAMLError): string {
  if (error.code === 'MULTIPLE_DOCS') return 'a file holds one document; a second one begins here';
  // What stands behind a colon is the text of the file, which may be a secret.
  const message = error.message
    .replace(/(?<=\S): .*$/s, '')
    .replace(/\s+/g, ' ')
    .trim();
  return `this is no YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

function syntaxHint(error: YAMLError): string | null {
  if (error.code === 'TAB_AS_INDENT') return 'indent with blanks';
  if (error.code === 'BAD_SCALAR_START' || error.code === 'BLOCK_AS_IMPLICIT_KEY') return 'put the text in quotes';
  return null;
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
      if (!isScalar(keyNode) || textOf(keyNode) === '' || textOf(keyNode) === '__proto__') {
        problems.push(problemAt(keyAt, 'yaml.key', 'a key must be a plain text'));
        continue;
      }
      if (keyNode.tag !== undefined) {
        problems.push(
          problemAt(keyAt, 'yaml.tag', `tags such as ${keyNode.tag} are not allowed`, 'write the key alone'),
        );
      }
      const key = textOf(keyNode);
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
      problems.push(problemAt(at, 'yaml.alias', `no anchor &${alias.source} stands above`));
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
