import { type ColumnFacts, safeExample } from './column-facts.ts';
import { columnMade, columnOf, type DraftColumn, type Extra, type Guesses } from './draft-column.ts';
import { type Guess, namesOf } from './guess-roles.ts';
import { isKindName, isPageKind } from './roles.ts';

/**
 * The page of a row, by its address, or by its name where there is no address; `onPage` says of which rows it is, `doubts`
 * what speaks against that.
 */
export function pageColumns(by: Guesses, onPage: Extra, doubts: readonly string[]): DraftColumn[] {
  const [url, path, host, title] = [by.get('pageURL'), by.get('path'), by.get('host'), by.get('pageName')];
  const query = by.get('query');
  const plainText = (title?.facts.shapes.HTML ?? 0) > 0 ? { then: ['htmlUnescape'] } : {};
  const nameExtra = { ...onPage, ...plainText };
  const name = columnOf('pageName', title, nameExtra);
  const server = columnOf('server', host);
  if (url !== undefined) return [...columnOf('pageURL', url, onPage, doubts), ...name, ...server];
  if (path === undefined) return [...columnOf('pageName', title, nameExtra, doubts), ...server];
  if (host !== undefined) {
    const template = `https://{${host.facts.name}}{${path.facts.name}}${queryPart(query)}`;
    const parts = [path, host, ...(query === undefined ? [] : [query])];
    const all = [...portDoubt(host, path), ...doubts];
    return [columnMade('pageURL', { template, ...onPage }, parts, all), ...name, ...server];
  }
  if (title !== undefined) return columnOf('pageName', title, nameExtra, doubts);
  const doubt = `it has no host; with it, pageURL is { template: "https://your.host{${path.facts.name}}" }`;
  const value = Object.keys(onPage).length === 0 ? path.facts.name : { from: path.facts.name, ...onPage };
  return [columnMade('pageName', value, [path], [doubt, ...doubts])];
}

/** Apache's `vhost_combined` writes the port behind each host. */
function portDoubt({ facts: { name, frequent } }: Guess, path: Guess): string[] {
  const withPort = frequent.find((value) => /:\d+$/.test(value));
  if (withPort === undefined) return [];
  const cure = `pageURL is { template: "https://your.host{${path.facts.name}}" }`;
  return [`${name} says a port too, such as ${withPort}, and each address would hold it; with one host ${cure}`];
}

/** What stands behind the path where there is a query; some systems keep its question mark. */
function queryPart(query: Guess | undefined): string {
  if (query === undefined) return '';
  const { name, frequent } = query.facts;
  return frequent[0]?.startsWith('?') === true ? `[{${name}}]` : `[?{${name}}]`;
}

/** Events that have names, none of which means a page: counted as pages, they would be so for ever. */
export function untoldKinds(guess: Guess | undefined): string[] {
  if (guess === undefined || guess.doubts.length > 0) return [];
  const { name, frequent } = guess.facts;
  const others = frequent.filter((value) => !isPageKind(value));
  if (others.length === 0) return [];
  const some = others.slice(0, 3).map((value) => safeExample(name, value));
  const shown = `${some.join(', ')}${others.length > 3 ? ' …' : ''}`;
  return [
    `${name} says what a row is (${shown}), and none of it is known as a page: each row becomes a page view; when: and skip: say which are none`,
  ];
}

/** Kinds of rows that are told by codes: which of them is a page only the system's documentation says. */
export function codedKinds(guess: Guess | undefined, all: readonly ColumnFacts[]): string[] {
  if (guess !== undefined) return [];
  return all
    .filter(({ name, distinct, filled, rows, frequent }) => {
      const isCoded = frequent.every((value) => /^\d{1,3}$/.test(value));
      // A row whose code is 0 counts as empty.
      const isSeveral = distinct > (filled < rows ? 0 : 1) && distinct * 2 < rows;
      return isCoded && isSeveral && namesOf(name).some(isKindName);
    })
    .map(({ name, frequent }) => {
      const shown = `${frequent.slice(0, 5).join(', ')}${frequent.length > 5 ? ' …' : ''}`;
      return `${name} says what a row is by codes (${shown}), and each row becomes a page view; when: and skip: say which are none`;
    });
}
