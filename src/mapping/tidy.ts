import { createHash } from 'node:crypto';
import type { AdobeColumn } from '../adobe/column.ts';
import { isCounterStep } from '../adobe/counter.ts';
import { cutToBytes, isOver } from '../adobe/cut.ts';
import { listValueBytes } from '../adobe/limits.ts';
import { isPlaceholder } from '../adobe/placeholder.ts';
import { isPlain } from '../csv/plain-cell.ts';
import { kinds } from './kinds.ts';
import type { RowState } from './row-state.ts';

/** Makes a value fit its Adobe column: what was done is counted, and what cannot be used becomes the empty text. */
export type Tidy = (text: string) => string;

/** What happens over the byte limit: cut on a code point and counted, the row rejected, or a hash in its place. */
export type Overflow = 'cut' | 'reject' | 'hash';

/** What tidying asks of a column. */
export type TidyColumn = Pick<AdobeColumn, 'name' | 'kind' | 'limitBytes'>;

const BLANK = 0x20;
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
const hasControl = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/**
 * The tidying of one column, in this order: blanks around it, halves of characters, control characters and line breaks (a
 * run of them becomes one blank), what would run as a dynamic variable, placeholders, the shape of its kind, its byte limit
 * in UTF-8. Leaves in `state.plain` whether what it gives is plain.
 */
export function compileTidy(column: TidyColumn, overflow: Overflow, state: RowState): Tidy {
  const { name } = column;
  const clean = compileClean(name, state);
  const inert = compileInert(name, state);
  const { shape, placeholders } = kinds[column.kind];
  const within = compileLimit(name, column.limitBytes, overflow, state);
  const fitted = column.kind === 'url' ? fitUrl(within) : within;
  const most = column.limitBytes ?? Number.POSITIVE_INFINITY;
  // No shape makes of a plain text one that is not.
  const limit: Tidy = (text) => (state.plain && text.length <= most ? text : fitted(text));
  const placeholder = placeholders ? state.counter('emptied', name, 'placeholder') : null;
  const unusable = state.counter('emptied', name, 'unusable');
  const rewritten = state.counter('mended', name, 'rewritten');
  return (text) => {
    const value = inert(clean(text));
    if (value === '') return '';
    if (placeholder !== null && isPlaceholder(value)) {
      state.bump(placeholder);
      return '';
    }
    if (shape === null) return limit(value);
    const shaped = shape(value);
    if (shaped === '') {
      state.bump(unusable);
      return '';
    }
    if (shaped !== value) state.bump(rewritten);
    return limit(shaped);
  };
}

const halfCode = /%[0-9A-Fa-f]?$/;
const halfCharacter = /%[C-F][0-9A-F](?:%[89AB][0-9A-F]){0,2}$/i;
const continuation = /^%[89AB][0-9A-F]/i;

// Half of a percent-encoded byte breaks the whole URL, half of a percent-encoded character what is decoded of it.
function fitUrl(within: Tidy): Tidy {
  return (text) => {
    const fitted = within(text);
    if (fitted.length >= text.length) return fitted;
    const whole = fitted.replace(halfCode, '');
    return continuation.test(text.slice(whole.length, whole.length + 3)) ? whole.replace(halfCharacter, '') : whole;
  };
}

/**
 * The tidying of a column that holds several values: each is tidied by itself, loses the divider if it holds one, and
 * stands once, but in a hierarchy, whose levels may have one name; what stands twice is counted. A list variable limits
 * each value, other columns the whole (Adobe docs, list variable, prop and hier).
 */
export function compileListTidy(
  column: TidyColumn & Pick<AdobeColumn, 'family'>,
  divider: string,
  overflow: Overflow,
  state: RowState,
): (texts: readonly string[]) => string {
  const isList = column.family === 'list';
  const member = compileTidy({ ...column, limitBytes: isList ? listValueBytes : null }, overflow, state);
  const whole = compileLimit(column.name, isList ? null : column.limitBytes, overflow, state);
  // What is cut loses whole members: half of one would be another.
  const wholeMembers = (joined: string): string => {
    const fitted = whole(joined);
    if (fitted.length >= joined.length || overflow === 'hash' || joined.startsWith(divider, fitted.length))
      return fitted;
    const end = fitted.lastIndexOf(divider);
    return end === -1 ? fitted : fitted.slice(0, end);
  };
  const isHierarchy = column.family === 'hier';
  // What stood behind a divider may begin the value once that is gone, and one member the text of all.
  const inert = compileInert(column.name, state);
  const repeated = state.counter('left out', column.name, 'in the list already');
  const divided = state.counter('mended', column.name, 'divider taken out');
  return (texts) => {
    const kept: string[] = [];
    for (const text of texts) {
      let value = text === '' ? '' : member(text);
      if (value.includes(divider)) {
        state.bump(divided);
        value = inert(value.replaceAll(divider, ' ').trim());
      }
      if (value === '') continue;
      if (isHierarchy || !kept.includes(value)) kept.push(value);
      else state.bump(repeated);
    }
    return inert(wholeMembers(kept.join(divider)));
  };
}

/**
 * Takes blanks around a value away; a run of control characters becomes one blank, half of a UTF-16 pair U+FFFD, as UTF-8
 * would have it, and both are counted as mended. Leaves in `state.plain` whether the value was plain.
 */
export function compileClean(column: string, state: RowState): Tidy {
  const controlled = state.counter('mended', column, 'control characters');
  const halved = state.counter('mended', column, 'half a character');
  return (text) => {
    state.plain = isPlain(text);
    if (state.plain && text.charCodeAt(0) !== BLANK && text.charCodeAt(text.length - 1) !== BLANK) return text;
    let value = text.trim();
    if (!value.isWellFormed()) {
      state.bump(halved);
      value = value.toWellFormed();
    }
    if (!hasControl.test(value)) return value;
    state.bump(controlled);
    return value.replace(controls, ' ').trim();
  };
}

/**
 * Keeps Adobe from running a value that begins with `D=` as a dynamic variable, which would put another value or nothing
 * in its place (Adobe docs, dynamic variables: the prefix is case-sensitive). It becomes `d=`, which reports do not tell
 * from it, and is counted as mended.
 */
export function compileInert(column: string, state: RowState): Tidy {
  const dynamic = state.counter('mended', column, 'dynamic variable');
  return (text) => {
    if (text.charCodeAt(0) !== 68 || text.charCodeAt(1) !== 61) return text;
    state.bump(dynamic);
    return `d${text.slice(1)}`;
  };
}

/** Keeps a value within `bytes` of UTF-8 by its `overflow`; `null` is no limit. */
export function compileLimit(column: string, bytes: number | null, overflow: Overflow, state: RowState): Tidy {
  if (bytes === null) return (text) => text;
  const cut = state.counter('cut', column, `over ${bytes} bytes`);
  const hashed = state.counter('mended', column, `hashed, over ${bytes} bytes`);
  return (text) => {
    if (!isOver(text, bytes)) return text;
    if (overflow === 'reject') {
      state.reject(`overflow ${column}`, column, text);
      return '';
    }
    if (overflow === 'hash') {
      state.bump(hashed);
      return createHash('sha256').update(text).digest('hex').slice(0, Math.min(bytes, 32));
    }
    state.bump(cut);
    return cutToBytes(text, bytes).trimEnd();
  };
}

/** What an eVar that counts would misread is emptied and counted (Adobe docs, eVar variable). */
export function heldToCounter(tidy: Tidy, column: string, state: RowState): Tidy {
  const emptied = state.counter('emptied', column, 'no step of a counter');
  return (text) => {
    const step = tidy(text);
    if (step === '' || isCounterStep(step)) return step;
    state.bump(emptied);
    return '';
  };
}
