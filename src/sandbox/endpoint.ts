import { uploadPath } from './faults.ts';

/** One call of the sandbox. `label` is how reports name it. */
export type Endpoint =
  | { readonly kind: 'token' | 'exchange' | 'upload' | 'validate' | 'report' | 'files'; readonly label: string }
  | { readonly kind: 'look-up'; readonly label: string; readonly key: string }
  | { readonly kind: 'unknown'; readonly label: string; readonly isIngest: boolean };

const fixed: ReadonlyMap<string, Endpoint> = new Map([
  ['POST /ims/token/v3', { kind: 'token', label: 'POST /ims/token' }],
  ['POST /ims/token/v4', { kind: 'token', label: 'POST /ims/token' }],
  ['POST /ims/exchange/jwt', { kind: 'exchange', label: 'POST /ims/exchange/jwt' }],
  ['POST /ims/exchange/jwt/', { kind: 'exchange', label: 'POST /ims/exchange/jwt' }],
  [`POST ${uploadPath}`, { kind: 'upload', label: 'POST /events' }],
  [`POST ${uploadPath}/validate`, { kind: 'validate', label: 'POST /events/validate' }],
  ['GET /sandbox/report', { kind: 'report', label: 'GET /sandbox/report' }],
  ['GET /sandbox/files', { kind: 'files', label: 'GET /sandbox/files' }],
] as const);

/** Names the call of a request; `path` is without its query. */
export function findEndpoint(method: string, path: string): Endpoint {
  const found = fixed.get(`${method} ${path}`);
  if (found !== undefined) return found;
  const key = method === 'GET' ? lookUpKey(path) : null;
  if (key !== null) return { kind: 'look-up', label: 'GET /events/key', key };
  return { kind: 'unknown', label: 'other', isIngest: path.startsWith('/aa/') };
}

function lookUpKey(path: string): string | null {
  const prefix = `${uploadPath}/key/`;
  const text = path.startsWith(prefix) ? path.slice(prefix.length) : '';
  if (text === '' || text.includes('/')) return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
