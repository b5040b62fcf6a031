import type { AdobeColumn } from './column.ts';

const customerParts = [
  { part: 'id', query: 'id', kind: 'customerId', source: 'BDIA customer ID' },
  { part: 'authState', query: 'as', kind: 'authState', source: 'BDIA column reference' },
  { part: 'isMCSeed', query: 'ismcseed', kind: 'bit', source: 'BDIA customer ID' },
] as const;

/** The parts of a customer ID, in header order. */
export const customerPartNames: readonly string[] = customerParts.map(({ part }) => part);

/**
 * The type of `customerID.TYPE.id`, `.authState` or `.isMCSeed`, and which of them it is. The type is the one piece of a
 * header that Adobe reads with regard to case (Adobe docs, BDIA customer ID); it is letters and digits. `null` where the name
 * is none of these.
 */
export function customerPart(name: string): ({ readonly type: string } & (typeof customerParts)[number]) | null {
  const [, type, said] = /^customerID\.([a-z0-9]+)\.([a-z]+)$/i.exec(name) ?? [];
  const known = customerParts.find(({ part }) => part.toLowerCase() === said?.toLowerCase());
  return type === undefined || known === undefined ? null : { type, ...known };
}

/** The column of a customer ID; `null` where the name is none. */
export function customerColumn(name: string): AdobeColumn | null {
  const found = customerPart(name);
  if (found === null) return null;
  return {
    name: `customerID.${found.type}.${found.part}`,
    family: 'customerID',
    query: `cid.${found.type}.${found.query}`,
    queryAliases: [],
    limitBytes: null,
    kind: found.kind,
    certainty: 'documented',
    source: found.source,
  };
}

/**
 * Why Adobe would not keep a context variable under this key, in words; `null` where it would (Adobe docs, contextData
 * variable). Other characters are stripped, so that two keys may become one.
 */
export function contextKeyFault(key: string): string | null {
  if (key === '') return 'a context variable needs a key';
  if (!/^[\w.]+$/.test(key)) return 'a contextData key holds letters, digits, underscores and periods only';
  return /^a\./i.test(key) ? 'contextData keys that begin with "a." are reserved for Adobe' : null;
}

/** `contextData.KEY` with a key that Adobe keeps; its reserved `a.` keys included. `null` for any other name. */
export function contextColumn(name: string): AdobeColumn | null {
  const key = /^contextData\.([\w.]+)$/i.exec(name)?.[1];
  if (key === undefined) return null;
  return {
    name: `contextData.${key}`,
    family: 'contextData',
    query: `c.${key}`,
    queryAliases: [],
    limitBytes: null,
    kind: 'context',
    certainty: 'documented',
    source: 'contextData variable',
  };
}
