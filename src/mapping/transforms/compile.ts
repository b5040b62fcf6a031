import type { TransformSpec } from '../../config/mapping-schema.ts';
import { compileHash } from './hash.ts';
import { htmlUnescape } from './html.ts';
import { alnum, lower, upper } from './letters.ts';
import { compilePick, compileSplit } from './list.ts';
import { compileMultiply, compileNumber, compileRound } from './number.ts';
import { compileExtract, compileReplace } from './regex.ts';
import { type Step, stepFault, type TextStep } from './step.ts';
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
  readonly hint: string | null;
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
    const refuse = (message: string, hint: string | null): void => {
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

function compileStep(spec: TransformSpec, context: TransformContext): Step {
  if (typeof spec === 'string') {
    switch (spec) {
      case 'lower':
        return lower;
      case 'upper':
        return upper;
      case 'alnum':
        return alnum;
      case 'htmlUnescape':
        return htmlUnescape;
      case 'host':
        return host;
      case 'path':
        return path;
      case 'hash':
        return compileHash({}, context.secret);
      case 'number':
        return compileNumber({});
      case 'round':
        return compileRound();
      default:
        return notYet(spec);
    }
  }
  if ('nullIf' in spec) return compileNullIf(spec.nullIf);
  if ('replace' in spec) return compileReplace(spec.replace.match, spec.replace.with);
  if ('extract' in spec) return compileExtract(spec.extract);
  if ('split' in spec) return compileSplit(spec.split);
  if ('pick' in spec) return compilePick(spec.pick);
  if ('map' in spec) return compileMap(spec.map);
  if ('lookup' in spec) return compileLookup(spec.lookup, context.lookup);
  if ('hash' in spec) return compileHash(spec.hash, context.secret);
  if ('queryParam' in spec) return compileQueryParam(spec.queryParam);
  if ('number' in spec) return compileNumber(spec.number);
  if ('multiply' in spec) return compileMultiply(spec.multiply);
  if ('round' in spec) return compileRound(spec.round);
  return notYet(Object.keys(spec)[0] ?? '');
}

function notYet(name: string): Step {
  return stepFault(`the transform ${name} is not supported yet`, null);
}
