import { adobeWords } from '../delivery/answer.ts';
import type { LookupVerdict } from '../delivery/classify.ts';
import type { Exchange } from '../delivery/exchange.ts';
import { count } from '../domain/count.ts';
import { plain, type Verdict } from './doctor-finding.ts';

/** The clock of a far end beside ours: its `Date` header, and our clock when the request went and the answer came; epoch ms. */
export interface ClockSample {
  readonly dateMs: number;
  readonly sentAt: number;
  readonly receivedAt: number;
}

const mostSkewMs = 30_000;

/** Whether this machine's clock agrees with those that answered; the quickest answer says most. */
export function clockVerdict(samples: readonly ClockSample[]): Verdict {
  const [best] = [...samples].sort((a, b) => a.receivedAt - a.sentAt - (b.receivedAt - b.sentAt));
  if (best === undefined) return plain('skipped', 'no answer to compare it with');
  // The header has whole seconds, cut.
  const skewMs = (best.sentAt + best.receivedAt) / 2 - (best.dateMs + 500);
  const unsureMs = (best.receivedAt - best.sentAt) / 2 + 500;
  if (Math.abs(skewMs) <= mostSkewMs + unsureMs) return plain('ok', 'agrees with Adobe’s within 30 s');
  const apart = Math.round(Math.abs(skewMs) / 1000);
  return {
    result: 'warning',
    found: `this machine’s clock is ${count(apart)} s ${skewMs > 0 ? 'ahead of' : 'behind'} Adobe’s`,
    cure: 'Set the clock (NTP): tokens, waits after a restart and all records go by it.',
  };
}

/** Whether a request reached its host; `setting` names where the host was written. */
export function reachVerdict(exchange: Exchange, host: string, setting: string): Verdict {
  const { status, error } = exchange;
  if (status === 407) return fault(`a proxy before ${host} asks for a password`, 'Ask whoever runs the proxy.');
  if (status !== null) return plain('ok', `${host} answers`);
  const word = error ?? 'closed';
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(word))
    return fault(`the name of ${host} is not found (${word})`, `Check ${setting} and this machine’s DNS.`);
  if (word === 'ECONNREFUSED')
    return fault(`${host} refuses the connection (${word})`, `Check host and port in ${setting}; is it running?`);
  if (/^(connect-timeout|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/.test(word))
    return fault(`no connection to ${host} (${word})`, `Check ${setting}, and that no firewall stands between.`);
  if (/WRONG_VERSION|EPROTO/.test(word))
    return fault(`${host} speaks no TLS at this port (${word})`, `Check https and the port in ${setting}.`);
  if (/EXPIRED|NOT_YET_VALID/.test(word))
    return fault(`the certificate of ${host} is not valid now (${word})`, 'Check this machine’s clock.');
  if (/CERT|UNABLE_TO_VERIFY|SELF_SIGNED|ERR_TLS|ERR_SSL|HOSTNAME_MISMATCH/.test(word))
    return fault(
      `the certificate of ${host} is not trusted (${word})`,
      `Check ${setting}; where a firewall signs certificates, give its authority’s PEM file as target.ca.`,
    );
  if (/timeout/.test(word)) return fault(`${host} takes the request and gives no answer (${word})`, 'Try again later.');
  return fault(
    `${host} closes the connection without an answer (${word})`,
    `Check ${setting}, and that no firewall stands between.`,
  );
}

/** What the ingest host's answer to a look-up of a key that nobody used says about client id and token. */
export function accessVerdict(verdict: LookupVerdict, exchange: Exchange, hasToken: boolean): Verdict {
  if (exchange.status === null) return plain('skipped', 'the host did not answer');
  if (!hasToken) return plain('skipped', 'there is no token to ask with');
  const said = adobeWords(exchange.status, exchange.body);
  switch (verdict.kind) {
    case 'found':
    case 'not found':
    case 'failed':
      return plain('ok', 'Adobe takes client id and token');
    case 'new token':
      return fault(
        `Adobe refuses the token: ${said}`,
        'Check that target.auth belongs to the project that has the Analytics API.',
      );
    case 'stop run':
      if (verdict.code === 'delivery.unreachable')
        return fault(`no answer of Adobe: ${verdict.reason}`, 'Check that target.baseUrl is a BDIA host.');
      return fault(
        `Adobe forbids the call: ${said}`,
        'Check the client id, its scopes, and that its product profile covers the report suites.',
      );
    case 'inconclusive':
      return {
        result: 'warning',
        found: `no clear answer to a look-up: ${said}`,
        cure:
          exchange.status === 429 || exchange.status >= 500
            ? 'Try again in a minute.'
            : 'Check that target.baseUrl is a BDIA host, and try again.',
      };
  }
}

/** What can be said of a token that somebody else fetched; `endsAt` is epoch ms, `null` where the token does not tell. */
export function fixedTokenVerdict(endsAt: number | null, now: number): Verdict {
  if (endsAt === null) return plain('ok', 'a fixed token, which does not tell until when it is valid');
  if (endsAt <= now) return fault(`the fixed token ended at ${minuteText(endsAt)}`, newToken);
  const found = `a fixed token, valid until ${minuteText(endsAt)}`;
  return endsAt - now < 3_600_000 ? { result: 'warning', found, cure: newToken } : plain('ok', found);
}

const newToken = 'Put a new token there, or use kind: oauth, which renews its tokens itself.';

/**
 * When an access token ends, epoch ms: `created_at` and `expires_in` (ms, as IMS writes them) or `exp` (RFC 7519) of
 * its claims. `null` where it is no such token.
 */
export function tokenEnd(token: string): number | null {
  const [, claims = ''] = token.split('.');
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (typeof read !== 'object' || read === null) return null;
  const { created_at, expires_in, exp } = read as Record<string, unknown>;
  const end = typeof exp === 'number' ? exp * 1000 : Number(created_at) + Number(expires_in);
  return Number.isFinite(end) && end > 0 ? end : null;
}

/** `2021-03-04T05:06Z`. */
export function minuteText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}

function fault(found: string, cure: string): Verdict {
  return { result: 'fault', found, cure };
}
