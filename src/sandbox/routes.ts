import type { Endpoint } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import type { Gateway } from './gateway.ts';
import type { Ims } from './ims.ts';
import type { Ingest } from './ingest.ts';
import {
  internalError,
  jsonReply,
  keyStoreDown,
  notThere,
  type Reply,
  tokenNotValid,
  tooManyRequests,
} from './reply.ts';
import { type FileReport, fileDocument, reportDocument, type SandboxReport } from './report.ts';

/** What stands behind the paths. */
export interface RoutesParts {
  readonly ims: Ims;
  readonly gateway: Gateway;
  readonly ingest: Ingest;
  report(): SandboxReport;
  files(): FileReport[];
}

const maxFormBytes = 65_536;

/**
 * Leads each exchange to its endpoint, through the gateway where it is an ingest call, and applies the faults that
 * answer in place of the endpoint.
 */
export function createRoutes(parts: RoutesParts): (exchange: Exchange, endpoint: Endpoint) => Promise<void> {
  const { ims, gateway, ingest, report, files } = parts;

  const serve = async (exchange: Exchange, endpoint: Endpoint): Promise<void> => {
    switch (endpoint.kind) {
      case 'token':
        return exchange.answer(ims.token(await readForm(exchange)));
      case 'exchange':
        return exchange.answer(ims.exchange(await readForm(exchange)));
      case 'upload':
        return ingest.upload(exchange);
      case 'validate':
        return ingest.validate(exchange);
      case 'look-up':
        return ingest.lookUp(exchange, endpoint.key);
      case 'report':
        return exchange.answer(jsonReply(200, reportDocument(report())));
      case 'files':
        return exchange.answer(jsonReply(200, files().map(fileDocument)));
      case 'unknown':
        return exchange.answer(notThere);
    }
  };

  return async (exchange, endpoint) => {
    if (exchange.fault?.fault === 'drop-before') return exchange.cut();
    const instead = gatewayFault(exchange) ?? (isIngest(endpoint) ? gateway(exchange.headers) : null);
    if (instead !== null) return exchange.answer(instead);
    if (exchange.fault?.fault !== 'e500') return serve(exchange, endpoint);
    for await (const _ of exchange.body());
    return exchange.answer(internalError);
  };
}

function isIngest(endpoint: Endpoint): boolean {
  if (endpoint.kind === 'unknown') return endpoint.isIngest;
  return endpoint.kind === 'upload' || endpoint.kind === 'validate' || endpoint.kind === 'look-up';
}

function gatewayFault({ fault }: Exchange): Reply | null {
  switch (fault?.fault) {
    case 'e401':
      return tokenNotValid;
    case 'e429':
      return tooManyRequests(fault.seconds ?? 1);
    case 'e503':
      return keyStoreDown;
    default:
      return null;
  }
}

/** The form of a request to IMS; parameters of the query count too (Adobe Developer Console docs, IMS API). */
async function readForm(exchange: Exchange): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const bytes of exchange.body()) {
    size += bytes.length;
    if (size <= maxFormBytes) chunks.push(bytes);
  }
  const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
  for (const [name, value] of exchange.query) if (!form.has(name)) form.append(name, value);
  return form;
}
