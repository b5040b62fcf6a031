import { TextDecoder } from 'node:util';
import {
  cutEncoded,
  decodedValue,
  encodedBytes,
  queryLimit,
  queryParameter,
  queryParameterNames,
  refusedParameterNames,
  type WrittenParameter,
  writtenParameters,
} from '../adobe/query-parameters.ts';
import type { Row } from '../domain/row.ts';
import { fromWindows1252 } from '../domain/windows-1252.ts';
import { compileAsColumn, encodeFully, type SuiteOfParameters } from './query-string.ts';
import type { Counter, RowState } from './row-state.ts';
import type { Reader } from './scope.ts';
import { compileClean, type Tidy } from './tidy.ts';

const column = 'queryString';

/**
 * Tidies a query that the source holds as one text. What stands in brackets gets its whole name. Counted: values in a
 * character set that the query names become UTF-8; what breaks the query is percent-encoded; parameters that a file must not
 * hold are left out; what a column says too is tidied as it is there. Of other values one that would run as a dynamic
 * variable is mended, and one over its parameter's bytes is cut.
 */
export function compileWholeQuery(suite: SuiteOfParameters, state: RowState): Tidy {
  const clean = compileClean(column, state);
  const gone = state.counter('left out', column, 'parameter not allowed');
  // By name: what libraries write into each request would else hide that its events are lost.
  const goneBy = new Map(
    refusedParameterNames().map((name) => [
      name,
      state.counter('left out', `${column}.${name}`, 'parameter not allowed'),
    ]),
  );
  const dynamic = state.counter('mended', column, 'dynamic variable');
  const rewritten = state.counter('mended', column, 'rewritten');
  const controlled = state.counter('mended', column, 'control characters');
  // All at once: what is counted stands in the order of compilation, whatever the rows hold.
  const asColumn = new Map(
    queryParameterNames().flatMap((name) => {
      const twin = queryParameter(name)?.column ?? null;
      return twin === null ? [] : [[name, compileAsColumn(name, twin, suite, state)] as const];
    }),
  );
  const limits = queryParameterNames().flatMap((name) => queryLimit(name) ?? []);
  const cut = new Map(limits.map((bytes) => [bytes, state.counter('cut', column, `over ${bytes} bytes`)]));
  const within = (name: string, value: string): string => {
    const limit = queryLimit(name);
    if (limit === null || value.length <= limit || encodedBytes(value) <= limit) return value;
    state.bump(cut.get(limit) as Counter);
    return cutEncoded(value, limit);
  };
  const encoded = (value: string): string => {
    const fitted = value.replaceAll('+', '%20').replace(/%(?![0-9A-Fa-f]{2})|[^\w.~!*'()%:/?@,;$-]/gu, encodeFully);
    if (fitted !== value) state.bump(rewritten);
    return fitted;
  };
  const mended = (name: string, value: string): string => {
    const still = value.replace(/^(?:D|%44)(?==|%3D)/i, (first) => (first === 'D' || first === '%44' ? 'd' : first));
    if (still !== value) state.bump(dynamic);
    const calm = still.replace(/(?:%[01][\dA-Fa-f]|%7[Ff])+/g, '%20');
    if (calm !== still) state.bump(controlled);
    return within(name, encoded(calm));
  };
  const sentOf = (name: string, written: string): string => {
    const tidy = asColumn.get(name);
    if (written === '' || tidy === undefined) return mended(name, written);
    const value = encoded(written);
    const text = decodedValue(value);
    // Bytes that are no UTF-8 are no text: they stay as they are written.
    if (text === value && value.includes('%')) return mended(name, value);
    const tidied = tidy(text);
    return tidied === text ? value : encodeFully(tidied);
  };
  const inUtf8 = (value: string, decoder: TextDecoder | null): string => {
    const utf8 = decoder === null ? value : recoded(value, decoder);
    if (utf8 !== value) state.bump(rewritten);
    return utf8;
  };
  return (text) => {
    const kept: string[] = [];
    const parameters = writtenParameters(clean(text));
    const decoder = decoderOf(parameters);
    for (const { name, value } of parameters) {
      if (queryParameter(name)?.fault !== undefined) {
        state.bump(goneBy.get(name) ?? gone);
        continue;
      }
      const sent = value === null ? null : sentOf(name, inUtf8(value, decoder));
      if (sent === null) kept.push(name);
      else if (sent !== '' || value === '') kept.push(`${name}=${sent}`);
    }
    return kept.join('&');
  };
}

/**
 * What decodes the values of a query that names another character set than UTF-8 (`ce`); `null` where it names none that is
 * known. BDIA takes what says none for UTF-8, and `ce` is left out (Adobe docs, Data Insertion variable reference).
 */
function decoderOf(parameters: readonly WrittenParameter[]): TextDecoder | null {
  const charset = parameters.find(({ name }) => name === 'ce')?.value ?? '';
  if (charset === '') return null;
  try {
    const decoder = new TextDecoder(decodedValue(charset));
    // Bytes of UTF-16 would be no percent-encoded text at all.
    return decoder.encoding.startsWith('utf-') ? null : decoder;
  } catch {
    return null;
  }
}

/** A value with bytes above 127 in UTF-8; characters that are no bytes any more have been decoded before. */
function recoded(value: string, decoder: TextDecoder): string {
  if (!/%[89A-F]/i.test(value) || /[^\u0000-\u007f]/.test(value)) return value;
  const bytes = value
    .replaceAll('+', ' ')
    .replace(/%([\dA-F]{2})/gi, (_code, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const text =
    decoder.encoding === 'windows-1252' ? fromWindows1252(bytes) : decoder.decode(Buffer.from(bytes, 'latin1'));
  return encodeFully(text);
}

/**
 * Rejects a row that is no link by its columns where the query that `raw` reads names one: without its link, which only
 * columns may say, what stands there of the page would make a page view of it (Adobe docs, Data Insertion variable
 * reference).
 */
export function compileQueryLink(raw: Reader, state: RowState): (row: Row) => void {
  return (row) => {
    const link = writtenParameters(raw(row)).find(({ name, value }) => /^(?:pe|pev2)$/.test(name) && value);
    if (link !== undefined) state.reject('page or link', column, `${link.name}=${link.value}`);
  };
}
