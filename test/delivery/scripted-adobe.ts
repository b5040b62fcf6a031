import type { UploadVerdict } from '../../src/delivery/classify.ts';
import type { Client, LookupAnswer, ValidateAnswer } from '../../src/delivery/client.ts';
import type { Chunk } from '../../src/domain/chunk.ts';

/** What Adobe does with an upload: takes it and answers, takes it and says nothing, takes it late, or a verdict alone. */
export type Script = 'take' | 'take in silence' | 'lose' | UploadVerdict;

export interface ScriptedAdobe extends Client {
  readonly stored: string[];
  readonly calls: string[];
  tokens: number;
  lookupAnswers: LookupAnswer[];
  validateAnswer: ValidateAnswer;
}

const answered = { httpStatus: 200, fileId: 'f', rows: 100, invalidRows: 0, size: 1000, body: '{}' };

/** A client without a network: plays the script upload by upload, then takes everything; look-ups know what it stored. */
export function scriptedAdobe(script: readonly Script[] = [], stored: readonly string[] = []): ScriptedAdobe {
  const scripts = [...script];
  const adobe: ScriptedAdobe = {
    host: 'adobe.test',
    clientId: 'client',
    stored: [...stored],
    calls: [],
    tokens: 0,
    lookupAnswers: [],
    validateAnswer: { kind: 'valid' },
    renewToken: async () => {
      adobe.tokens += 1;
    },
    upload: async (chunk: Chunk, begin) => {
      await begin();
      adobe.calls.push(`upload ${chunk.key}`);
      const next = scripts.shift() ?? 'take';
      if (typeof next !== 'string') {
        if (next.kind === 'uploaded' || next.kind === 'partial') adobe.stored.push(chunk.key);
        return next;
      }
      if (next !== 'lose') adobe.stored.push(chunk.key);
      return next === 'take'
        ? { kind: 'uploaded', receipt: answered, reason: 'HTTP 200' }
        : { kind: 'unknown', reason: 'no answer: ECONNRESET' };
    },
    validate: async (chunk) => {
      adobe.calls.push(`validate ${chunk.key}`);
      return adobe.validateAnswer;
    },
    lookup: async (key) => {
      adobe.calls.push(`lookup ${key}`);
      const planned = adobe.lookupAnswers.shift();
      if (planned !== undefined) return planned;
      return adobe.stored.includes(key)
        ? { kind: 'found', rows: 100, size: 1000, fileId: 'f', body: '{}' }
        : { kind: 'not found' };
    },
  };
  return adobe;
}
