import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../src/config/pattern.ts';

describe('compilePattern', () => {
  it.each([
    'abc',
    '^/shop/(\\d+)$',
    '\\.css$',
    '(a|b)*',
    '(?:%20|\\+)+',
    '(?:\\d{1,3}\\.){3}\\d{1,3}',
    '(?:\\w+\\.){2}com',
    '(?<name>\\p{L}+)-\\k<name>',
    '[(+*)+]+x+',
    '(a+)?',
    '(?=.*a)(?!b*).*',
    'a{2,}b+',
    '(?:ab)+c*',
  ])('takes %j', (source) => {
    expect(compilePattern(source)).toMatchObject({ kind: 'pattern' });
  });

  it.each([
    ['(', 'is no regular expression'],
    ['a**', 'is no regular expression'],
    ['\\y', 'is no regular expression'],
    ['(a+)+', 'repeats a repetition'],
    ['(?:a*)*b', 'repeats a repetition'],
    ['^(\\w+\\s?)*$', 'repeats a repetition'],
    ['((a+)b?)+', 'repeats a repetition'],
    ['(?:(?:a{2,}))*', 'repeats a repetition'],
    ['(a+){10,20}', 'repeats a repetition'],
    ['(?:(a+)?)+', 'repeats a repetition'],
    ['(?<x>a+)*', 'repeats a repetition'],
    ['(a|a)*', 'repeats a choice'],
    ['(a|ab)*', 'repeats a choice'],
    ['((a|a))+', 'repeats a choice'],
    ['(?:\\d|[0-9])+', 'repeats a choice'],
    ['(.|x)*', 'repeats a choice'],
    ['(a|)*', 'repeats a choice'],
  ])('refuses %j: %s', (source, message) => {
    const pattern = compilePattern(source);
    expect(pattern.kind === 'fault' && pattern.message).toContain(message);
    expect(pattern.kind === 'fault' && pattern.message).toContain(source);
  });

  it('counts groups and carries its flags', () => {
    expect(compilePattern('(a)(?:b)(?<c>d)', 'g')).toMatchObject({ groups: 2, regex: { flags: 'gu' } });
    expect(compilePattern('a')).toMatchObject({ groups: 0, regex: { flags: 'u' } });
  });
});
