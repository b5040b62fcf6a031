import { isEventName } from '../../adobe/events.ts';
import { feedEvent, feedMerchandising } from '../../adobe/feed.ts';
import { type Step, textStep } from './step.ts';

/**
 * `feedEvents`: the entries of a data feed's `event_list` (`1,200=2.5`) as `events` takes them (`purchase`,
 * `event1=2.5`), a list. What Adobe derives itself is left out; an id that is not known stays, so that the events
 * builder drops and counts it. Absent where nothing is left.
 */
export const feedEvents: Step = {
  kind: 'split',
  apply: (text) => {
    const members: string[] = [];
    for (const part of text.split(',')) {
      const entry = eventOf(part.trim());
      if (entry !== '') members.push(entry);
    }
    return members;
  },
};

/**
 * `feedProducts`: a data feed's `product_list` in the grammar of `products` (Adobe docs, Data feed: special characters
 * and columns). Separators that the feed escapes with a caret become blanks, since `products` has no escapes; ids of
 * events and of merchandising eVars become names, those of what Adobe derives are left out, entries that say nothing
 * go. One without a product, or with more parts than an entry has, and an eVar that is not known stay, so that the
 * products builder drops and counts them. Absent where none is left.
 */
export const feedProducts = textStep((text) => {
  const entries: string[] = [];
  for (const entry of divide(text, ',')) {
    const fields = divide(entry, ';');
    const events = divide(fields[4] ?? '', '|').map((part) => eventOf(plain(part)));
    const eVars = divide(fields[5] ?? '', '|').map(merchandisingOf);
    const line = [...fields.slice(0, 4).map(plain), joined(events), joined(eVars), ...fields.slice(6).map(plain)];
    if (line.every((field) => field === '')) continue;
    const text = line.join(';').replace(/;+$/, '');
    entries.push(text.includes(';') ? text : `${text};`);
  }
  return entries.join(',');
});

function eventOf(entry: string): string {
  const [, name = '', rest = ''] = /^([^=:]*)(.*)$/.exec(entry) ?? [];
  if (isEventName(name)) return entry;
  const known = feedEvent(name);
  if (known === null) return entry;
  return known === 'derived' ? '' : known + rest;
}

function merchandisingOf(part: string): string {
  const [name = '', ...values] = divide(part, '=');
  const number = /^evar(\d{1,3})$/i.exec(name)?.[1];
  const eVar = number === undefined ? feedMerchandising(name) : `eVar${number}`;
  const value = plain(values.join('='));
  if (values.length > 0 && value === '') return '';
  return eVar === null || value === '' ? plain(part) : `${eVar}=${value}`;
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('|');
}

/** Parts between separators that no caret escapes; the carets stay. */
function divide(text: string, separator: string): string[] {
  if (!text.includes('^')) return text.split(separator);
  const parts: string[] = [''];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    if (char === separator) parts.push('');
    else if (char === '^' && at + 1 < text.length) parts[parts.length - 1] += char + text[++at];
    else parts[parts.length - 1] += char;
  }
  return parts;
}

/** A value without its escapes and without the separators that they protected. */
function plain(part: string): string {
  if (!part.includes('^')) return part.trim();
  return part
    .replace(/\^([\s\S])/g, (_whole, char: string) => (char === ',' || char === ';' || char === '|' ? ' ' : char))
    .replace(/ {2,}/g, ' ')
    .trim();
}
