import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TransformSpec } from '../../../src/config/mapping-schema.ts';
import { compileTransforms } from '../../../src/mapping/transforms/compile.ts';

const goals = new Map([
  ['1', 'event1'],
  ['2', 'event2'],
]);
const context = {
  lookup: (name: string) => (name === 'goals.event' ? (key: string) => goals.get(key) ?? '' : undefined),
  secret: (name: string) => (name === 'pepper' ? 'hush-hush' : undefined),
};

function apply(specs: TransformSpec[], text: string): string | string[] {
  const compiled = compileTransforms(specs, context);
  if (compiled.kind === 'faults') throw new Error(JSON.stringify(compiled.faults));
  return compiled.apply(text);
}

function faultsOf(specs: TransformSpec[]) {
  const compiled = compileTransforms(specs, context);
  return compiled.kind === 'faults' ? compiled.faults : [];
}

type Case = [spec: TransformSpec, text: string, expected: string];

describe('transforms of one text', () => {
  it.each<Case>([
    ['lower', 'ÄB1', 'äb1'],
    ['lower', 'İ', 'i̇'],
    ['upper', 'äß', 'ÄSS'],
    ['alnum', '550e8400-E29b', '550e8400E29b'],
    ['alnum', 'plain9', 'plain9'],
    ['alnum', 'zoë', 'zo'],
    ['alnum', '--', ''],
    [{ nullIf: 'xx' }, 'xx', ''],
    [{ nullIf: ['xx', '-'] }, '-', ''],
    [{ nullIf: ['xx', '-'] }, 'XX', 'XX'],
    [{ replace: { match: '-', with: '' } }, 'a-b-c', 'abc'],
    [{ replace: { match: '(\\w)(\\d)', with: '$2$1' } }, 'a1 b2', '1a 2b'],
    [{ replace: { match: '(?<x>b)', with: '[$<x>$&]' } }, 'abb', 'a[bb][bb]'],
    [{ replace: { match: 'x', with: '$$1' } }, 'x', '$1'],
    [{ replace: { match: '.', with: '-' } }, '😀', '-'],
    [{ replace: { match: 'z', with: '!' } }, 'abc', 'abc'],
    [{ replace: { match: '.*', with: '' } }, 'abc', ''],
    [{ extract: '\\d+' }, 'ab12cd34', '12'],
    [{ extract: '/p/(\\d+)/(\\d+)' }, '/p/12/34', '12'],
    [{ extract: '(?:a)(b)?c' }, 'ac', ''],
    [{ extract: '\\d+' }, 'none', ''],
    [{ map: { '1': 'one', constructor: 'c' } }, '1', 'one'],
    [{ map: { '1': 'one', constructor: 'c' } }, 'constructor', 'c'],
    [{ map: { '1': 'one' } }, 'toString', ''],
    [{ map: { '1': 'one' } }, '01', ''],
    [{ map: { A: 'x' } }, 'a', ''],
    [{ lookup: 'goals.event' }, '2', 'event2'],
    [{ lookup: 'goals.event' }, '3', ''],
  ])('%j on %j gives %j', (spec, text, expected) => {
    expect(apply([spec], text)).toBe(expected);
  });

  // Digests from RFC 1321 and FIPS 180, and of `hush-hush` + `abc` by coreutils.
  it.each<Case>([
    ['hash', 'abc', 'ba7816bf8f01cfea414140de5dae2223'],
    [{ hash: { length: '64' } }, 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [{ hash: { algorithm: 'md5' } }, 'abc', '900150983cd24fb0d6963f7d28e17f72'],
    [{ hash: { algorithm: 'sha1', length: '40' } }, 'abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    [{ hash: { algorithm: 'md5', length: '8' } }, 'abc', '90015098'],
    [{ hash: { algorithm: 'sha1', length: '40', salt: 'pepper' } }, 'abc', '923235a5fa3904123759ff8d61e883f204d88657'],
    [{ hash: { algorithm: 'md5' } }, 'é', '66ddcd97cfdeabb2f6fb8a999b4bc76f'],
  ])('%j of %j is %s', (spec, text, expected) => {
    expect(apply([spec], text)).toBe(expected);
  });

  it.each<Case>([
    ['number', '0012.50', '12.5'],
    ['number', '1e3', '1000'],
    ['number', '1,5', ''],
    ['number', 'EUR 5', ''],
    [{ number: { decimal: ',', group: '.' } }, '-1.234,50', '-1234.5'],
    [{ number: { group: ',' } }, '1,234.5', '1234.5'],
    [{ multiply: '0.01' }, '1999', '19.99'],
    [{ multiply: '-2' }, '12345678901234567890.5', '-24691357802469135781'],
    [{ multiply: '0' }, '7', '0'],
    [{ multiply: '0.01' }, 'x', ''],
    [{ round: '2' }, '1.025', '1.02'],
    [{ round: '2' }, '1.035', '1.04'],
    [{ round: '2' }, '3', '3'],
    ['round', '2.5', '2'],
    ['round', 'x', ''],
  ])('%j of %j is %j', (spec, text, expected) => {
    expect(apply([spec], text)).toBe(expected);
  });
});

describe('lists', () => {
  it.each<[TransformSpec[], string, string | string[]]>([
    [[{ split: ',' }], 'a, b,,c ,', ['a', 'b', 'c']],
    [[{ split: ',' }], ' alone ', ['alone']],
    [[{ split: ',' }], ' , ', []],
    [[{ split: '||' }], 'a||b|c||a', ['a', 'b|c', 'a']],
    [[{ split: '.' }], 'a.b', ['a', 'b']],
    [[{ split: ',' }, 'upper'], 'a,b', ['A', 'B']],
    [[{ split: ',' }, { lookup: 'goals.event' }], '1,9,2,1', ['event1', 'event2', 'event1']],
    [[{ split: ',' }, { lookup: 'goals.event' }], '9,8', []],
    [[{ split: ',' }, { pick: '1' }], 'a,b,c', 'a'],
    [[{ split: ',' }, { pick: '3' }], 'a,b,c', 'c'],
    [[{ split: ',' }, { pick: '4' }], 'a,b,c', ''],
    [[{ split: ',' }, { pick: '-1' }], 'a,b,c', 'c'],
    [[{ split: ',' }, { pick: '-3' }], 'a,b,c', 'a'],
    [[{ split: ',' }, { pick: '-4' }], 'a,b,c', ''],
    [[{ split: ',' }, { nullIf: 'a' }, { pick: '1' }], 'a,b', 'b'],
    [[{ split: ',' }, { pick: '2' }, 'upper', { split: ':' }, { pick: '1' }], 'a,b:c', 'B'],
  ])('%j on %j gives %j', (specs, text, expected) => {
    expect(apply(specs, text)).toEqual(expected);
  });

  it('gives a new list each time', () => {
    const compiled = compileTransforms([{ split: ',' }], context);
    if (compiled.kind !== 'list') throw new Error(compiled.kind);
    const first = compiled.apply('a,b');
    compiled.apply('c');
    expect(first).toEqual(['a', 'b']);
  });
});

describe('chains', () => {
  it('runs in order', () => {
    expect(apply([{ extract: 'id=(\\w+)' }, 'upper', { nullIf: 'NONE' }], '?id=ab12')).toBe('AB12');
    expect(apply([{ extract: 'id=(\\w+)' }, 'upper', { nullIf: 'NONE' }], '?id=none')).toBe('');
  });

  it('gives the text itself where nothing is to be done', () => {
    expect(apply([], ' as it is ')).toBe(' as it is ');
  });

  it('keeps absent absent, whatever follows', () => {
    const specs: TransformSpec[] = [
      'hash',
      'path',
      'upper',
      { multiply: '0' },
      { map: { '': 'x' } },
      { replace: { match: '^$', with: 'x' } },
    ];
    for (const spec of specs) {
      expect(apply([{ nullIf: 'gone' }, spec], 'gone')).toBe('');
      expect(apply([spec], '')).toBe('');
      expect(apply([{ nullIf: 'gone' }, { split: ',' }, spec], 'gone')).toEqual([]);
    }
    expect(apply([{ split: ',' }], '')).toEqual([]);
  });

  it('never throws and is the same each time, for any text', () => {
    const all = compileTransforms(
      ['htmlUnescape', 'lower', { queryParam: 'q' }, { replace: { match: 'a', with: 'b' } }, 'host'],
      context,
    );
    const some = (['host', 'path', 'number', 'round', 'alnum', 'hash'] as const).map((name) =>
      compileTransforms([name], context),
    );
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true })), (text) => {
        for (const compiled of [all, ...some]) {
          if (compiled.kind === 'faults') throw new Error('faults');
          expect(compiled.apply(text)).toEqual(compiled.apply(text));
        }
      }),
    );
  });
});

describe('faults', () => {
  it.each<[TransformSpec, string]>([
    [{ replace: { match: '(', with: '' } }, 'is no regular expression'],
    [{ replace: { match: '(a+)+', with: '' } }, 'repeats a repetition'],
    [{ replace: { match: 'a', with: '$1' } }, '"$1" names a group'],
    [{ replace: { match: '(a)', with: '$1 $2' } }, '"$2" names a group'],
    [{ replace: { match: '(a)', with: '$0' } }, '"$0" names a group'],
    [{ extract: '[' }, 'is no regular expression'],
    [{ split: '' }, 'needs a separator'],
    [{ pick: '1' }, 'not split'],
    [{ pick: '0' }, 'no place in a list'],
    [{ pick: 'first' }, 'no place in a list'],
    [{ map: {} }, 'no entries'],
    [{ lookup: 'goals.other' }, '"goals.other" is not declared'],
    [{ hash: { length: '65' } }, 'length "65"'],
    [{ hash: { algorithm: 'md5', length: '33' } }, 'length "33"'],
    [{ hash: { length: '0' } }, 'length "0"'],
    [{ hash: { salt: 'unknown' } }, 'salt "unknown"'],
    [{ queryParam: '' }, 'needs the name'],
    [{ number: { decimal: '' } }, 'decimal ""'],
    [{ number: { decimal: ',', group: ',' } }, 'group ","'],
    [{ number: { group: '0' } }, 'group "0"'],
    [{ multiply: 'a' }, 'multiply: "a"'],
    [{ round: '-1' }, 'round: "-1"'],
    [{ round: '1.5' }, 'round: "1.5"'],
    [{ maskIp: '0' }, 'maskIp: "0" is no number of bytes'],
    [{ maskIp: '4' }, 'maskIp: "4" is no number of bytes'],
    [{ dropParams: [] }, 'dropParams names no parameter'],
  ])('%j: %s', (spec, message) => {
    const faults = faultsOf(['lower', spec]);
    expect(faults).toHaveLength(1);
    expect(faults[0]!.index).toBe(1);
    expect(faults[0]!.message).toContain(message);
  });

  it('tells all of them at once', () => {
    expect(
      faultsOf([{ split: '' }, { maskIp: '9' }, { split: ',' }, { split: ';' }]).map(({ index }) => index),
    ).toEqual([0, 1, 3]);
  });

  it('never tells a secret', () => {
    expect(JSON.stringify(faultsOf([{ hash: { salt: 'pepper', length: '99' } }]))).not.toContain('hush-hush');
  });
});
