import { byteLength, isOver } from '../adobe/cut.ts';
import { contextDataBytes, suiteBytes } from '../adobe/limits.ts';
import { compileQueryValue, contextBytesOf, writtenParameters } from '../adobe/query-parameters.ts';
import { hitContext, missingNeed, type ReadValue } from '../adobe/required.ts';
import { adobeRule, type RuleId } from '../adobe/rules.ts';
import { timestampFault } from '../adobe/timestamp.ts';
import { count } from '../domain/count.ts';
import { currencyFault } from './currency.ts';
import type { Note } from './finding.ts';
import { type Header, seedOf } from './header.ts';

/** Checks one data row that has as many cells as the header. `clean`: it is known to hold no control character. */
export type RowLint = (cells: readonly string[], row: number, clean: boolean) => void;

const currencyIn = compileQueryValue('cc');
const control = /[\u0000-\u001f\u007f]/;

/**
 * The rules of single rows: what every row needs, the form of the time, links and pages, report suites, control
 * characters, byte limits, and currencies, for which a hit is dropped. `suites` are those that rows may name; `null` for
 * any.
 */
export function compileRowLint(header: Header, suites: ReadonlySet<string> | null, note: Note): RowLint {
  let cells: readonly string[] = [];
  let row = 0;
  const read: ReadValue = (name) => cells[header.places.get(name) ?? -1] ?? '';
  const found = (rule: RuleId, place: number | null, message: string): void => {
    const named = place === null ? null : (header.names[place] ?? null);
    note({ rule, row, column: named, value: place === null ? null : (cells[place] ?? null), message });
  };
  const placeOf = (name: string): number | null => header.places.get(name) ?? null;
  const limited = header.columns.flatMap((known, place) =>
    known === null || known.limitBytes === null ? [] : [{ place, limit: known.limitBytes }],
  );
  const contextCells = header.columns.flatMap((known, place) =>
    known?.family === 'contextData' ? [{ place, keyBytes: byteLength(known.name) - 'contextData.'.length }] : [],
  );
  const timePlace = placeOf('timestamp');
  const suitePlace = placeOf('reportSuiteID');
  const currencyPlace = placeOf('currencyCode');
  const queryPlace = placeOf('queryString');
  let goodSuites: string | null = null;
  let goodCurrency = '';

  const lintNeeds = (): void => {
    const need = missingNeed(read, seedOf(header.seeds, cells));
    if (need !== null) {
      found('required-value', null, `the row has no ${need}`);
      return;
    }
    const context = hitContext(read);
    if (context === 'bare link') {
      const message = 'a link without linkName and linkURL: its page columns are thrown away, and nothing is left';
      found('bare-link', placeOf('linkType'), message);
    } else if (context === 'link without a type') {
      found('link-without-type', placeOf('linkName'), adobeRule('link-without-type').says);
    } else if (context === 'link without its page') {
      found('link-with-page', placeOf('pageName'), 'a link hit loses pageName and pageURL');
    }
  };

  const lintSuites = (place: number): void => {
    const list = cells[place] ?? '';
    if (list === '' || list === goodSuites) return;
    let good = true;
    for (const suite of list.split(',')) {
      const message =
        suite.trim() !== suite || suite === ''
          ? 'report suites are listed with commas and without blanks'
          : byteLength(suite) > suiteBytes
            ? `the report suite "${suite}" is longer than ${suiteBytes} bytes`
            : suites !== null && !suites.has(suite)
              ? `the report suite "${suite}" is none of this migration`
              : null;
      if (message === null) continue;
      good = false;
      found('report-suite', place, message);
    }
    if (good && list.includes(',') && new Set(list.split(',')).size < list.split(',').length) {
      good = false;
      found('suite-twice', place, adobeRule('suite-twice').says);
    }
    if (good && /[^A-Za-z0-9,-]/.test(list)) {
      good = false;
      found('suite-characters', place, adobeRule('suite-characters').says);
    }
    if (good) goodSuites = list;
  };

  const lintCurrency = (place: number, code: string): void => {
    if (code === '' || code === goodCurrency) return;
    const fault = currencyFault(code);
    if (fault === null) goodCurrency = code;
    else found(fault.rule, place, fault.message);
  };

  const lintContext = (): void => {
    let bytes = 0;
    for (const { place, keyBytes } of contextCells) {
      const text = cells[place] ?? '';
      if (text !== '') bytes += keyBytes + byteLength(text);
    }
    const query = queryPlace === null ? '' : (cells[queryPlace] ?? '');
    // What stands in brackets is longer once each key is whole.
    if (query.length > contextDataBytes - bytes || query.includes('c.&'))
      for (const parameter of writtenParameters(query)) bytes += contextBytesOf(parameter);
    if (bytes <= contextDataBytes) return;
    found('context-size', null, `${count(bytes)} bytes of contextData; a hit holds ${count(contextDataBytes)}`);
  };

  return (given, number, clean) => {
    cells = given;
    row = number;
    lintNeeds();
    const time = timePlace === null ? '' : (cells[timePlace] ?? '');
    const timeFault = time === '' ? null : timestampFault(time);
    if (timeFault !== null) found(timeFault.rule, timePlace, timeFault.message);
    if (suitePlace !== null) lintSuites(suitePlace);
    if (currencyPlace !== null) lintCurrency(currencyPlace, cells[currencyPlace] ?? '');
    if (queryPlace !== null) lintCurrency(queryPlace, currencyIn(cells[queryPlace] ?? ''));
    for (const { place, limit } of limited) {
      const text = cells[place] ?? '';
      if (!isOver(text, limit)) continue;
      found('byte-limit', place, `${count(byteLength(text))} bytes; Adobe keeps ${count(limit)}`);
    }
    if (contextCells.length > 0 || queryPlace !== null) lintContext();
    if (clean) return;
    for (let place = 0; place < cells.length; place++) {
      if (header.columns[place] === null || !control.test(cells[place] ?? '')) continue;
      found('control-character', place, 'tabs, line breaks and control characters are illegal in values');
    }
  };
}
