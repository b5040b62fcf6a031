import { currencyStanding } from '../adobe/currency.ts';
import { forms } from '../adobe/forms.ts';
import { normaliseIp } from '../adobe/ip.ts';
import { suiteBytes } from '../adobe/limits.ts';
import { isExperienceCloudId } from '../adobe/visitor.ts';
import { parseJson, walkJson } from './json.ts';

/** Gives a value in the shape that a kind of Adobe column needs, or the empty text where it cannot be used. Pure. */
export type Shape = (text: string) => string;

/** A visitor id. Never altered. */
export const visitorId: Shape = (text) => (forms.visitorId.test(text) ? text : '');

/** An Experience Cloud id: two numbers of 63 bits in 38 digits. Never altered. */
export const experienceCloudId: Shape = (text) => (isExperienceCloudId(text) ? text : '');

/** An IPv4 or IPv6 address in its one spelling; the address of nobody (`0.0.0.0`, `::`) is none. */
export const ipAddress: Shape = (text) => {
  const address = normaliseIp(text) ?? '';
  return address === '0.0.0.0' || address === '::' ? '' : address;
};

/** `1280x1024`; blanks, leading zeros and other signs between the two are understood. */
export const resolution: Shape = (text) => {
  if (forms.resolution.test(text)) return text;
  const match = /^0*(\d{1,5})\s*[xX×*]\s*0*(\d{1,5})$/.exec(text);
  if (match === null || match[1] === '0' || match[2] === '0') return '';
  return `${match[1]}x${match[2]}`;
};

/** The first language of an Accept-Language header or a locale: `de-DE,de;q=0.9` and `de_DE.UTF-8` give `de-DE`. */
export const language: Shape = (text) => {
  if (forms.language.test(text)) return text;
  const first = (text.split(/[,;.@]/, 1)[0] ?? '').trim().replaceAll('_', '-');
  return forms.language.test(first) ? first : '';
};

/** A currency code in upper case; Adobe drops the whole hit for one that it does not know (Adobe docs, currencyCode). */
export const currencyCode: Shape = (text) => {
  const code = text.toUpperCase();
  return currencyStanding(code) === 'unknown' ? '' : code;
};

/** `Y` or `N`; the words and digits that databases use for them are understood. */
export const flag: Shape = (text) => {
  if (/^(y|yes|true|t|1|on)$/i.test(text)) return 'Y';
  return /^(n|no|false|f|0|off)$/i.test(text) ? 'N' : '';
};

/** `1` or `0`, from the same words as `flag`. */
export const bit: Shape = (text) => {
  const yes = flag(text);
  if (yes === '') return '';
  return yes === 'Y' ? '1' : '0';
};

/**
 * A whole number that is not negative, without leading zeros; `1920.0` gives `1920`. At most 20 digits, the bytes of its
 * column: a number that is cut is another one.
 */
export const integer: Shape = (text) => /^\+?0*(\d{1,20})(?:\.0*)?$/.exec(text)?.[1] ?? '';

/** `d`, `e` or `o`; the query-string spelling `lnk_o` is understood. */
export const linkType: Shape = (text) => {
  const type = text.toLowerCase().replace(/^lnk_/, '');
  return forms.linkType.test(type) ? type : '';
};

/** `errorPage`, from its usual spellings. */
export const pageType: Shape = (text) => (/^error\s?page$/i.test(text) ? 'errorPage' : '');

/** `lan` or `modem`, whatever their case. */
export const connectionType: Shape = (text) => {
  const type = text.toLowerCase();
  return forms.connection.test(type) ? type : '';
};

/** `0`, `1` or `2`, from those digits or Adobe's words for them (Adobe docs, customerID columns). */
export const authState: Shape = (text) => (/^[012]$/.test(text) ? text : (authStates.get(text.toLowerCase()) ?? ''));

const authStates: ReadonlyMap<string, string> = new Map([
  ['unknown', '0'],
  ['authenticated', '1'],
  ['logged_out', '2'],
]);

const breaksUrl = /[\s"<>\\^`{|}]/;
const breaksUrls = /[\s"<>\\^`{|}]/g;

/** A URL in which characters that break one are percent-encoded; what is encoded already stays. */
export const url: Shape = (text) =>
  // A search for nothing costs half of a replacement of nothing, in several cells of each row.
  breaksUrl.test(text) ? text.replace(breaksUrls, (char) => encodeURIComponent(char)) : text;

/** A comma list without blanks, such as report suites. */
export const commaList: Shape = (text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(',');

/**
 * Report suites: a comma list without blanks, each name once, within its bytes and of the characters that names have. What
 * Adobe makes of a suite that stands twice nobody says: it may count the hit twice.
 */
export const suites: Shape = (text) => {
  const names = [...new Set(commaList(text).split(','))];
  return names.every((suite) => /^[\w.-]+$/.test(suite) && suite.length <= suiteBytes) ? names.join(',') : '';
};

/** A width or height of a window, as a whole number. */
export const pixels: Shape = (text) => {
  const whole = integer(text);
  return forms.pixels.test(whole) ? whole : '';
};

/** `32` or `64`. */
export const bitness: Shape = (text) => (forms.bitness.test(text) ? text : '');

/** An Audience Manager region. */
export const locationHint: Shape = (text) => (forms.locationHint.test(text) ? text : '');

/** `true` or `false`, from the same words as `flag`. */
export const truth: Shape = (text) => {
  const yes = flag(text);
  if (yes === '') return '';
  return yes === 'Y' ? 'true' : 'false';
};

/** A list of `{ brand, version }` in JSON, as it is written (Adobe docs, BDIA column reference, client hints). */
export const brands: Shape = (text) => {
  const list = parseJson(text);
  const isBrand = (item: unknown) =>
    walkJson(item, ['brand']) !== undefined && walkJson(item, ['version']) !== undefined;
  return Array.isArray(list) && list.every(isBrand) ? text : '';
};
