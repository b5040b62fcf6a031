import { decimalsOutside, eventFault, eventNameOf, eventNames, isEventName } from '../adobe/events.ts';
import { eventsBytes } from '../adobe/limits.ts';
import type { EventItemSpec, ValueSpec } from '../config/mapping-schema.ts';
import type { Row } from '../domain/row.ts';
import { type Condition, compileCondition } from './condition.ts';
import { type Constant, constantsOf } from './constants.ts';
import { parseDecimal } from './decimal.ts';
import { compileEntryJoin } from './entries.ts';
import { type Path, suggestion } from './faults.ts';
import { compileFinished, isSeveral } from './finished-event.ts';
import { compileText, compileValue, readAsList, type Value, type ValueContext, type ValueUse } from './value.ts';

/** `{ event, value, id, when }` of an events list. */
export type EventSpec = Extract<EventItemSpec, { event: string }>;

/** Entries of an events list: the name and the whole entry stand at the same place. The arrays are reused. */
export interface EventEntries {
  readonly names: string[];
  readonly entries: string[];
}

/** Adds the events of a row to the entries. */
export type EventsOf = (row: Row, into: EventEntries) => void;

/** An event's serial id: letters and digits, at most 20 bytes (Adobe docs, event serialization). */
const serial = /^[A-Za-z0-9]{1,20}$/;

/**
 * Compiles `events:` into Adobe's grammar `name[=number][:serial]` (Adobe docs, events). In the list a bare word that is
 * the name of an Adobe event is that event; any other is a source column whose text names one, or is a finished entry.
 * What Adobe would not count is dropped and counted; of two entries of one event the first stays. An event whose number
 * is absent is not sent, because without it Adobe would count one. `extra` are the events inside products: one of them
 * stands here without a number, which would win over those of the products; its serial id stays.
 */
export function compileEvents(
  spec: ValueSpec | readonly EventItemSpec[],
  path: Path,
  context: ValueContext,
): (row: Row, extra: readonly string[]) => string {
  const items = isList(spec) ? spec : [spec];
  const parts = items.map((item, index) => compileItem(item, isList(spec) ? [...path, index] : path, context));
  const { state } = context;
  const duplicate = state.counter('left out', 'events', 'given twice');
  const inProducts = state.counter('left out', 'events', 'number that products give');
  const join = compileEntryJoin('events', eventsBytes, state);
  const found: EventEntries = { names: [], entries: [] };
  const kept: string[] = [];
  return (row, extra) => {
    const { names, entries } = found;
    for (const part of parts) part(row, found);
    if (names.length === 0 && extra.length === 0) return '';
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index] as string;
      const entry = entries[index] as string;
      if (names.indexOf(name) !== index) state.bump(duplicate);
      else if (extra.length > 0 && entry.includes('=') && extra.includes(name)) {
        state.bump(inProducts);
        kept.push(entry.replace(/=[^:]*/, ''));
      } else kept.push(entry);
    }
    for (const name of extra) if (!names.includes(name)) kept.push(name);
    names.length = 0;
    entries.length = 0;
    const joined = join(kept);
    kept.length = 0;
    return joined;
  };
}

/**
 * Whether an entry may be sent with its number. Where the suite is known to have an event as a counter, a number that is
 * not whole is not: Adobe would round or lose it (Adobe docs, events). What is refused is counted.
 */
export function compileDecimals(column: string, { numericEvents, state }: ValueContext): (entry: string) => boolean {
  if (numericEvents === null) return () => true;
  const refused = state.counter('emptied', column, 'decimals of a counter');
  return (entry) => {
    if (decimalsOutside(entry, ',', numericEvents) === null) return true;
    state.bump(refused);
    return false;
  };
}

/** Compiles `{ event, value, id, when }`; the registers stay untouched where nothing is to be sent. */
export function compileEvent(spec: EventSpec, path: Path, context: ValueContext, column: string): EventsOf {
  const { faults, scope, state } = context;
  const use: ValueUse = { reason: `no ${column}`, column };
  const name = literalName(spec.event, [...path, 'event'], context);
  const holds: Condition =
    spec.when === undefined ? () => true : compileCondition(spec.when, [...path, 'when'], scope, faults);
  const value = spec.value === undefined ? null : compileText(spec.value, [...path, 'value'], use, context);
  const id = spec.id === undefined ? null : compileText(spec.id, [...path, 'id'], use, context);
  if (name === 'purchase' && (value !== null || id !== null)) {
    const hint = 'the money goes into products, the order number into purchaseID';
    faults.error(path, 'event', 'purchase takes neither a value nor an id', hint);
  }
  for (const { text, path: at } of constantsOf(spec.value, [...path, 'value'])) {
    if (/^\d/.test(parseDecimal(text))) continue;
    const hint = 'digits, with a period before decimals; what stands in a column is value: column';
    faults.error(at, 'event', `"${text}" is no number that an event can have`, hint);
  }
  for (const { text, path: at } of constantsOf(spec.id, [...path, 'id'])) {
    if (serial.test(text.trim())) continue;
    faults.error(at, 'event', `"${text}" is no serial id of an event`, 'letters and digits, at most 20');
  }
  const badNumber = state.counter('emptied', column, `${name} not a number`);
  const badId = state.counter('emptied', column, `${name} id unusable`);
  const fits = compileDecimals(column, context);
  return (row, into) => {
    if (!holds(row)) return;
    let entry = name;
    if (value !== null) {
      const text = value(row);
      const number = parseDecimal(text);
      if (number === '' || number.startsWith('-')) {
        if (text !== '') state.bump(badNumber);
        return;
      }
      entry += `=${number}`;
      if (!fits(entry)) return;
    }
    if (id !== null) {
      const text = id(row).trim();
      if (serial.test(text)) entry += `:${text}`;
      else if (text !== '') state.bump(badId);
    }
    into.names.push(name);
    into.entries.push(entry);
  };
}

/** Whether an item of an events list is `{ event, … }` and not a value. */
export function isEventSpec(item: EventItemSpec): item is EventSpec {
  return typeof item === 'object' && 'event' in item;
}

function compileItem(item: EventItemSpec, path: Path, context: ValueContext): EventsOf {
  if (isEventSpec(item)) return compileEvent(item, path, context, 'events');
  if (typeof item === 'string' && isEventName(item)) return constant(item);
  for (const constant of constantsOf(item, path)) checkEntry(constant, context);
  const read = readAsList(compileNames(item, path, context));
  const finished = compileFinished('events', eventFault, context);
  const fits = compileDecimals('events', context);
  return (row, into) => {
    for (const text of read(row)) {
      const entry = finished(text.trim());
      if (entry === '' || !fits(entry)) continue;
      into.names.push(eventNameOf(entry));
      into.entries.push(entry);
    }
  };
}

/** Tells a constant that stands for an event and is none. */
function checkEntry({ text, path }: Constant, context: ValueContext): void {
  const entry = text.trim();
  const fault = eventFault(entry);
  if (fault === null) return;
  const { faults } = context;
  const name = eventNameOf(entry);
  if (isSeveral(entry)) {
    const hint = 'make each a member of the list, or take them apart: then: [ { split: "," } ]';
    faults.error(path, 'event', `"${text}" is several events in one text, and none would be counted`, hint);
  } else if (!isEventName(name)) literalName(name, path, context);
  else faults.error(path, 'event', fault, 'such as event5, event5=2 or event5:id');
}

// A bare word that is nearly an event was surely meant as one: the hint about columns alone would mislead.
function compileNames(item: ValueSpec, path: Path, context: ValueContext): Value {
  if (typeof item === 'string' && /^event\d+$/i.test(item)) {
    literalName(item, path, context);
    return { kind: 'text', read: () => '' };
  }
  const use: ValueUse = { reason: 'no events', column: 'events' };
  return compileValue(item, path, use, context);
}

function constant(name: string): EventsOf {
  return (_row, into) => {
    into.names.push(name);
    into.entries.push(name);
  };
}

function literalName(name: string, path: Path, { faults }: ValueContext): string {
  if (!isEventName(name)) {
    const range = 'events are event1 to event1000, purchase, prodView, scOpen, scAdd, scRemove, scView and scCheckout';
    const message = `"${name}" is no event of Adobe's, which would drop it`;
    faults.error(path, 'unknown-event', message, suggestion(name, eventNames(), range));
  }
  return name;
}

function isList(spec: ValueSpec | readonly EventItemSpec[]): spec is readonly EventItemSpec[] {
  return Array.isArray(spec);
}
