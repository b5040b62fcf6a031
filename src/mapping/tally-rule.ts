import type { AdobeColumn, ColumnKind } from '../adobe/column.ts';
import { column } from '../adobe/columns.ts';
import { queryParameter } from '../adobe/query-parameters.ts';
import type { RuleId } from '../adobe/rules.ts';
import type { Tally } from '../domain/slice.ts';

/** A reason whose rule is that of the column's form, or of an ID that stands for nothing. */
type ByColumn = 'form' | 'nothing';

/** Why values are cut, mended, emptied or left out, and Adobe's rule that asks for it; `null` where none does. */
const valueReasons = {
  placeholder: 'nothing',
  unusable: 'form',
  rewritten: 'form',
  'control characters': 'control-character',
  'dynamic variable': 'dynamic-variable',
  'half a character': null,
  'divider taken out': null,
  'unlisted currency': 'currency-unlisted',
  'link hit': 'link-with-page',
  'no id': 'customer-without-id',
  'too much context data': 'context-size',
  'parameter not allowed': 'query-refused',
  'no event of Adobe': 'events',
  'several events in one text': 'events',
  'no eVar of Adobe': 'products',
  'given twice': 'event-twice',
  'in the list already': 'list-repeat',
  'number that products give': 'product-events',
  'decimals of a counter': 'event-decimals',
  'no step of a counter': 'counter-evar',
  'characters above 127': 'multi-byte',
  'no list of items': 'products',
  'product without a name': 'products',
  'separators taken out': 'products',
  "not in Adobe's grammar": 'products',
  'quantity not a whole number': 'products',
  'price not a number': 'products',
  'price below zero': 'products',
  'no quantity to multiply the price by': null,
  'time that a clock showed twice': null,
  'time that no clock showed': null,
  real: null,
  synthetic: null,
  constant: null,
} as const satisfies Readonly<Record<string, RuleId | ByColumn | null>>;

/** Why a value was cut, mended, emptied, left out or filled. Closed, so that each reason has its rule or none. */
export type ValueReason =
  | keyof typeof valueReasons
  | `over ${number} bytes`
  | `hashed, over ${number} bytes`
  | `${string} not a number`
  | `${string} id unusable`
  | `no JSON in ${string}`;

/** Why rows are rejected, where a rule of Adobe's asks for it; the other reasons are the program's and the mapping's own. */
const rejectReasons: Readonly<Record<string, RuleId>> = {
  time: 'timestamp',
  visitor: 'required-value',
  timestamp: 'required-value',
  reportSuiteID: 'required-value',
  userAgent: 'required-value',
  'page or link': 'required-value',
  'unlisted currency': 'currency-unlisted',
};

const formRule: Readonly<Partial<Record<ColumnKind, RuleId>>> = {
  suites: 'report-suite',
  visitorId: 'visitor-characters',
  ecid: 'ecid',
  ip: 'ip-address',
  authState: 'auth-state',
  bit: 'bit',
  pageType: 'page-type',
  linkType: 'link-type',
  alphanumericList: 'transaction-id',
  currency: 'currency',
  language: 'language',
  resolution: 'resolution',
  pixels: 'pixels',
  integer: 'color-depth',
  bitness: 'bitness',
  locationHint: 'location-hint',
  connection: 'connection',
  flag: 'flag',
  boolean: 'boolean',
  brands: 'brands',
  queryString: 'query-encoding',
};

/**
 * Adobe's rule behind something that was counted: the one that values or rows would have broken. `null` where Adobe has
 * none, as for a rule of the mapping's own, or a list's divider inside a value.
 */
export function ruleOfTally({
  outcome,
  column: name,
  reason,
}: Pick<Tally, 'outcome' | 'column' | 'reason'>): RuleId | null {
  if (outcome === 'filtered' || outcome === 'filled') return null;
  if (outcome === 'rejected') {
    if (reason.startsWith('overflow ')) return 'byte-limit';
    return Object.hasOwn(rejectReasons, reason) ? (rejectReasons[reason] ?? null) : null;
  }
  if (/^(?:hashed, )?over \d+ bytes$/.test(reason)) return isListVariable(name) ? 'list-value-limit' : 'byte-limit';
  if (!Object.hasOwn(valueReasons, reason)) {
    const isEvent = / (?:not a number|id unusable)$/.test(reason);
    return isEvent ? (name === 'products' ? 'products' : 'events') : null;
  }
  const rule = valueReasons[reason as keyof typeof valueReasons];
  if (rule === 'events' && name === 'products') return 'products';
  if (rule === 'list-repeat' && !isListVariable(name)) return null;
  if (rule !== 'form' && rule !== 'nothing') return rule;
  const known = columnOf(name);
  if (known === null) return null;
  return rule === 'form' ? ruleOfForm(known) : ruleOfNothing(known.kind);
}

function ruleOfForm({ name, kind }: AdobeColumn): RuleId | null {
  if (kind === 'url') return name === 'referrer' ? 'referrer' : 'page-url';
  return formRule[kind] ?? null;
}

function ruleOfNothing(kind: ColumnKind): RuleId {
  if (kind === 'userAgent') return 'user-agent-placeholder';
  if (kind === 'alphanumeric') return 'alphanumeric';
  return kind === 'alphanumericList' ? 'transaction-id' : 'visitor-placeholder';
}

function isListVariable(name: string): boolean {
  return columnOf(name)?.family === 'list';
}

/** A column, or that of a parameter (`queryString.r`). */
function columnOf(name: string): AdobeColumn | null {
  const parameter = /^queryString\.(.+)$/.exec(name)?.[1];
  return parameter === undefined ? column(name) : (queryParameter(parameter)?.column ?? null);
}
