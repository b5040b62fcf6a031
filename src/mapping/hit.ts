import { customerPart } from '../adobe/columns-keyed.ts';
import { holdsAmount } from '../adobe/events.ts';
import { type MissingNeed, missingNeed } from '../adobe/required.ts';
import { effectiveVisitor } from '../adobe/visitor.ts';
import {
  type EventItemSpec,
  isValueSpec,
  type ProductsSpec,
  type UserAgentSpec,
  type ValueSpec,
} from '../config/mapping-schema.ts';
import type { Row } from '../domain/row.ts';
import { compileContextSize } from './context-size.ts';
import { compileEvents } from './events.ts';
import type { Path } from './faults.ts';
import { compileCell, compileSuites, compileUnknownCurrency, type Suite } from './hit-cell.ts';
import type { HitColumn } from './hit-columns.ts';
import { compileFinishedProducts, type ProductsBuilder } from './product-list.ts';
import { compileProducts } from './products.ts';
import { compilePageless, compileParameters } from './query-string.ts';
import type { Counter } from './row-state.ts';
import type { Reader } from './scope.ts';
import { compileUserAgent } from './user-agent/build.ts';
import { compileText, type ValueContext, type ValueUse } from './value.ts';
import { compileQueryLink } from './whole-query.ts';
import { compileWideCount } from './wide.ts';

/** What compiling the hits of a stream needs. */
export interface HitInput {
  readonly columns: readonly HitColumn[];
  /** Where `hit:` stands. */
  readonly path: Path;
  /** Adobe's columns in the order of the file. */
  readonly header: readonly string[];
  readonly reportSuiteID: ValueSpec;
  readonly suite: Suite;
}

/** The cells of one hit after another, in the header's order; the array is reused. */
export interface HitCells {
  readonly cells: readonly string[];
  /** 1 for cells that are known to be plain (`plain-cell.ts`), and perhaps for empty ones. */
  readonly plain: Uint8Array;
  /** Fills the cells. What a value refuses (`else: reject`, `overflow: reject`) is left in the row's state. */
  fill(row: Row, seconds: number): void;
  /** The visitor as Adobe will store it, of the filled cells; empty where there is none. */
  visitor(): string;
  /** What the filled cells lack of what Adobe asks of every row; `null` where they lack nothing. */
  missing(): MissingNeed | null;
}

/** One column that is filled: its place and its tidied text. */
interface Cell {
  readonly index: number;
  readonly read: Reader;
  readonly tidied: boolean;
}

const pageNames = ['pageURL', 'pageName', 'pageType'];
const linkNames = ['linkType', 'linkName', 'linkURL'];
const finished: ValueUse = { reason: 'no products', column: 'products' };

/**
 * Compiles the cells of a stream's hits. A row with any link column is a link hit: its page columns are left out and
 * counted, as Adobe would do without a word, and a link without a type is a custom link (Adobe docs, BDIA column
 * reference). Events that stand inside products are listed in `events` too, as Adobe wants.
 */
export function compileHit(input: HitInput, context: ValueContext): HitCells {
  const { header, suite } = input;
  const { state } = context;
  const cells = header.map(() => '');
  const plain = new Uint8Array(header.length);
  const put = ({ index, read, tidied }: Cell, row: Row): string => {
    const text = read(row);
    cells[index] = text;
    plain[index] = tidied && state.plain ? 1 : 0;
    return text;
  };
  // What a link loses is only counted: that its page is absent (`else: reject`) is no fault of a link.
  const leave = (raw: Reader, left: Counter, row: Row): void => {
    state.asking = true;
    if (raw(row) !== '') state.bump(left);
    state.asking = false;
  };
  const at = (name: string): number => header.indexOf(name);
  const links: Cell[] = [];
  const pages: (Cell & { readonly leave: (row: Row) => void })[] = [];
  const others: Cell[] = [];
  let products: ProductsBuilder | null = null;
  let events: ((row: Row, extra: readonly string[]) => string) | null = null;
  let refuseUnknownCurrency: ((row: Row) => void) | null = null;
  let refuseQueryLink: ((row: Row) => void) | null = null;

  for (const { column, spec, path } of input.columns) {
    const index = at(column.name);
    if (column.kind === 'events') {
      events = compileEvents(spec as ValueSpec | readonly EventItemSpec[], path, context);
    } else if (column.kind === 'products') {
      products = isValueSpec(spec)
        ? compileFinishedProducts(compileText(spec, path, finished, context), context)
        : compileProducts(spec as ProductsSpec, path, context);
    } else if (column.kind === 'userAgent' && !isValueSpec(spec)) {
      others.push({ index, read: compileUserAgent(spec as UserAgentSpec, path, context), tidied: false });
    } else if (column.kind === 'queryString' && !isValueSpec(spec)) {
      const mapped = input.columns.map((other) => other.column.name);
      others.push({
        index,
        read: compileParameters(spec as Readonly<Record<string, ValueSpec>>, path, mapped, suite, context),
        tidied: false,
      });
    } else {
      const { raw, read, tidied } = compileCell({ column, spec, path }, suite, context);
      if (linkNames.includes(column.name)) links.push({ index, read, tidied });
      else if (pageNames.includes(column.name)) {
        const left = state.counter('left out', column.name, 'link hit');
        pages.push({ index, read, tidied, leave: (row) => leave(raw, left, row) });
      } else others.push({ index, read, tidied });
      if (column.kind === 'currency') refuseUnknownCurrency = compileUnknownCurrency(raw, suite, state);
      if (column.kind === 'queryString') refuseQueryLink = compileQueryLink(raw, state);
    }
  }
  if (events === null && products !== null && header.includes('events')) {
    events = compileEvents([], input.path, context);
  }
  const suites = compileSuites(input.reportSuiteID, context);

  const timestamp = at('timestamp');
  const reportSuite = at('reportSuiteID');
  const linkType = at('linkType');
  const currency = at('currencyCode');
  const eventsAt = at('events');
  const productsAt = at('products');
  const noEvents: readonly string[] = [];
  const places = new Map(header.map((name, index) => [name, index]));
  const cell = (name: string): string => {
    const index = places.get(name);
    return index === undefined ? '' : (cells[index] as string);
  };
  const seed = (): string => {
    if (suite.seed === null || cell(`customerID.${suite.seed}.isMCSeed`) !== '1') return '';
    return cell(`customerID.${suite.seed}.id`);
  };
  const hasAmounts = (): boolean =>
    (products !== null && cells[productsAt] !== '') ||
    (events !== null && holdsAmount(cells[eventsAt] as string, context.numericEvents));
  const clearCustomers = compileCustomers(header, cells, context);
  const fitContext = compileContextSize(header, cells, state);
  const countWide = suite.multiByte === false ? compileWideCount(header, cells, state) : null;
  const queryAt = at('queryString');
  const userAgent = at('userAgent');
  const pageURL = at('pageURL');
  let isLink = false;
  const pageless = compilePageless(state);
  const ids = { seed: '', visitorID: '', marketingCloudVisitorID: '', ipaddress: '' };

  return {
    cells,
    plain,
    visitor() {
      ids.seed = seed();
      ids.visitorID = cell('visitorID');
      ids.marketingCloudVisitorID = cell('marketingCloudVisitorID');
      ids.ipaddress = cell('ipaddress');
      return effectiveVisitor(ids);
    },
    missing() {
      const isPage = !isLink && pageURL !== -1 && cells[pageURL] !== '';
      if (isPage && userAgent !== -1 && cells[userAgent] !== '' && cells[reportSuite] !== '') return null;
      return missingNeed(cell, seed());
    },
    fill(row, seconds) {
      cells[timestamp] = String(seconds);
      cells[reportSuite] = suites(row);
      // Set even where only the rule for links below writes it: the array still holds the last row.
      if (linkType !== -1) cells[linkType] = '';
      isLink = false;
      for (const link of links) if (put(link, row) !== '') isLink = true;
      if (isLink && cells[linkType] === '') cells[linkType] = 'o';
      for (const page of pages) {
        if (!isLink) put(page, row);
        else {
          cells[page.index] = '';
          page.leave(row);
        }
      }
      for (const other of others) put(other, row);
      if (isLink && queryAt !== -1) cells[queryAt] = pageless(cells[queryAt] as string);
      if (!isLink) refuseQueryLink?.(row);
      clearCustomers();
      fitContext();
      if (products !== null) {
        const code = currency === -1 ? '' : (cells[currency] as string);
        cells[productsAt] = products.read(row, code === '' ? (suite.currency ?? '') : code);
      }
      if (events !== null) cells[eventsAt] = events(row, products === null ? noEvents : products.events);
      if (refuseUnknownCurrency !== null && cells[currency] === '' && hasAmounts()) refuseUnknownCurrency(row);
      countWide?.();
    },
  };
}

/** A customer ID's state and mark without the ID would make Adobe refuse the row or the ID: they are left out, and counted. */
function compileCustomers(header: readonly string[], cells: string[], { state }: ValueContext): () => void {
  const extras = header.flatMap((name, index) => {
    const customer = customerPart(name);
    if (customer === null || customer.part === 'id') return [];
    const id = header.indexOf(`customerID.${customer.type}.id`);
    return [{ index, id, left: state.counter('left out', name, 'no id') }];
  });
  return () => {
    for (const { index, id, left } of extras) {
      if (cells[index] === '' || (id !== -1 && cells[id] !== '')) continue;
      cells[index] = '';
      state.bump(left);
    }
  };
}
