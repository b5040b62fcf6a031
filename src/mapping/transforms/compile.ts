import type { TransformSpec } from '../../config/mapping-schema.ts';
import type { TransformArgument, TransformName } from '../../config/transform-schema.ts';
import { feedEvents, feedProducts } from './feed.ts';
import { compileHash } from './hash.ts';
import { htmlUnescape } from './html.ts';
import { compileMaskIp, firstForwarded } from './ip.ts';
import { alnum, lower, upper } from './letters.ts';
import { compilePick, compileSplit } from './list.ts';
import { compileMultiply, compileNumber, compileRound } from './number.ts';
import { compileParams } from './params.ts';
import { urlDecode } from './percent.ts';
import { compileRedact } from './redact.ts';
import { compileExtract, compileReplace } from './regex.ts';
import type { Step, TextStep } from './step.ts';
import { stripTags } from './strip-tags.ts';
import { compileLookup, compileMap, compileNullIf, type FindLookup } from './table.ts';
import { compileQueryParam, host, path } from './url.ts';

/** What transforms may ask of the mapping around them. */
export interface TransformContext {
  readonly lookup: FindLookup;
  /** The value of a secret variable. */
  secret(name: string): string | undefined;
}

/** A fault in one transform; `index` counts from 0 in `then:`. */
export interface TransformFault {
  readonly index: number;
  readonly message: string;
  readonly hint: string;
}

/** A `then:` list, compiled: it gives one text, or a list where a `split` is not followed by a `pick`; or all its faults. */
export type Transforms =
  | { readonly kind: 'one'; readonly apply: (text: string) => string }
  | { readonly kind: 'list'; readonly apply: (text: string) => string[] }
  | { readonly kind: 'faults'; readonly faults: readonly TransformFault[] };

/**
 * Compiles transforms to one pure function. The empty text is absent and stays absent: no transform sees it, and in
 * a list members that become empty are dropped, so a list with nothing left is absent. After `split` the others act
 * on each member until `pick` takes one. No list gives the text itself.
 */
export function compileTransforms(specs: readonly TransformSpec[], context: TransformContext): Transforms {
  const faults: TransformFault[] = [];
  let toOne: (text: string) => string = (text) => text;
  let toList: ((text: string) => string[]) | null = null;

  for (const [index, spec] of specs.entries()) {
    const step = compileStep(spec, context);
    const refuse = (message: string, hint: string): void => {
      faults.push({ index, message, hint });
    };
    if (step.kind === 'fault') refuse(step.message, step.hint);
    else if (step.kind === 'text') {
      if (toList === null) toOne = afterOne(toOne, step.apply);
      else toList = afterList(toList, step.apply);
    } else if (step.kind === 'split') {
      if (toList !== null) refuse('split of a list', 'pick one member before it is split again');
      toList = split(toOne, step.apply);
    } else if (toList === null) {
      refuse('pick of a text that is not split', 'put a split before it');
    } else {
      toOne = pick(toList, step.apply);
      toList = null;
    }
  }
  if (faults.length > 0) return { kind: 'faults', faults };
  return toList === null ? { kind: 'one', apply: toOne } : { kind: 'list', apply: toList };
}

function afterOne(first: TextStep, next: TextStep): TextStep {
  return (text) => {
    const middle = first(text);
    return middle === '' ? '' : next(middle);
  };
}

function afterList(first: (text: string) => string[], next: TextStep): (text: string) => string[] {
  return (text) => {
    const members = first(text);
    let kept = 0;
    for (const member of members) {
      const changed = next(member);
      if (changed !== '') members[kept++] = changed;
    }
    members.length = kept;
    return members;
  };
}

function split(first: TextStep, next: (text: string) => string[]): (text: string) => string[] {
  return (text) => {
    const whole = first(text);
    return whole === '' ? [] : next(whole);
  };
}

function pick(first: (text: string) => string[], next: (members: readonly string[]) => string): TextStep {
  return (text) => next(first(text));
}

/** How each transform of the language is compiled. `argument` is `undefined` where the name stands alone. */
const compilers: {
  readonly [K in TransformName]: (argument: TransformArgument<K> | undefined, context: TransformContext) => Step;
} = {
  lower: () => lower,
  upper: () => upper,
  htmlUnescape: () => htmlUnescape,
  stripTags: () => stripTags,
  urlDecode: () => urlDecode,
  nullIf: (texts = []) => compileNullIf(texts),
  replace: (parts = { match: '', with: '' }) => compileReplace(parts.match, parts.with),
  extract: (pattern = '') => compileExtract(pattern),
  split: (separator = '') => compileSplit(separator),
  pick: (place = '') => compilePick(place),
  map: (pairs = {}) => compileMap(pairs),
  lookup: (name = '', { lookup }) => compileLookup(name, lookup),
  alnum: () => alnum,
  hash: (spec = {}, { secret }) => compileHash(spec, secret),
  maskIp: (bytes) => compileMaskIp(bytes),
  firstForwarded: () => firstForwarded,
  host: () => host,
  path: () => path,
  queryParam: (name = '') => compileQueryParam(name),
  keepParams: (names = []) => compileParams(names, true),
  dropParams: (names = []) => compileParams(names, false),
  number: (marks = {}) => compileNumber(marks),
  multiply: (factor = '') => compileMultiply(factor),
  round: (digits) => compileRound(digits),
  redact: (kinds) => compileRedact(kinds),
  feedEvents: () => feedEvents,
  feedProducts: () => feedProducts,
};

function compileStep(spec: TransformSpec, context: TransformContext): Step {
  const [name, argument] = typeof spec === 'string' ? [spec, undefined] : (Object.entries(spec)[0] ?? ['', undefined]);
  // The schema that types a spec and the table above have the same names and arguments.
  return compilers[name as TransformName](argument as never, context);
}
