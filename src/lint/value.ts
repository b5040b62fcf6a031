import { isBotAgent } from '../adobe/bot.ts';
import { type AdobeColumn, type ColumnKind, isVariable } from '../adobe/column.ts';
import { contextKeyFault } from '../adobe/columns-keyed.ts';
import { isCounterStep } from '../adobe/counter.ts';
import { isOver } from '../adobe/cut.ts';
import { forms } from '../adobe/forms.ts';
import { isPublicIp, normaliseIp } from '../adobe/ip.ts';
import { keptReferrerBytes, shownUrlBytes } from '../adobe/limits.ts';
import { compileWide } from '../adobe/multi-byte.ts';
import { isPlaceholder } from '../adobe/placeholder.ts';
import { isExperienceCloudId } from '../adobe/visitor.ts';
import { decimalsFault, eventListFault, productListFault } from './event-rules.ts';
import type { Note } from './finding.ts';
import type { Header } from './header.ts';
import { queryFaults } from './query.ts';
import type { LintSuite } from './suite.ts';
import { form, told, type ValueFault, type ValueRule } from './value-rule.ts';

/** Checks the values of one data row that has as many cells as the header. */
export type ValueLint = (cells: readonly string[], row: number) => void;

const placeholder: ValueFault = {
  rule: 'visitor-placeholder',
  message: 'a placeholder as visitor: all rows that have it become one person',
};

/** An ID: no placeholder, and what else its column asks. */
function id(rule: ValueRule): ValueRule {
  return (text) => (isPlaceholder(text) ? placeholder : rule(text));
}

const visitorFault = form(forms.visitorId, 'visitor-characters');

function ecidFault(text: string): ValueFault | null {
  return isExperienceCloudId(text) ? null : told('ecid');
}

function counterFault(text: string): ValueFault | null {
  return isCounterStep(text) ? null : told('counter-evar');
}

function addressFault(text: string): ValueFault | null {
  const address = normaliseIp(text);
  if (address === null) return { rule: 'ip-address', message: 'neither an IPv4 nor an IPv6 address' };
  return isPublicIp(address) ? null : told('private-address');
}

function agentFault(text: string): ValueFault | null {
  if (isPlaceholder(text))
    return { rule: 'user-agent-placeholder', message: 'a placeholder as user agent: nothing is known of the device' };
  return isBotAgent(text) ? told('bot-user-agent') : null;
}

function markupFault(text: string): ValueFault | null {
  if (!text.includes('<') && !text.includes('&')) return null;
  if (!/<\/?[a-z][^<>]*>|<!--|&(?:#\d+|#x[\da-f]+|[a-z][a-z\d]*);/i.test(text)) return null;
  return told('markup');
}

function brandsFault(text: string): ValueFault | null {
  const fault = told('brands');
  try {
    const list: unknown = JSON.parse(text);
    const isBrand = (item: unknown): boolean =>
      typeof item === 'object' && item !== null && 'brand' in item && 'version' in item;
    return Array.isArray(list) && list.every(isBrand) ? null : fault;
  } catch {
    return fault;
  }
}

const wholeUrl = /^[a-z][a-z0-9+.-]*:\/\/[^\s/]\S*$/i;

/** What a value of each kind must look like: the table of rules says where Adobe says so. */
const rules: Readonly<Record<Exclude<ColumnKind, 'url'>, ValueRule | null>> = {
  // Of these a rule of rows is the judge.
  timestamp: null,
  suites: null,
  currency: null,
  visitorId: id(visitorFault),
  ecid: id(ecidFault),
  customerId: id(() => null),
  ip: addressFault,
  userAgent: agentFault,
  events: eventListFault,
  products: productListFault,
  alphanumeric: form(/^[A-Za-z0-9]+$/, 'alphanumeric'),
  alphanumericList: form(/^\w+(?:,\w+)*$/, 'transaction-id'),
  text: markupFault,
  delimited: markupFault,
  context: markupFault,
  pageType: form(forms.pageType, 'page-type'),
  linkType: form(forms.linkType, 'link-type'),
  language: form(forms.language, 'language'),
  resolution: form(forms.resolution, 'resolution'),
  pixels: form(forms.pixels, 'pixels'),
  integer: form(/^\d+$/, 'color-depth'),
  bitness: form(forms.bitness, 'bitness'),
  connection: form(forms.connection, 'connection'),
  flag: form(/^[YN]$/, 'flag'),
  boolean: form(/^(?:true|false)$/i, 'boolean'),
  brands: brandsFault,
  bit: form(/^[01]$/, 'bit'),
  authState: form(/^(?:[012]|unknown|authenticated|logged_out)$/i, 'auth-state'),
  locationHint: form(forms.locationHint, 'location-hint'),
  // Its parameters may break several rules at once.
  queryString: null,
};

const pageUrlForm = form(wholeUrl, 'page-url');

function pageUrlFault(text: string): ValueFault | null {
  return pageUrlForm(text) ?? (isOver(text, shownUrlBytes) ? told('page-url-length') : null);
}

const referrerForm = form(wholeUrl, 'referrer');

function referrerFault(text: string): ValueFault | null {
  return referrerForm(text) ?? (isOver(text, keptReferrerBytes) ? told('referrer-length') : null);
}

const urls: Readonly<Record<string, ValueRule>> = {
  referrer: referrerFault,
  pageURL: pageUrlFault,
};

function formOf({ name, kind }: AdobeColumn): ValueRule | null {
  return kind === 'url' ? (urls[name] ?? null) : rules[kind];
}

/** The rules of a column's values, of which the first that is broken is told. */
function rulesFor(known: AdobeColumn, { numericEvents = null, counterEVars = [] }: LintSuite): ValueRule[] {
  const { name, kind } = known;
  const own = formOf(known);
  const found = own === null ? [] : [own];
  if (counterEVars.includes(name)) found.push(counterFault);
  const numeric = numericEvents === null ? null : new Set(numericEvents);
  // Products have events of their own for numbers, and nobody says which of them are counters.
  if (kind === 'events' || (kind === 'products' && numeric !== null)) found.push(decimalsFault(kind, numeric));
  return found;
}

/** The first rule of a column that a value breaks, or that it is run as code (`runs`: where it would be). */
function faultsOf(text: string, rulesOfColumn: readonly ValueRule[], runs: boolean): ValueFault[] {
  if (runs && text.startsWith('D=')) return [dynamic];
  for (const rule of rulesOfColumn) {
    const fault = rule(text);
    if (fault !== null) return [fault];
  }
  return [];
}

const dynamic: ValueFault = {
  rule: 'dynamic-variable',
  message: 'a value that begins with D= is run as code by the collection servers, and replaced by what that gives',
};

/**
 * The rules of single values, which no answer of Adobe's ever mentions: visitor IDs that merge people, currencies that
 * drop the hit, events and products that are not counted, text that is run as code; sharper where something is known of
 * the suite. Names of columns that only break when their values arrive are noted at once.
 */
export function compileValueLint(header: Header, suite: LintSuite, note: Note): ValueLint {
  const byParameter = new Map<string, ValueRule>();
  /** What a parameter's value must look like: what its column asks. */
  const parameterForm = (known: AdobeColumn): ValueRule => {
    let rule = byParameter.get(known.name);
    if (rule === undefined) {
      const own = rulesFor(known, suite);
      rule = (text) => faultsOf(text, own, false)[0] ?? null;
      byParameter.set(known.name, rule);
    }
    return rule;
  };
  const checked = header.columns.flatMap((known, place) => {
    if (known === null) return [];
    const name = header.names[place] ?? null;
    if (known.family === 'contextData') {
      const message = contextKeyFault(known.name.slice('contextData.'.length));
      if (message !== null) note({ rule: 'context-reserved', row: null, column: name, value: null, message });
    }
    const own = rulesFor(known, suite);
    const runs = isVariable(known.kind);
    const isWide = suite.multiByte === false ? compileWide(known.kind) : null;
    const isQuery = known.kind === 'queryString';
    return own.length === 0 && !runs && isWide === null ? [] : [{ place, own, runs, isWide, isQuery }];
  });
  /** The last value without fault of each place: currencies, events and products often come again. */
  const good: string[] = [];
  return (cells, row) => {
    for (const { place, own, runs, isWide, isQuery } of checked) {
      const value = cells[place] ?? '';
      if (value === '' || value === good[place]) continue;
      const faults = isQuery ? queryFaults(value, parameterForm) : faultsOf(value, own, runs);
      if (isWide?.(value) === true) faults.push(told('multi-byte'));
      if (faults.length === 0) good[place] = value;
      for (const fault of faults) note({ ...fault, row, column: header.names[place] ?? null, value });
    }
  };
}
