import { byteLength } from './cut.ts';
import { eventSerialBytes } from './limits.ts';

const namedEvents = ['purchase', 'prodView', 'scOpen', 'scAdd', 'scRemove', 'scView', 'scCheckout'];
const lastEvent = 1_000;
const exact = new Set([...namedEvents, ...Array.from({ length: lastEvent }, (_, i) => `event${i + 1}`)]);
const folded = new Map([...exact].map((name) => [name.toLowerCase(), name]));

/** True for `event1` to `event1000` and the commerce events, which are case-sensitive (Adobe docs, events variable). */
export function isEventName(name: string): boolean {
  return exact.has(name);
}

/** Every event name, commerce events first; for hints at the nearest name. */
export function eventNames(): string[] {
  return [...exact];
}

/** The name of an item of `events`, without its number and serial number; the item need not be sound. */
export function eventNameOf(item: string): string {
  return item.split(/[=:]/, 1)[0] ?? '';
}

/**
 * What keeps Adobe from counting one item of `events` as meant, in words; `null` where nothing does. An item is
 * `name[=number][:serial]`: a decimal number with a period and without sign, separators or symbol; a serial number of
 * at most 20 letters and digits, which `purchase` cannot have (Adobe docs, events variable and event serialization).
 * Whether the number must be whole depends on the suite.
 */
export function eventFault(item: string): string | null {
  const colon = item.indexOf(':');
  const serial = colon === -1 ? null : item.slice(colon + 1);
  const valued = colon === -1 ? item : item.slice(0, colon);
  const equals = valued.indexOf('=');
  const name = equals === -1 ? valued : valued.slice(0, equals);
  if (!exact.has(name)) {
    const meant = folded.get(name.trim().toLowerCase());
    if (meant !== undefined) return `"${name}" must be written ${meant}`;
    return `"${name}" is no event: event1 to event${lastEvent}, ${namedEvents.join(', ')}`;
  }
  if (equals !== -1 && !/^\d+(?:\.\d+)?$/.test(valued.slice(equals + 1))) {
    return `"${valued.slice(equals + 1)}" is no plain decimal number`;
  }
  if (serial === null) return null;
  if (name === 'purchase') return 'purchase takes no serial number; purchaseID does its work';
  if (!/^[A-Za-z0-9]+$/.test(serial)) return `the serial number "${serial}" is not letters and digits`;
  if (byteLength(serial) > eventSerialBytes) {
    return `the serial number "${serial}" is longer than ${eventSerialBytes} bytes and would be cut`;
  }
  return null;
}

/** The first fault of a whole `events` value, a list with commas and without blanks; `null` where there is none. */
export function eventsFault(list: string): string | null {
  for (const item of list.split(',')) {
    const fault = eventFault(item);
    if (fault !== null) return fault;
  }
  return null;
}

/**
 * Whether an event of a list has a number that may be an amount of money: one of those in `numeric`, or any where nobody
 * says which are (`null`).
 */
export function holdsAmount(list: string, numeric: ReadonlySet<string> | null): boolean {
  if (!list.includes('=')) return false;
  return list.split(',').some((item) => {
    const equals = item.indexOf('=');
    return equals !== -1 && (numeric === null || numeric.has(item.slice(0, equals)));
  });
}

/**
 * The first event of a list that has a number which is not whole, and that may not, since `numeric` has not its name;
 * `null` where there is none. `separator` is what stands between the events: a comma, or inside products `|`.
 */
export function decimalsOutside(
  list: string,
  separator: ',' | '|',
  numeric: ReadonlySet<string> | null,
): string | null {
  if (!list.includes('.')) return null;
  for (const item of list.split(separator)) {
    const name = /^(\w+)=\d+\.\d*[1-9]/.exec(item)?.[1];
    if (name !== undefined && numeric?.has(name) !== true) return name;
  }
  return null;
}
