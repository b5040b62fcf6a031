import { type IncomingHttpHeaders, request } from 'node:http';
import { gzipSync } from 'node:zlib';

/** What a client sees: an answer, or the code of the error that came instead. */
export interface Seen {
  readonly status: number | null;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly error: string | null;
  /** True where the server asked for the body of a request that waits for it. */
  readonly continued: boolean;
}

/** One request over a connection of its own. With `expect` the body goes only after 100-continue. */
export function send(
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body: Buffer | string = '',
  expect = false,
): Promise<Seen> {
  return new Promise((resolve) => {
    let continued = false;
    let status: number | null = null;
    let seenHeaders: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    const end = (error: string | null): void =>
      resolve({ status, headers: seenHeaders, text: Buffer.concat(chunks).toString('utf8'), error, continued });
    const all = {
      ...headers,
      'content-length': String(Buffer.byteLength(body)),
      ...(expect ? { expect: '100-continue' } : {}),
    };
    const call = request(url, { method, headers: all, agent: false }, (response) => {
      status = response.statusCode ?? null;
      seenHeaders = response.headers;
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
      response.on('end', () => end(null));
    });
    call.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    call.on('continue', () => {
      continued = true;
      call.end(body);
    });
    if (expect) call.flushHeaders();
    else call.end(body);
  });
}

/** A multipart body with one part. */
export function multipart(file: Buffer, name = 'file', fileName = 'part.csv.gz'): Buffer {
  const head = `--BoUnDaRy\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\nContent-Type: application/gzip\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), file, Buffer.from('\r\n--BoUnDaRy--\r\n')]);
}

/** The content type that belongs to `multipart`. */
export const multipartType = 'multipart/form-data; boundary=BoUnDaRy';

/** A gzipped file of a header and rows. */
export function gzipped(...lines: readonly string[]): Buffer {
  return gzipSync(lines.map((line) => `${line}\r\n`).join(''));
}

/** The header that most tests use. */
export const header = 'timestamp,visitorID,reportSuiteID,userAgent,pageName';

/** A row under `header`. */
export function row(time: number, visitor: string, page = 'Home'): string {
  return `${time},${visitor},suite,Mozilla/5.0,${page}`;
}

interface Reachable {
  readonly baseUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The form body of a good token request, with single parameters replaced. */
export function tokenForm(sandbox: Reachable, changes: Record<string, string> = {}): string {
  const form = {
    grant_type: 'client_credentials',
    client_id: sandbox.clientId,
    client_secret: sandbox.clientSecret,
    scope: 'openid,AdobeID,additional_info.projectedProductContext',
  };
  return new URLSearchParams({ ...form, ...changes }).toString();
}

/** A client that has logged in. */
export async function connect(sandbox: Reachable) {
  const answer = await send('POST', sandbox.tokenUrl, {}, tokenForm(sandbox));
  const { access_token: token } = JSON.parse(answer.text);
  const headers = { authorization: `Bearer ${token}`, 'x-api-key': sandbox.clientId };
  const events = `${sandbox.baseUrl}/aa/collect/v1/events`;
  const post = (url: string, file: Buffer, extra: Record<string, string>, expect: boolean): Promise<Seen> =>
    send('POST', url, { ...headers, 'content-type': multipartType, ...extra }, multipart(file), expect);
  return {
    headers,
    events,
    upload: (group: string, key: string, file: Buffer, expect = false) =>
      post(events, file, { 'x-adobe-vgid': group, 'x-adobe-idempotency-key': key }, expect),
    validate: (file: Buffer, extra: Record<string, string> = { 'x-adobe-vgid': 'g' }) =>
      post(`${events}/validate`, file, extra, false),
    lookUp: (key: string) => send('GET', `${events}/key/${encodeURIComponent(key)}`, headers),
  };
}
