import type { UploadVerdict } from '../../src/delivery/classify.ts';
import type { Client, LookupAnswer } from '../../src/delivery/client.ts';
import type { Clock } from '../../src/domain/clock.ts';

/** What Adobe does with one upload. Times are ms from the moment at which the program heard the last of it. */
export type Behaviour =
  | { readonly kind: 'take' }
  /** The connection ends without an answer; the file is stored all the same, now or later. */
  | { readonly kind: 'take in silence'; readonly afterMs: number }
  | { readonly kind: 'lose' }
  | { readonly kind: 'take in part'; readonly invalidRows: number }
  | { readonly kind: 'reject' }
  /** Refused before the first byte of the body: busy, or a token that is not valid. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'refuse token' };

/** One upload whose body was on its way. `endedMs` is `null` while its process might still be sending it. */
export interface Sending {
  readonly key: string;
  endedMs: number | null;
}

export interface LookedUp {
  readonly key: string;
  readonly kind: LookupAnswer['kind'];
  readonly atMs: number;
}

/** A model of Adobe that may be late, with everything that it has seen. Times are monotonic ms. */
export interface LateAdobe extends Client {
  /** Behaviours of the next uploads; then everything is taken. */
  readonly script: Behaviour[];
  /** Look-ups from now on that get no clear answer. */
  blind: number;
  readonly sendings: Sending[];
  readonly lookedUp: LookedUp[];
  /** Keys in the order in which files were stored, to this moment. */
  stored(): readonly string[];
  /** Called before a body leaves. */
  beforeBody: (key: string) => void;
  /** The process is gone and with it its connections: whatever was on its way is stored within the time it had left. */
  processGone(): void;
}

const answered = { httpStatus: 200, fileId: 'f', rows: 100, invalidRows: 0, size: 1000, body: '{}' };

/** An Adobe that takes `uploadMs` for each body. */
export function lateAdobe(clock: Clock, uploadMs: number): LateAdobe {
  const files: string[] = [];
  const late: { key: string; atMs: number }[] = [];
  const arrive = (): void => {
    late.sort((a, b) => a.atMs - b.atMs);
    while (late[0] !== undefined && late[0].atMs <= clock.monotonic()) files.push(late.shift()!.key);
  };
  const refusals: Partial<Record<Behaviour['kind'], UploadVerdict>> = {
    busy: { kind: 'wait', reason: 'HTTP 503' },
    'refuse token': { kind: 'new token', reason: 'HTTP 401' },
  };

  const adobe: LateAdobe = {
    host: 'adobe.test',
    clientId: 'client',
    script: [],
    blind: 0,
    sendings: [],
    lookedUp: [],
    beforeBody: () => {},
    stored: () => {
      arrive();
      return files;
    },
    processGone: () => {
      for (const sending of adobe.sendings) sending.endedMs ??= clock.monotonic();
    },
    renewToken: async () => {},
    validate: async () => ({ kind: 'valid' }),
    upload: async (chunk, begin) => {
      await begin();
      const behaviour = adobe.script.shift() ?? { kind: 'take' };
      const refusal = refusals[behaviour.kind];
      if (refusal !== undefined) return refusal;
      adobe.beforeBody(chunk.key);
      const sending: Sending = { key: chunk.key, endedMs: null };
      adobe.sendings.push(sending);
      await clock.sleep(uploadMs);
      arrive();
      sending.endedMs ??= clock.monotonic();
      if (behaviour.kind === 'take in silence')
        late.push({ key: chunk.key, atMs: sending.endedMs + behaviour.afterMs });
      if (behaviour.kind === 'lose' || behaviour.kind === 'take in silence')
        return { kind: 'unknown', reason: 'no answer: ECONNRESET' };
      if (behaviour.kind === 'reject')
        return { kind: 'rejected', receipt: { ...answered, httpStatus: 400 }, reason: 'HTTP 400: no gzip' };
      files.push(chunk.key);
      if (behaviour.kind !== 'take in part') return { kind: 'uploaded', receipt: answered, reason: 'HTTP 200' };
      const { invalidRows } = behaviour;
      const lost = [{ row: null, count: invalidRows, reason: 'not named' }];
      return { kind: 'partial', receipt: { ...answered, invalidRows }, invalidRows, lost, reason: 'HTTP 200' };
    },
    lookup: async (key) => {
      const answer = look(key);
      adobe.lookedUp.push({ key, kind: answer.kind, atMs: clock.monotonic() });
      return answer;
    },
  };
  const look = (key: string): LookupAnswer => {
    if (adobe.blind > 0) {
      adobe.blind -= 1;
      return { kind: 'inconclusive', reason: 'HTTP 500' };
    }
    return adobe.stored().includes(key)
      ? { kind: 'found', rows: 100, size: 1000, fileId: 'f', body: '{}' }
      : { kind: 'not found' };
  };
  return adobe;
}
