import { expect, it } from 'vitest';
import { reasonWords, ruleWords } from '../../src/cli/rule-words.ts';

it('says more of a reason than the name of its column', () => {
  expect(reasonWords('userAgent', 'userAgent')).toBe('userAgent missing or unusable');
  expect(reasonWords('time', 'timestamp')).toBe('time');
  expect(reasonWords('broken', null)).toBe('broken');
});

it('names a rule behind a reason, where there is one', () => {
  expect([ruleWords('required-value'), ruleWords(null)]).toEqual(['  rule required-value', '']);
});
