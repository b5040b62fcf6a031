import { decodePercent } from './percent.ts';
import { type Step, stepFault, textStep } from './step.ts';

const slash = 47;
const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;
const bareQuery = /^[^/;?#=]*=/;

/**
 * `host`: the host of an absolute (`https://…`) or scheme-relative (`//…`) URL in lower case, without user, password and
 * port; IPv6 keeps its brackets. Absent for every other text: a host is never guessed.
 */
export const host = textStep((text) => {
  const start = authorityStart(text);
  if (start < 0) return '';
  const authority = text.slice(start, endOf(text, start, true));
  const name = authority.slice(authority.lastIndexOf('@') + 1);
  const port = name.includes(':') ? /:\d*$/.exec(name) : null;
  return (port === null ? name : name.slice(0, port.index)).toLowerCase();
});

/**
 * `path`: the path of an absolute or scheme-relative URL (`/` where it has none), or of a text that begins with `/`, as
 * written and not decoded, without query and fragment. Absent for every other text.
 */
export const path = textStep((text) => {
  const authority = authorityStart(text);
  if (authority < 0 && text.charCodeAt(0) !== slash) return '';
  const start = authority < 0 ? 0 : endOf(text, authority, true);
  const end = endOf(text, start, false);
  return end === start ? '/' : text.slice(start, end);
});

/**
 * `queryParam: name`: the first value of a parameter of a URL, or of a bare query (`a=1&b=2`), decoded: `+` is a blank
 * and percent codes are UTF-8. A value whose codes are not UTF-8 keeps them as written. Absent where there is no such
 * parameter, or it is empty.
 */
export function compileQueryParam(name: string): Step {
  if (name === '') return stepFault('queryParam needs the name of a parameter', 'for example queryParam: utm_source');
  return textStep((text) => {
    let at = queryStart(text);
    if (at < 0) return '';
    const fragment = text.indexOf('#', at);
    const end = fragment < 0 ? text.length : fragment;
    let equals = -1;
    while (at < end) {
      const next = orEnd(text.indexOf('&', at), end);
      if (equals < at) equals = orEnd(text.indexOf('=', at), end);
      const nameEnd = Math.min(equals, next);
      if (isName(text, at, nameEnd, name)) return decodePercent(text.slice(nameEnd + 1, next));
      at = next + 1;
    }
    return '';
  });
}

/** Where the authority of a URL begins; -1 for a text that has none. */
function authorityStart(text: string): number {
  if (text.startsWith('https://')) return 8;
  if (text.startsWith('//')) return 2;
  return scheme.exec(text)?.[0].length ?? -1;
}

/** The first place from `start` on of `?`, `#` or, where asked, `/`; or the end. */
function endOf(text: string, start: number, isAuthority: boolean): number {
  const path = isAuthority ? orEnd(text.indexOf('/', start), text.length) : text.length;
  const query = orEnd(text.indexOf('?', start), path);
  return orEnd(text.indexOf('#', start), query);
}

/**
 * Where the query of a URL or of a bare query (`a=1&b=2`) begins, after its `?`; -1 for a text without one. Without scheme
 * or slash at its begin a text is a bare query where a parameter's name comes first: no `/` or `;` before the first `=`, as
 * `example.com/a=b?c=1` and `cart.do;jsessionid=1?c=1` have. A bare query may hold a URL with a `?` of its own, after an `=`.
 */
export function queryStart(text: string): number {
  const mark = text.indexOf('?');
  const isUrl = text.charCodeAt(0) === slash || authorityStart(text) >= 0;
  if (!isUrl && bareQuery.test(text)) return 0;
  return mark < 0 ? -1 : mark + 1;
}

/** A place that `indexOf` found before the end, or the end. */
function orEnd(at: number, end: number): number {
  return at < 0 || at > end ? end : at;
}

function isName(text: string, start: number, end: number, name: string): boolean {
  if (end - start === name.length && text.startsWith(name, start)) return true;
  // Only a name with codes in it can be equal and yet written otherwise.
  for (let at = start; at < end; at += 1) {
    const character = text[at];
    if (character === '%' || character === '+') return decodePercent(text.slice(start, end)) === name;
  }
  return false;
}
