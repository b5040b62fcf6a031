import { expect, it } from 'vitest';
import { tellWait } from '../../src/cli/progress.ts';

it('says what a lane waits for, once for each reason, and nothing of its pace', () => {
  const notes: string[] = [];
  const told = new Map<string, string>();
  const waits = (group: string, words: string, untilMs: number | null = Date.now() + 60_000) =>
    tellWait({ type: 'lane', group, waits: words, untilMs }, { note: (text) => void notes.push(text) }, told);
  waits('a', 'a look-up without a clear answer (HTTP 503)');
  waits('a', 'a look-up without a clear answer (HTTP 503)');
  waits('b', 'a look-up without a clear answer (HTTP 503)');
  waits('a', 'the next look-up of a chunk whose fate is unknown');
  waits('a', 'for the next slice to be sealed', null);
  waits('a', 'for its pace');
  expect(notes.map((note) => note.replace(/, [^,]*$/, ''))).toEqual([
    'a waits: a look-up without a clear answer (HTTP 503)',
    'b waits: a look-up without a clear answer (HTTP 503)',
    'a waits: the next look-up of a chunk whose fate is unknown',
  ]);
});
