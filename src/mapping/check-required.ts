import { customerPart } from '../adobe/columns-keyed.ts';
import { isValueSpec, type StreamSpec } from '../config/mapping-schema.ts';
import type { Faults, Path } from './faults.ts';
import type { HitColumn } from './hit-columns.ts';

/** Parameters of `queryString` that say what page it was (Adobe docs, BDIA file format). */
const pageParameters = ['g', 'pageName', 'gn'];

/** The first type of customer ID that a stream marks as the seed of the visitor id; `null` where it marks none. */
export function markedSeed(hit: readonly HitColumn[]): string | null {
  const customers = hit.map(({ column }) => customerPart(column.name));
  return customers.find((customer) => customer?.part === 'isMCSeed')?.type ?? null;
}

/**
 * Tells what Adobe requires of every row and the hit of a stream can never fill (Adobe docs, BDIA file format); that a
 * stream has no hit or no time at all is told where the mapping is loaded. `seed` is the type of
 * customer ID that is provisioned, or taken to be.
 */
export function checkRequired(
  name: string,
  spec: StreamSpec,
  hit: readonly HitColumn[],
  seed: string | null,
  path: Path,
  faults: Faults,
): void {
  if (spec.hit === undefined) return;
  const has = (...names: string[]) => hit.some(({ column }) => names.includes(column.name));
  const tell = (what: string, hint: string) => {
    const message = `the stream "${name}" fills no ${what}: Adobe would skip each of its rows`;
    faults.error([...path, 'hit'], 'required', message, hint, 'key');
  };
  const isSeeded = seed !== null && has(`customerID.${seed}.id`) && has(`customerID.${seed}.isMCSeed`);
  if (!has('visitorID', 'marketingCloudVisitorID', 'ipaddress') && !isSeeded) {
    const type = seed ?? 'TYPE';
    const seeded = `customerID.${type}.id with customerID.${type}.isMCSeed: { const: 1 }`;
    const provisioned = seed === null ? ', where target.suite.seed is that TYPE' : '';
    tell('visitor', `map visitorID, marketingCloudVisitorID, ipaddress or ${seeded}${provisioned}`);
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
 * and a mark on another type than the one that is provisioned. `seed` is `undefined` where the suite is not known: then what
 * the mark asks of it is told.
 */
export function checkCustomers(hit: readonly HitColumn[], seed: string | null | undefined, faults: Faults): void {
  const names = new Set(hit.map(({ column }) => column.name));
  for (const { column, path } of hit) {
    const customer = customerPart(column.name);
    if (customer === null) continue;
    const { type, part } = customer;
    if (!names.has(`customerID.${type}.id`)) {
      const message = `${column.name} says something of a customer ID that is not mapped: Adobe would refuse it`;
      faults.error(path, 'customer', message, `map customerID.${type}.id too`, 'key');
    }
    if (part !== 'isMCSeed' || seed === type) continue;
    if (seed === undefined) {
      const message = `${column.name}: Adobe takes the visitor from it only where "${type}" is the type that it has provisioned`;
      faults.warning(path, 'seed', message, `say so in the migration: target.suite.seed: ${type}`);
      continue;
    }
    const provisioned = seed === null ? 'none is provisioned' : `the provisioned one is "${seed}"`;
    const message = `${column.name}: Adobe ignores the seed of this type, since ${provisioned} (target.suite.seed)`;
    const hint = `say target.suite.seed: ${type} if Adobe has provisioned it, or leave the mark out; the case of the type counts`;
    faults.warning(path, 'seed', message, hint);
  }
}
