import { dividedColumns } from '../adobe/columns.ts';
import { currencyStanding } from '../adobe/currency.ts';
import { isPlaceholder } from '../adobe/placeholder.ts';
import type { ValueMap, ValueSpec } from '../config/mapping-schema.ts';
import type { Row } from '../domain/row.ts';
import type { Faults, Path } from './faults.ts';
import type { HitColumn } from './hit-columns.ts';
import { createRowState, type RowState } from './row-state.ts';
import type { Reader } from './scope.ts';
import { compileListTidy, compileTidy, heldToCounter, type Overflow, type Tidy, type TidyColumn } from './tidy.ts';
import { compileValue, type ValueContext } from './value.ts';
import { compileWholeQuery } from './whole-query.ts';

/** What Adobe's side of a migration tells the mapping. */
export interface Suite {
  /** The customerID type that seeds the visitor id; `null` where none is provisioned. */
  readonly seed: string | null;
  /** The currency of amounts whose row names none. */
  readonly currency: string | null;
  /** Column name (`list1`, `prop5`) to the text that divides its values. */
  readonly delimiters: Readonly<Record<string, string>>;
  /** What becomes of a currency that Adobe's list lacks; `reject` unless given. */
  readonly unlistedCurrency?: 'reject' | 'empty' | 'send';
  /** Events that may hold decimals; `null`, as where it is not given: nobody says which. */
  readonly numericEvents?: readonly string[] | null;
  /** eVars that count; none unless given. */
  readonly counterEVars?: readonly string[];
  /** Whether characters above 127 arrive; they do unless it is false. */
  readonly multiByte?: boolean;
  /** Whether hits may, must or cannot have a time; `optional` unless given. */
  readonly timestamps?: 'optional' | 'required' | 'none';
}

/**
 * Compiles one column that has no builder: `raw` reads its value as it comes, only to tell whether there is one, and `read`
 * makes it fit the column; where it is `tidied`, `state.plain` tells of what it gave, unless that is empty. A list is joined
 * by the divider that the report suite has for the column.
 */
export function compileCell(
  { column, spec: written, path }: HitColumn,
  suite: Suite,
  context: ValueContext,
): { raw: Reader; read: Reader; tidied: boolean } {
  const spec = written as ValueSpec;
  const overflow: Overflow = (spec as ValueMap).overflow ?? 'cut';
  const reason = column.name === 'userAgent' ? column.name : `no ${column.name}`;
  const value = compileValue(spec, path, { reason, column: column.name, overflow: true }, context);
  const delimiter = column.kind === 'alphanumericList' ? ',' : (suite.delimiters[column.name] ?? null);
  const isDivided = column.kind === 'alphanumericList' || dividedColumns.includes(column.name);
  if (value.kind === 'text' && (!isDivided || delimiter === null)) {
    const raw = value.read;
    const { state } = context;
    const tidied =
      column.kind === 'queryString' ? compileWholeQuery(suite, state) : compileTidy(column, overflow, state);
    const isCounter = suite.counterEVars?.includes(column.name) === true;
    const tidy =
      column.kind === 'currency'
        ? heldToList(tidied, suite, state)
        : isCounter
          ? heldToCounter(tidied, column.name, state)
          : tidied;
    return {
      raw,
      read: (row) => {
        const text = raw(row);
        return text === '' ? '' : tidy(text);
      },
      tidied: column.kind !== 'queryString',
    };
  }
  if (delimiter === null) {
    tellList(column.name, dividedColumns.includes(column.name), path, context.faults);
    return { raw: () => '', read: () => '', tidied: false };
  }
  const tidy = compileListTidy(column, delimiter, overflow, context.state);
  if (value.kind === 'text') {
    const raw = value.read;
    return { raw, read: (row) => tidy(raw(row).split(delimiter)), tidied: false };
  }
  const { read } = value;
  const raw: Reader = (row) => (read(row).length === 0 ? '' : column.name);
  return { raw, read: (row) => tidy(read(row)), tidied: false };
}

/**
 * A currency code that is in ISO 4217, but not on Adobe's list: nobody says whether Adobe drops the hit for it, and to leave
 * it out would count the amounts in another currency (Adobe docs, currencyCode).
 */
function heldToList(tidy: Tidy, { unlistedCurrency = 'reject' }: Suite, state: RowState): Tidy {
  if (unlistedCurrency === 'send') return tidy;
  const emptied = state.counter('emptied', 'currencyCode', 'unlisted currency');
  return (text) => {
    const code = tidy(text);
    if (code === '' || currencyStanding(code) === 'listed') return code;
    if (unlistedCurrency === 'reject') state.reject('unlisted currency', 'currencyCode', code);
    else state.bump(emptied);
    return '';
  };
}

/**
 * Rejects a row that names a currency which is no code, where its amounts would else count in the report suite's own;
 * `raw` reads what the row names. A placeholder names none. To be asked of a row with amounts and an empty currency.
 */
export function compileUnknownCurrency(
  raw: Reader,
  { unlistedCurrency = 'reject' }: Suite,
  state: RowState,
): (row: Row) => void {
  if (unlistedCurrency !== 'reject') return () => undefined;
  return (row) => {
    const named = raw(row).trim();
    if (named !== '' && !isPlaceholder(named)) state.reject('unlisted currency', 'currencyCode', named);
  };
}

function tellList(name: string, takesList: boolean, path: Path, faults: Faults): void {
  const hint = takesList
    ? `say what divides its values: target.suite.delimiters.${name} in the migration, as the report suite has it`
    : 'take one member with pick';
  faults.error(path, 'list', `${name} gets a list of texts and holds one`, hint);
}

/** Compiles the report suite of a row: a text for all rows, or a value; several are joined by commas. */
export function compileSuites(reportSuiteID: ValueSpec, context: ValueContext): Reader {
  if (typeof reportSuiteID === 'string') return () => reportSuiteID;
  const at: Path = ['target', 'reportSuiteID'];
  const value = compileValue(reportSuiteID, at, { reason: 'reportSuiteID', column: 'reportSuiteID' }, context);
  const column: TidyColumn = { name: 'reportSuiteID', limitBytes: null, kind: 'suites' };
  const tidy = compileTidy(column, 'reject', context.state);
  if (value.kind === 'text') {
    const { const: suite = '', ...others } = reportSuiteID;
    // What tidying leaves alone is the same for every row, and nothing is said of it.
    const isFixed =
      Object.keys(others).length === 0 && compileTidy(column, 'reject', createRowState())(suite) === suite;
    return isFixed && suite !== '' ? () => suite : (row) => tidy(value.read(row));
  }
  return (row) => tidy(value.read(row).join(','));
}
