import { z } from 'zod';
import { isZone, parseInstant } from './instant.ts';
import { curable, type ProblemParams } from './parse-node.ts';
import { parseCount, parseDecimal, parseDuration, parseShare, parseSize } from './units.ts';

/**
 * A text that becomes a value, or a fault that quotes the text as written and says what to write. `form` is what may be
 * written, with its bounds, as the reference and editors show it.
 */
function parsed<T>(parse: (text: string) => T | null, form: string, hint: string, message = `is no ${form}`) {
  return z
    .string()
    .transform((text, ctx) => {
      const value = parse(text);
      if (value !== null) return value;
      const params: ProblemParams = { hint, quote: true };
      ctx.issues.push({ code: 'custom', input: text, message, params });
      return z.NEVER;
    })
    .meta({ form });
}

function within(parse: (text: string) => number | null, min: number, max: number) {
  return (text: string): number | null => {
    const value = parse(text);
    return value !== null && value >= min && value <= max ? value : null;
  };
}

/** The longest that a timer of Node or a time-out of PostgreSQL waits, less a little: both count in 31 bits of ms. */
export const longestWait = '24d';

/** Milliseconds, between two texts that are durations; written with a unit. A fault tells to write `example`. */
export function duration(min: string, max: string, example: string) {
  const parse = within(parseDuration, parseDuration(min) ?? 0, parseDuration(max) ?? 0);
  return parsed(parse, `duration from ${min} to ${max}`, `such as ${example}`);
}

/** Bytes, between two texts that are sizes; written with a unit. A fault tells to write `example`. */
export function size(min: string, max: string, example: string) {
  const parse = within(parseSize, parseSize(min) ?? 0, parseSize(max) ?? 0);
  return parsed(parse, `size from ${min} to ${max}`, `such as ${example}`);
}

/** A whole number between two bounds. A fault tells to write `example`. */
export const count = (min: number, max: number, example: number) =>
  parsed(within(parseCount, min, max), `whole number from ${min} to ${max}`, `such as ${example}`);

/** As `count`, or the word `auto`. */
export const countOrAuto = (min: number, max: number) =>
  parsed<number | 'auto'>(
    (text) => (text === 'auto' ? text : within(parseCount, min, max)(text)),
    `auto, or a whole number from ${min} to ${max}`,
    'write auto',
    `is neither auto nor a whole number from ${min} to ${max}`,
  );

/** A decimal number between two bounds. A fault tells to write `example`. */
export const decimal = (min: number, max: number, example: number) =>
  parsed(within(parseDecimal, min, max), `number from ${min} to ${max}`, `such as ${example}`);

/** A fraction from 0 to 1; written as a percentage. */
export const share = () => parsed(parseShare, 'percentage from 0% to 100%', 'such as 0.1%');

/** A boolean; `true` or `false`. */
export const flag = () => z.enum(['true', 'false']).transform((text) => text === 'true');

/** A text that is not empty. */
export const filled = () => z.string().min(1, curable('is empty', 'write a text, or leave out the key'));

/** A list of texts of which none is empty, nor the list. */
export const filledList = () =>
  z.array(filled()).min(1, curable('is empty', 'write a text into it, or leave out the key'));

/** A date or an instant, as it is written: what it means depends on a zone. */
export const instant = () =>
  parsed(
    (text) => (parseInstant(text, 'UTC') === null ? null : text),
    'date, or instant with seconds and zone',
    'such as 2015-01-01 or 2015-01-01T06:00:00Z',
    'is neither a date nor a full instant',
  );

/** The name of a time zone that this machine's data knows. */
export const zone = () => parsed((text) => (isZone(text) ? text : null), 'time zone', 'such as UTC or Europe/Berlin');

/**
 * A URL of a server: https, or http where the host is this machine. `origin`: nothing may follow the host. Credentials
 * in a URL are refused; the text is never quoted, because it might hold some.
 */
export function serverUrl(kind: 'origin' | 'full') {
  return z
    .string()
    .transform((text, ctx) => {
      const fault = urlFault(text, kind);
      if (fault === null) return kind === 'origin' ? new URL(text).origin : text;
      const [message, hint] = fault;
      ctx.issues.push({ code: 'custom', input: text, message, params: { hint } satisfies ProblemParams });
      return z.NEVER;
    })
    .meta({ form: kind === 'origin' ? 'origin, https' : 'URL, https' });
}

/** The URL of an HTTP proxy, which may hold credentials, or `none`; never quoted, because it might hold some. */
export function proxyUrl() {
  return z
    .string()
    .transform((text, ctx) => {
      if (text === 'none' || isProxy(text)) return text;
      const params: ProblemParams = { hint: 'such as http://proxy.example:3128, with user:password@ before the host' };
      ctx.issues.push({ code: 'custom', input: text, message: 'this is no URL of an HTTP proxy', params });
      return z.NEVER;
    })
    .meta({ form: 'URL, http or https, or none' });
}

function isProxy(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash, username, password } = new URL(text);
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
  } catch {
    return false;
  }
  return /^https?:$/.test(protocol) && `${pathname}${search}${hash}` === '/';
}

function urlFault(text: string, kind: 'origin' | 'full'): [message: string, hint: string] | null {
  const example = kind === 'origin' ? 'https://analytics-collection.adobe.io' : 'https://host/path';
  if (!URL.canParse(text)) return ['this is no URL', `such as ${example}`];
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return ['a URL must not hold credentials', 'they belong in auth'];
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    return ['only https is allowed; http only to this machine', 'write https://…'];
  }
  const rest = `${url.pathname}${url.search}${url.hash}`;
  if (kind === 'origin' && rest !== '/') {
    return ['an origin ends with its host or port', "leave the path out; Adobe's follows by itself"];
  }
  return null;
}

/** Whether a URL's host name is this machine by definition (RFC 6761, RFC 1122). */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
