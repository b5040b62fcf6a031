import { type ColumnFacts, safeExample } from './column-facts.ts';
import type { DraftSkips, Guesses } from './draft-column.ts';
import { namesOf } from './guess-roles.ts';
import { inlineYaml } from './yaml-lines.ts';

const noPage = String.raw`\.(css|js|map|png|jpe?g|gif|svg|ico|webp|woff2?|ttf)(\?|$)`;
/** How a person uses the rules that a draft holds behind `#`. */
export const skipCure = 'skip: stands in the draft behind #, and leaves them out';

/** What speaks against a draft's rows, and the rules that would leave them out. */
interface Doubted {
  readonly doubts: readonly string[];
  readonly skips: DraftSkips;
}

/** What log analyzers count: the page, or that the browser's copy of it is still good. */
const goodStatus = ['200', '304'];
const pageMethods = ['GET', 'POST'];

/**
 * What speaks against each row of a server's log as a page view: a log has a line for every picture, redirect and error
 * too, and Adobe would keep each as a page. Of a log whose queries a tag of Webtrends sent: what they are.
 */
export function requestDoubts(by: Guesses, all: readonly ColumnFacts[]): Doubted {
  const address = by.get('pageURL') ?? by.get('path');
  if (address === undefined) return { doubts: [], skips: {} };
  const [requests, tagged] = [otherRequests(address.facts, all), taggedQuery(by)];
  return { doubts: [...requests.doubts, ...tagged.doubts], skips: { ...requests.skips, ...tagged.skips } };
}

function otherRequests({ name, frequent }: ColumnFacts, all: readonly ColumnFacts[]): Doubted {
  const files = frequent.filter((value) => new RegExp(noPage).test(value));
  const method = findColumn(all, /^(?:request_|http_)?(?:method|verb)$/, /^[A-Z]{3,8}$/);
  const status = findColumn(all, /^(?:http_|response_|elb_)?status(?:_?code)?$/, /^[1-5]\d\d$/);
  const methods = method?.frequent.filter((value) => !pageMethods.includes(value)) ?? [];
  const statuses = status?.frequent.filter((value) => !goodStatus.includes(value)) ?? [];
  const parts = [
    ...(files.length === 0
      ? []
      : [{ says: shown(name, files), rule: 'static files', of: { [name]: { matches: noPage } } }]),
    ...(methods.length === 0 || method === undefined
      ? []
      : [{ says: shown(method.name, methods), rule: 'other methods', of: { [method.name]: { not: pageMethods } } }]),
    ...(statuses.length === 0 || status === undefined
      ? []
      : [{ says: shown(status.name, statuses), rule: 'no pages', of: { [status.name]: { not: goodStatus } } }]),
  ];
  if (parts.length === 0) return { doubts: [], skips: {} };
  const found = parts.map(({ says }) => says).join('; ');
  const doubt = `each row becomes a page view, also those that are none (${found}): ${skipCure}; bots are told by the user agent, as migrations-examples/access-logs does`;
  return { doubts: [doubt], skips: Object.fromEntries(parts.map(({ rule, of }) => [rule, of])) };
}

/** A column of such a name whose values are all of such a form. */
function findColumn(all: readonly ColumnFacts[], names: RegExp, form: RegExp): ColumnFacts | undefined {
  return all.find(
    ({ name, filled, frequent }) =>
      filled > 0 && namesOf(name).some((one) => names.test(one)) && frequent.every((value) => form.test(value)),
  );
}

function shown(name: string, values: readonly string[]): string {
  const some = values.slice(0, 3).map((value) => safeExample(name, value));
  return `${name} ${some.join(', ')}${values.length > 3 ? ' …' : ''}`;
}

/** Webtrends' tag writes all that it sends into the query of its request (Webtrends docs, query parameters). */
function taggedQuery(by: Guesses): Doubted {
  const facts = by.get('query')?.facts;
  const tagged = facts?.frequent.filter((value) => /(?:^|[?&])WT\.\w+=/i.test(value)) ?? [];
  if (facts === undefined || tagged.length * 2 < facts.frequent.length) return { doubts: [], skips: {} };
  const { name } = facts;
  const title = inlineYaml({ from: name, then: [{ queryParam: 'WT.ti' }] });
  const doubt = `${name} is what Webtrends' tag sent, and no part of the address: pageName: ${title} is the title; where WT.dl is not 0 the row is a link, no page: ${skipCure}`;
  return { doubts: [doubt], skips: { links: { [name]: { matches: '(^|&)WT\\.dl=[1-9]' } } } };
}
