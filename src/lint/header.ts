import { type AdobeColumn, column, columnKey, columnNames, whyUnknown } from '../adobe/columns.ts';
import { customerPart } from '../adobe/columns-keyed.ts';
import { isBlank } from '../adobe/required.ts';
import { adobeRule, type RuleId } from '../adobe/rules.ts';
import { effectiveVisitor } from '../adobe/visitor.ts';
import { nearest } from '../config/problems.ts';
import type { Note } from './finding.ts';
import type { LintSuite } from './suite.ts';

/** The header of one file: what Adobe takes each name for. */
export interface Header {
  /** As written, in file order. */
  readonly names: readonly string[];
  /** What Adobe takes each for; `null` for a column that it ignores. */
  readonly columns: readonly (AdobeColumn | null)[];
  /** Where each known column stands, by Adobe's spelling. */
  readonly places: ReadonlyMap<string, number>;
  /** Each customer ID that has an `isMCSeed` column. */
  readonly marked: readonly Seed[];
  /** Those of them that could seed the visitor. */
  readonly seeds: readonly Seed[];
}

/** A type of customer ID, and the places of its ID and of its `isMCSeed` cell. */
export interface Seed {
  readonly type: string;
  readonly id: number;
  readonly mark: number;
}

const visitorColumns = ['visitorID', 'marketingCloudVisitorID', 'ipaddress'];
const neededColumns = ['timestamp', 'reportSuiteID', 'userAgent'];

/**
 * Reads a header and notes what is wrong with it (Adobe docs, BDIA file format, column reference, troubleshooting). Any
 * type of customer ID may seed the visitor, but where the suite is known to have another or none.
 */
export function readHeader(names: readonly string[], note: Note, suite: LintSuite = {}): Header {
  const columns = names.map(column);
  const places = new Map<string, number>();
  const seen = new Map<string, string>();
  const finding = (rule: RuleId, name: string | null, message: string): void =>
    note({ rule, row: null, column: name, value: null, message });

  for (const [place, name] of names.entries()) {
    const known = columns[place] ?? null;
    const twin = seen.get(columnKey(name));
    seen.set(columnKey(name), name);
    if (twin !== undefined) {
      finding('duplicate-header', name, `the header has "${twin}" and "${name}", which are one column to Adobe`);
      continue;
    }
    if (name === '') {
      finding('empty-header', name, `header ${place + 1} is empty; a comma at the end of the line makes one, too`);
    } else if (known === null && /^contextData\../i.test(name)) {
      finding('context-key', name, `${name}: ${adobeRule('context-key').says}`);
    } else if (known === null) {
      const near = nearest(name, columnNames());
      const why = near === null ? 'it is in no version of its documentation' : `did you mean ${near}?`;
      const message = `Adobe has no column "${name}" and ignores its values: ${whyUnknown(name) ?? why}`;
      finding('unknown-header', name, message);
    } else {
      places.set(known.name, place);
      if (known.family === 'hier') finding('retired-column', name, adobeRule('retired-column').says);
    }
  }
  for (const name of neededColumns) {
    if (!places.has(name)) finding('missing-header', name, `the header has no ${name}`);
  }
  const marked = findSeeds(places);
  const seeds = suite.seed === undefined ? marked : marked.filter(({ type }) => type === suite.seed);
  if (seeds.length === 0 && !visitorColumns.some((name) => places.has(name))) {
    finding('missing-header', null, `the header names no visitor: ${visitorColumns.join(', ')} or a seeded customerID`);
  }
  if (suite.timestamps === 'none') finding('suite-timestamps', 'timestamp', 'the report suite takes no timestamps');
  else if (suite.timestamps === 'required' && places.has('visitorID'))
    finding('visitor-on-timestamps', 'visitorID', adobeRule('visitor-on-timestamps').says);
  return { names, columns, places, marked, seeds };
}

/** Reads whom Adobe files a row under, from the cells of a row of this header; empty where it names nobody. */
export function compileVisitor({ places, seeds }: Header): (cells: readonly string[]) => string {
  const [visitor, cloud, address] = visitorColumns.map((name) => places.get(name) ?? -1) as [number, number, number];
  return (cells) => {
    return effectiveVisitor({
      seed: seedOf(seeds, cells),
      visitorID: cells[visitor] ?? '',
      marketingCloudVisitorID: cells[cloud] ?? '',
      ipaddress: cells[address] ?? '',
    });
  };
}

/** The ID of the first type that seeds the visitor of a row; empty where none does. */
export function seedOf(seeds: readonly Seed[], cells: readonly string[]): string {
  for (const { id, mark } of seeds) {
    const text = cells[id] ?? '';
    if (cells[mark] === '1' && !isBlank(text)) return text;
  }
  return '';
}

function findSeeds(places: ReadonlyMap<string, number>): Seed[] {
  return [...places].flatMap(([name, mark]) => {
    const customer = customerPart(name);
    const id = places.get(`customerID.${customer?.type}.id`);
    return customer?.part !== 'isMCSeed' || id === undefined ? [] : [{ type: customer.type, id, mark }];
  });
}
