import { isValueSpec, type StreamSpec } from '../config/mapping-schema.ts';
import type { Faults, Path } from './faults.ts';
import type { Suite } from './hit-cell.ts';
import type { HitColumn } from './hit-columns.ts';

/** Parameters of `queryString` that say what page it was (Adobe docs, BDIA file format). */
const pageParameters = ['g', 'pageName', 'gn'];

/** Tells what Adobe requires of every row and a stream can never fill (Adobe docs, BDIA file format). */
export function checkRequired(
  name: string,
  spec: StreamSpec,
  hit: readonly HitColumn[],
  suite: Suite,
  path: Path,
  faults: Faults,
): void {
  const has = (...names: string[]) => hit.some(({ column }) => names.includes(column.name));
  const tell = (what: string, hint: string) => {
    const message = `the stream "${name}" fills no ${what}: Adobe would skip each of its rows`;
    faults.error([...path, 'hit'], 'required', message, hint, 'key');
  };
  const isSeeded =
    suite.seed !== null && has(`customerID.${suite.seed}.id`) && has(`customerID.${suite.seed}.isMCSeed`);
  if (!has('visitorID', 'marketingCloudVisitorID', 'ipaddress') && !isSeeded) {
    const seed =
      suite.seed === null
        ? 'the seeded customerID'
        : `customerID.${suite.seed}.id with customerID.${suite.seed}.isMCSeed: { const: 1 }`;
    tell('visitor', `map visitorID, marketingCloudVisitorID, ipaddress or ${seed}`);
  }
  if (spec.time === undefined) {
    faults.error(path, 'required', `the stream "${name}" has no time`, 'add time: column', 'key');
  }
  if (!has('userAgent')) {
    tell(
      'userAgent',
      'map userAgent: { real, browser, os, device }, of which one is enough, or { const: "Mozilla/5.0" }',
    );
  }
  const query = hit.find(({ column }) => column.kind === 'queryString')?.spec;
  const pageInQuery =
    query !== undefined &&
    (isValueSpec(query) || pageParameters.some((known) => Object.hasOwn(query as object, known)));
  if (!has('pageURL', 'pageName', 'linkName', 'linkURL') && !pageInQuery) {
    tell('page or link', 'map pageURL, pageName, or linkName with linkType');
  }
}

/**
 * Tells customer IDs that Adobe would ignore or refuse (Adobe docs, BDIA customer ID): a state or a mark without an ID,
 * and a mark on another type than the one that is provisioned. `seed` is `undefined` where the suite is not known.
 */
export function checkCustomers(hit: readonly HitColumn[], seed: string | null | undefined, faults: Faults): void {
  const names = new Set(hit.map(({ column }) => column.name));
  for (const { column, path } of hit) {
    if (column.family !== 'customerID') continue;
    const [, type = '', part] = column.name.split('.');
    if (!names.has(`customerID.${type}.id`)) {
      const message = `${column.name} says something of a customer ID that is not mapped: Adobe would refuse it`;
      faults.error(path, 'customer', message, `map customerID.${type}.id too`, 'key');
    }
    if (part !== 'isMCSeed' || seed === undefined || seed === type) continue;
    const provisioned = seed === null ? 'none is provisioned' : `the provisioned one is "${seed}"`;
    const message = `${column.name}: Adobe ignores the seed of this type, since ${provisioned} (target.suite.seed)`;
    faults.warning(path, 'seed', message, 'the case of the type counts');
  }
}
