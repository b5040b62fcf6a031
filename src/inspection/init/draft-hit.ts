import { type ColumnFacts, isWordForNone } from './column-facts.ts';
import {
  columnMade,
  columnOf,
  type DraftColumn,
  type DraftSkips,
  type Extra,
  type Guesses,
  oneOrAll,
} from './draft-column.ts';
import { orderColumns } from './draft-order.ts';
import { codedKinds, pageColumns, untoldKinds } from './draft-page.ts';
import { requestDoubts, skipCure } from './draft-request.ts';
import type { Guess } from './guess-roles.ts';
import { isPageKind } from './roles.ts';
import { inlineYaml } from './yaml-lines.ts';

/** The hit of a draft. */
export interface DraftHit {
  readonly columns: readonly DraftColumn[];
  readonly skips: DraftSkips;
  /** Source columns that became nothing. */
  readonly unmapped: readonly ColumnFacts[];
}

const specialLinks = [
  ['d', /download/i],
  ['e', /^(?:out(?:bound|link)|exit)/i],
] as const;
const helperKind =
  /^(?:session_?start|first_(?:visit|open)|user_engagement|page_?ping|heart_?beat|engagement|(?:\$)?(?:page_?leave|autocapture|identify|set|feature_flag_called|web_vitals|groupidentify))$/i;
/** Roles that fill the column of their name as they are. */
const plainRoles = ['channel', 'language', 'browserWidth', 'browserHeight', 'colorDepth', 'zip'];
const agentParts = ['browser', 'browserVersion', 'os', 'osVersion', 'device'];

/**
 * What a hit is made of, where columns were taken for roles. A kind of row that names page views tells them from the
 * others, which are links; where it names none, each row with a page is a page view. Without any page each row is a link
 * of the name of its event. What Adobe requires may be missing.
 */
export function draftHit(guesses: readonly Guess[], all: readonly ColumnFacts[]): DraftHit {
  const by = new Map<string, Guess>(guesses.map((guess) => [guess.role, guess]));
  const kind = kindOf(by.get('kind'));
  const onPage: Extra = kind === null ? {} : { when: { [kind.name]: oneOrAll(kind.pages) } };
  const requests = kind === null ? requestDoubts(by, all) : { doubts: [], skips: {} };
  const untold = [...untoldKinds(by.get('kind')), ...codedKinds(by.get('kind'), all), ...requests.doubts];
  const page = pageColumns(by, onPage, kind === null ? untold : []);
  const links =
    page.length === 0 ? eventColumns(by) : kind === null ? [] : linkColumns(kind, kind.others, by.get('linkURL'));
  const columns = [
    ...visitorColumns(by, all),
    agentColumn(by),
    ...page,
    ...withoutWords('referrer', by.get('referrer'), isWordForNone),
    ...withoutWords('campaign', by.get('campaign'), (value) => /^\([a-z ]+\)$/.test(value)),
    ...plainRoles.flatMap((role) => columnOf(role, by.get(role))),
    ...resolutionColumn(by),
    ...links,
    ...orderColumns(by, all, page.length > 0 || links.length > 0),
  ];
  const used = new Set(columns.flatMap(({ from }) => from));
  const skips = { ...requests.skips, ...(links.length === 0 ? {} : helperSkips(by.get('kind'))) };
  return { columns, skips, unmapped: all.filter(({ name }) => !used.has(name)) };
}

function visitorColumns(by: Guesses, all: readonly ColumnFacts[]): DraftColumn[] {
  const [cloud, visitor, ip] = [by.get('marketingCloudVisitorID'), by.get('visitorID'), by.get('ipaddress')];
  const isList = (ip?.facts.shapes['lists of addresses'] ?? 0) > 0;
  return [
    ...(cloud === undefined
      ? columnOf('visitorID', visitor, visitor?.facts.hasSigns === true ? { then: ['alnum'] } : {})
      : columnOf('marketingCloudVisitorID', cloud)),
    ...columnOf(
      'ipaddress',
      ip,
      isList ? { then: ['firstForwarded'] } : {},
      cloud === undefined && visitor === undefined ? [addressAlone(all)] : [],
    ),
  ];
}

/** A header of cookies is no visitor: it grows and changes. One of its cookies may be, and only a person knows which. */
function addressAlone(all: readonly ColumnFacts[]): string {
  const alone = 'it alone says who it was: all that share an address become one visitor';
  const cookies = all.find(({ name, shapes }) => /cookie/i.test(name) && shapes.cookies >= 0.5);
  if (cookies === undefined) return alone;
  const value = inlineYaml({ from: cookies.name, then: [{ extract: 'NAME=([^;]+)' }, 'alnum'] });
  return `${alone}; ${cookies.name} holds cookies, and where NAME is that of a visitor, visitorID is ${value}`;
}

/** The real user agent, else one made of its parts, else the constant of a desktop. */
function agentColumn(by: Guesses): DraftColumn {
  const real = by.get('userAgent');
  const parts = agentParts.flatMap((part) => by.get(part) ?? []);
  const lack = real === undefined ? 0 : real.facts.rows - real.facts.filled;
  const lacking = real === undefined ? 'no column holds' : `${lack} of ${real.facts.rows} sampled rows lack`;
  if (real !== undefined && (lack === 0 || parts.length === 0)) {
    const doubt = `${lacking} one: Adobe would skip them, so they are rejected`;
    return columnMade('userAgent', real.facts.name, [real], lack === 0 ? [] : [doubt]);
  }
  const device = by.get('device');
  const desktop = { const: 'desktop' };
  const value = {
    ...(real !== undefined && { real: real.facts.name }),
    ...Object.fromEntries(parts.map(({ role, facts }) => [role, facts.name])),
    device: device === undefined ? desktop : { from: device.facts.name, else: desktop },
  };
  const doubt =
    parts.length === 0
      ? `${lacking} one, which Adobe asks of each hit: that of a desktop is written for all`
      : `${lacking} a whole one: it is written from its parts, and report counts them`;
  return columnMade('userAgent', value, real === undefined ? parts : [real, ...parts], [doubt]);
}

/** Words for nothing are no value: what is no campaign stands in brackets, `(organic)`; no referrer is `$direct`. */
function withoutWords(column: string, guess: Guess | undefined, isNone: (value: string) => boolean): DraftColumn[] {
  const none = guess?.facts.frequent.filter(isNone) ?? [];
  return columnOf(column, guess, none.length === 0 ? {} : { then: [{ nullIf: none }] });
}

function resolutionColumn(by: Guesses): DraftColumn[] {
  const [whole, across, down] = [by.get('resolution'), by.get('screenWidth'), by.get('screenHeight')];
  if (whole !== undefined || across === undefined || down === undefined) return columnOf('resolution', whole);
  return [columnMade('resolution', { template: `{${across.facts.name}}x{${down.facts.name}}` }, [across, down])];
}

interface Kind {
  readonly guess: Guess;
  readonly name: string;
  /** Its values that mean page views, and those that do not. */
  readonly pages: readonly string[];
  readonly others: readonly string[];
}

/** `null` where some values do not name page views and others not: nothing can be told by it then. */
function kindOf(guess: Guess | undefined): Kind | null {
  if (guess === undefined) return null;
  const { name, frequent } = guess.facts;
  const pages = frequent.filter((value) => isPageKind(value));
  const others = frequent.filter((value) => !isPageKind(value));
  return pages.length === 0 || others.length === 0 ? null : { guess, name, pages, others };
}

/** Rows that are no page views; `others` are names of such. */
function linkColumns(
  { guess, name, pages }: Pick<Kind, 'guess' | 'name' | 'pages'>,
  others: readonly string[],
  target: Guess | undefined,
  doubts: readonly string[] = [],
): DraftColumn[] {
  const isLink: Extra = pages.length === 0 ? {} : { when: { not: { [name]: oneOrAll(pages) } } };
  const custom = { const: 'o', ...isLink };
  const special = specialLinks.flatMap(([type, pattern]) => {
    const values = others.filter((value) => pattern.test(value));
    return values.length === 0 ? [] : [{ const: type, when: { [name]: oneOrAll(values) } }];
  });
  const nameOf = pages.length === 0 ? name : { from: name, ...isLink };
  const told = [...doubts, ...helperDoubts(others)];
  return [
    columnMade('linkType', special.length === 0 ? custom : { first: [...special, custom] }, [guess], told),
    columnMade('linkName', nameOf, [guess], told),
    ...columnOf('linkURL', target, isLink),
  ];
}

/** Events that trackers send of their own: Adobe would bill each, and a visit of nothing else would be one. */
function helpersAmong(kinds: readonly string[]): string[] {
  return kinds.filter((value) => helperKind.test(value));
}

function helperDoubts(kinds: readonly string[]): string[] {
  if (helpersAmong(kinds).length === 0) return [];
  return [`some are nothing that a visitor did, and Adobe bills each: ${skipCure}`];
}

function helperSkips(guess: Guess | undefined): DraftSkips {
  const helpers = helpersAmong(guess?.facts.frequent ?? []);
  return guess === undefined || helpers.length === 0 ? {} : { helpers: { [guess.facts.name]: oneOrAll(helpers) } };
}

/** Links alone, of a table of events that tells of no page. */
function eventColumns(by: Guesses): DraftColumn[] {
  const guess = by.get('kind');
  if (guess === undefined) return [];
  const { name, frequent, filled, rows } = guess.facts;
  const lack = rows - filled;
  const doubts = [
    'no column looks as if it says a page: each row becomes a link, which Adobe counts as no page view',
    ...(lack === 0 ? [] : [`${lack} of ${rows} sampled rows lack it, and are rejected`]),
  ];
  return linkColumns({ guess, name, pages: [] }, frequent, by.get('linkURL'), doubts);
}
