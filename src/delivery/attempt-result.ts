import { type ChunkStep, takeStep } from '../domain/chunk-life.ts';
import type { Attempt } from '../domain/receipt.ts';
import type { UploadVerdict } from './classify.ts';
import type { AttemptResult } from './ports.ts';

const nothingSent = 'nothing sent';
const uploaded = 'uploaded';
const partial = 'partial';

/** What a verdict means for the log: the end of its attempt at `endedAt` (epoch ms) and where the chunk goes from `sending`. */
export function attemptResult(verdict: UploadVerdict, endedAt: number): AttemptResult {
  switch (verdict.kind) {
    case 'uploaded':
      return { ...ended('taken', uploaded), receipt: { ...verdict.receipt, source: 'answer', at: endedAt } };
    case 'partial':
      return {
        ...ended('taken in part', `${partial}: ${verdict.invalidRows} invalid rows`),
        receipt: { ...verdict.receipt, source: 'answer', at: endedAt },
        lost: verdict.lost,
      };
    case 'rejected':
      return { ...ended('refused', 'rejected'), receipt: { ...verdict.receipt, source: 'answer', at: endedAt } };
    case 'wait':
    case 'new token':
      return ended('nothing sent', `${nothingSent}: ${verdict.reason}`);
    case 'unknown':
      return ended('no clear answer', `unknown: ${verdict.reason}`);
    case 'stop lane':
    case 'stop run':
      return verdict.sent
        ? ended('no clear answer', `unknown: ${verdict.reason}`)
        : ended('nothing sent', `${nothingSent}: ${verdict.reason}`);
  }

  function ended(step: ChunkStep, outcome: string): AttemptResult {
    return { endedAt, outcome, state: takeStep('sending', step) as AttemptResult['state'] };
  }
}

/** Attempts after which Adobe may have had bytes of the file; those that ended before any left do not count. */
export function countSent(attempts: readonly Attempt[]): number {
  return attempts.filter(({ outcome }) => outcome === null || !outcome.startsWith(nothingSent)).length;
}

/** Whether an attempt with this outcome ended with Adobe's answer that it has the file, in whole or in part. */
export function isTaken(outcome: string | null): boolean {
  return outcome !== null && (outcome === uploaded || outcome.startsWith(`${partial}:`));
}
