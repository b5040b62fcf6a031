import fc from 'fast-check';
import type { Problem } from '../../src/domain/problem.ts';

/** A YAML file as its parser gives it under the failsafe schema. */
export type Tree = string | null | Tree[] | { [key: string]: Tree };

/** One change of a tree near its schema: what is put in a place is most often known somewhere else. */
export interface Change {
  readonly at: number;
  readonly how: 'put' | 'drop' | 'rename' | 'add' | 'copy';
  readonly key: string;
  readonly value: Tree;
}

/** Texts that no schema expects. */
const strange: readonly string[] = [
  ...['null', '', ' ', '-1', '1e9', '0x1F', '(a+)+', '(', '{', '[', '{a', 'a.', '"a', '*', 'é'.repeat(300), '\u0000'],
  ...['__proto__', 'constructor', 'toString', '$1', ':from', '${prefix}', '${env:X}', ':no', 'OVER (', '?', "'"],
];

/** A word of `texts`, of the language's own `names`, or one that no schema expects. */
export function wordsOf(texts: readonly string[], names: readonly string[] = []): fc.Arbitrary<string> {
  const known = texts.join(' ').split(/[^\w.$]+/);
  const words = new Set([...known.filter((word) => word !== ''), ...names, ...strange]);
  return fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 8 }));
}

/** Changes that put words, and trees of them, into a tree. */
export function changesOf(word: fc.Arbitrary<string>): fc.Arbitrary<Change[]> {
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      word,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(word, tie('tree'), { maxKeys: 3 }),
      fc.constant(null),
    ),
  }));
  const how = fc.constantFrom<Change['how'][]>('put', 'put', 'drop', 'rename', 'add', 'copy');
  return fc.array(fc.record({ at: fc.nat(400), how, key: word, value: tree }), { minLength: 1, maxLength: 3 });
}

/** The text with pieces of it cut out and others put in, so that it is often no YAML any more. */
export function cutTexts(texts: readonly string[], word: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...'{}[],:#&*!|>%@`"\'\n\t- ', '? ', '&a ', '*a', '!!x ', '---\n'), word);
  const cuts = fc.array(fc.record({ at: fc.nat(3_000), length: fc.nat(5), piece }), { maxLength: 4 });
  return fc.tuple(fc.constantFrom(...texts), cuts).map(([start, list]) =>
    list.reduce((whole, { at, length, piece: put }) => {
      const from = at % whole.length;
      return whole.slice(0, from) + put + whole.slice(from + length);
    }, start),
  );
}

/** The tree with one of its places changed; `copy` puts there what stands elsewhere in it. */
export function changed(root: Tree, { at, how, key, value }: Change): Tree {
  const places: { holder: Record<string, Tree>; key: string }[] = [];
  const walk = (node: Tree): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const name of Object.keys(node)) {
      const holder = node as Record<string, Tree>;
      places.push({ holder, key: name });
      walk(holder[name] as Tree);
    }
  };
  const copy = structuredClone(root);
  walk(copy);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return value;
  const { holder, key: old } = place;
  const own = holder[old] as Tree;
  if (how === 'put') holder[old] = value;
  else if (how === 'copy') {
    const other = places[(at * 7 + key.length) % places.length];
    holder[old] = structuredClone(other?.holder[other.key] ?? null);
  } else if (how === 'add' && typeof own === 'object' && own !== null) {
    Object.defineProperty(own, Array.isArray(own) ? own.length : key, { value, enumerable: true, configurable: true });
  } else {
    delete holder[old];
    if (how === 'rename')
      Object.defineProperty(holder, Array.isArray(holder) ? old : key, {
        value: own,
        enumerable: true,
        configurable: true,
      });
  }
  return copy;
}

/** What a problem lacks: every one has a place in a file, says what is wrong, and what to do. */
export function lacksOf({ code, message, file, line, column, hint }: Problem): string[] {
  const parts = { code, message, file, line, column, hint };
  const lacking = Object.entries(parts).filter(([, part]) => part === null || part === '' || part === 0);
  return lacking.map(([name]) => `${code} "${message}" has no ${name}`);
}
