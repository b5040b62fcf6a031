import type { ColumnKind } from '../adobe/columns.ts';
import type { Consequence } from '../adobe/consequence.ts';
import { currencyStanding } from '../adobe/currency.ts';
import { eventsFault } from '../adobe/events.ts';
import { normaliseIp } from '../adobe/ip.ts';
import type { Note } from './finding.ts';
import type { Header } from './header.ts';
import { productsFault } from './products.ts';

/** What is wrong with one value, and what Adobe makes of it. */
interface ValueFault {
  readonly rule: string;
  readonly consequence: Consequence;
  readonly message: string;
}

/** Checks the values of one data row that has as many cells as the header. */
export type ValueLint = (cells: readonly string[], row: number) => void;

type ValueRule = (text: string) => ValueFault | null;

const placeholders = new Set(['0', 'null', 'unknown', 'undefined', 'none', 'nan', '(not set)', '-']);
const zeroUuid = /^0{8}-?0{4}-?0{4}-?0{4}-?0{12}$/;

/** A rule that is a form: what does not fit has the fault. */
function form(pattern: RegExp, rule: string, consequence: Consequence, message: string): ValueRule {
  const fault = { rule, consequence, message };
  return (text) => (pattern.test(text) ? null : fault);
}

function visitorFault(text: string): ValueFault | null {
  if (placeholders.has(text.toLowerCase()) || zeroUuid.test(text)) {
    const message = 'a placeholder as visitor: all rows that have it become one person';
    return { rule: 'visitor-placeholder', consequence: 'value misread', message };
  }
  if (/^[A-Za-z0-9]+$/.test(text)) return null;
  const message = 'letters and digits only: others are dropped or cut off, so that visitors merge';
  return { rule: 'visitor-characters', consequence: 'value misread', message };
}

function ecidFault(text: string): ValueFault | null {
  const halves = /^(\d{19})(\d{19})$/.exec(text);
  const most = '9223372036854775807';
  if (halves !== null && (halves[1] ?? '') <= most && (halves[2] ?? '') <= most) return null;
  const message = 'an Experience Cloud ID is two numbers of 63 bits, 19 digits each';
  return { rule: 'ecid', consequence: 'value misread', message };
}

function currencyFault(text: string): ValueFault | null {
  const standing = currencyStanding(text);
  if (standing === 'listed') return null;
  if (standing === 'iso only') {
    const message = 'in ISO 4217, but not on the list that Adobe publishes: the hit may be dropped';
    return { rule: 'currency', consequence: 'unsure', message };
  }
  return { rule: 'currency', consequence: 'hit dropped', message: 'no currency code of Adobe’s (upper case)' };
}

function eventListFault(text: string): ValueFault | null {
  const message = eventsFault(text);
  return message === null ? null : { rule: 'events', consequence: 'value lost', message };
}

function productListFault(text: string): ValueFault | null {
  const message = productsFault(text);
  return message === null ? null : { rule: 'products', consequence: 'value misread', message };
}

function addressFault(text: string): ValueFault | null {
  if (normaliseIp(text) !== null) return null;
  return { rule: 'ip-address', consequence: 'value misread', message: 'neither an IPv4 nor an IPv6 address' };
}

/**
 * What a value of each kind must look like (Adobe docs: BDIA column reference, visitorID, currencyCode, events,
 * products, pageType, linkType, browserHeight and cookiesEnabled variables; data feed columns).
 */
const rules: Partial<Record<ColumnKind, ValueRule>> = {
  visitorId: visitorFault,
  ecid: ecidFault,
  ip: addressFault,
  currency: currencyFault,
  events: eventListFault,
  products: productListFault,
  alphanumeric: form(/^[A-Za-z0-9]+$/, 'alphanumeric', 'unsure', 'Adobe documents letters and digits only'),
  pageType: form(/^errorPage$/, 'page-type', 'value lost', 'only errorPage is taken'),
  linkType: form(/^[deo]$/, 'link-type', 'value misread', 'd, e or o; lnk_d, lnk_e and lnk_o belong in queryString'),
  resolution: form(/^\d+x\d+$/, 'resolution', 'value misread', 'width and height with an x between, as 1280x1024'),
  pixels: form(/^[1-9]\d{0,4}$/, 'pixels', 'value lost', 'a positive whole number up to 65535'),
  flag: form(/^[YN]$/, 'flag', 'value misread', 'Y or N'),
  bit: form(/^[01]$/, 'bit', 'value misread', '1 or 0'),
  authState: form(
    /^(?:[012]|unknown|authenticated|logged_out)$/i,
    'auth-state',
    'value lost',
    '0, 1 or 2, or UNKNOWN, AUTHENTICATED or LOGGED_OUT',
  ),
  locationHint: form(/^(?:3|6|7|8|9|11)$/, 'location-hint', 'value lost', '3, 6, 7, 8, 9 or 11'),
};

const dynamic: ValueFault = {
  rule: 'dynamic-variable',
  consequence: 'value misread',
  message: 'a value that begins with D= is run as code by the collection servers, and replaced by what that gives',
};

/** Values that are never read as the text of a variable. */
const notDynamic: ReadonlySet<ColumnKind> = new Set<ColumnKind>(['timestamp', 'suites', 'ip', 'userAgent']);

/**
 * The rules of single values, which no answer of Adobe's ever mentions: visitor IDs that merge people, currencies that
 * drop the hit, events and products that are not counted, text that is run as code.
 */
export function compileValueLint(header: Header, note: Note): ValueLint {
  const checked = header.columns.flatMap((known, place) => {
    if (known === null) return [];
    const rule = rules[known.kind] ?? null;
    const runs = !notDynamic.has(known.kind);
    return rule === null && !runs ? [] : [{ place, rule, runs }];
  });
  /** The last value without fault of each place: currencies, events and products often come again. */
  const good: string[] = [];
  return (cells, row) => {
    for (const { place, rule, runs } of checked) {
      const value = cells[place] ?? '';
      if (value === '' || value === good[place]) continue;
      const fault = runs && value.startsWith('D=') ? dynamic : rule === null ? null : rule(value);
      if (fault === null) good[place] = value;
      else note({ ...fault, row, column: header.names[place] ?? null, value });
    }
  };
}
