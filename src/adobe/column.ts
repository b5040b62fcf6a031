/**
 * How sure a fact is: stated in Adobe's current docs; stated in older docs that were reworded since; seen in the
 * field; or not published anywhere.
 */
export type Certainty = 'documented' | 'older docs' | 'field' | 'uncertain';

/** Columns that belong together. */
export type ColumnFamily =
  | 'required'
  | 'visitor'
  | 'customerID'
  | 'client'
  | 'page'
  | 'link'
  | 'commerce'
  | 'device'
  | 'hints'
  | 'services'
  | 'eVar'
  | 'prop'
  | 'list'
  | 'hier'
  | 'contextData'
  | 'queryString';

/** What a value of the column must look like. */
export type ColumnKind =
  | 'timestamp'
  | 'suites'
  | 'visitorId'
  | 'ecid'
  | 'ip'
  | 'userAgent'
  | 'customerId'
  | 'authState'
  | 'bit'
  | 'text'
  | 'url'
  | 'pageType'
  | 'linkType'
  | 'events'
  | 'products'
  | 'alphanumeric'
  | 'alphanumericList'
  | 'currency'
  | 'language'
  | 'resolution'
  | 'pixels'
  | 'integer'
  | 'bitness'
  | 'locationHint'
  | 'connection'
  | 'flag'
  | 'boolean'
  | 'brands'
  | 'delimited'
  | 'context'
  | 'queryString';

const noVariables: ReadonlySet<ColumnKind> = new Set<ColumnKind>(['timestamp', 'suites', 'ip', 'userAgent']);

/** Whether a kind of column is one of variables, which are read as text, after what says when, where and who. */
export function isVariable(kind: ColumnKind): boolean {
  return !noVariables.has(kind);
}

/** One column of a BDIA file. */
export interface AdobeColumn {
  /** Adobe's own spelling; a type inside `customerID.…` and a key of `contextData` as they were asked for. */
  readonly name: string;
  readonly family: ColumnFamily;
  /** The parameter that says the same inside `queryString`; `null` where there is only the column. */
  readonly query: string | null;
  /** Other names that the collection servers take for `query`. */
  readonly queryAliases: readonly string[];
  /** UTF-8 bytes that Adobe keeps of a value, the rest is cut without a word; `null` where no limit is known. */
  readonly limitBytes: number | null;
  readonly kind: ColumnKind;
  /** Of limit and kind; that the column exists is documented for all. */
  readonly certainty: Certainty;
  /** Adobe's page that says so. */
  readonly source: string;
}

/** A column as a data file writes it. */
export type ColumnData = Omit<AdobeColumn, 'family' | 'queryAliases'> & { readonly queryAliases?: readonly string[] };

/** Completes a family's data. */
export function inFamily(family: ColumnFamily, columns: readonly ColumnData[]): AdobeColumn[] {
  return columns.map((column) => ({ queryAliases: [], ...column, family }));
}
