import { describe, expect, it } from 'vitest';
import { bound, cellOf, errors, mapperOf } from './mapped.ts';

const columns = ['a', 'b', 'c', 'json'];

describe('sources of a value', () => {
  it.each([
    ['a column', 'a', { a: 'x' }, 'x'],
    ['from', { from: 'a' }, { a: 'x' }, 'x'],
    ['NULL is absent', 'a', { a: null }, ''],
    ['the empty text is absent', 'a', { a: '' }, ''],
    ['0 is present', 'a', { a: '0' }, '0'],
    ['false is present', 'a', { a: 'false' }, 'false'],
    ['const', { const: 'same' }, {}, 'same'],
    ['first takes the first that is present', { first: ['a', 'b', { const: 'z' }] }, { a: '', b: 'y' }, 'y'],
    ['first falls to its last', { first: ['a', 'b', { const: 'z' }] }, {}, 'z'],
    ['a 20-digit id keeps its digits', 'a', { a: '12345678901234567890' }, '12345678901234567890'],
    ['leading zeros stay', 'a', { a: '0012' }, '0012'],
  ])('%s', (_name, spec, row, expected) => {
    expect(cellOf('eVar1', { columns, hit: { eVar1: spec } }, row)).toBe(expected);
  });
});

describe('templates', () => {
  it.each([
    ['{a}-{b}', { a: 'x', b: 'y' }, 'x-y'],
    ['{a}-{b}', { a: 'x' }, ''],
    ['{a}[:{b}]', { a: 'x', b: 'y' }, 'x:y'],
    ['{a}[:{b}]', { a: 'x' }, 'x'],
    ['{a}[?{b}[#{c}]]', { a: 'x', c: 'z' }, 'x'],
    ['{a}[?{b}[#{c}]]', { a: 'x', b: 'y' }, 'x?y'],
    ['{a}[?{b}[#{c}]]', { a: 'x', b: 'y', c: 'z' }, 'x?y#z'],
    ['\\{{a}\\} \\[b\\] \\\\', { a: 'x' }, '{x} [b] \\'],
    ['[{a}]', {}, ''],
    ['{json.k}', { json: '{"k":12345678901234567890}' }, '12345678901234567890'],
    ['{json."[x] {y}"}', { json: '{"[x] {y}":"odd"}' }, 'odd'],
  ])('%s over %o', (template, row, expected) => {
    expect(cellOf('eVar1', { columns, hit: { eVar1: { template } } }, row)).toBe(expected);
  });

  it.each([
    ['{a', '"{" at character 1 is never closed'],
    ['a}', '"}" at character 2 closes nothing'],
    ['[{a}', '"[" is never closed'],
    ['{a}]', '"]" at character 4 closes nothing'],
    ['{a}[x]', 'the part in brackets before character 7 names no column, so it would never vanish'],
    ['{}', '"{}" at character 1 names no column'],
    [`${'['.repeat(21)}{a}${']'.repeat(21)}`, 'brackets stand more than 20 deep'],
    ['\\n', '"\\" must stand before one of { } [ ] \\'],
  ])('%s is refused', (template, fault) => {
    expect(errors({ columns, hit: { eVar1: { template } } })).toEqual([
      `mapping.template: in the template "${template}": ${fault}`,
    ]);
  });
});

describe('tails of a value', () => {
  it.each([
    ['when holds', { from: 'a', when: { b: '1' } }, { a: 'x', b: '1' }, 'x'],
    ['when does not hold', { from: 'a', when: { b: '1' } }, { a: 'x', b: '2' }, ''],
    ['then', { from: 'a', then: ['upper', { replace: { match: 'X', with: 'Z' } }] }, { a: 'x' }, 'Z'],
    ['else is a value', { from: 'a', else: 'b' }, { b: 'y' }, 'y'],
    ['else after when', { from: 'a', when: { b: '1' }, else: { const: 'e' } }, { a: 'x' }, 'e'],
    ['else after then', { from: 'a', then: [{ nullIf: 'x' }], else: { const: 'e' } }, { a: 'x' }, 'e'],
    ['else: reject', { from: 'a', else: 'reject' }, {}, 'rejected: no eVar1'],
    ['split and pick', { from: 'a', then: [{ split: '/' }, { pick: '2' }] }, { a: 'p/q' }, 'q'],
    ['overflow cuts by default', { from: 'a' }, { a: `${'ä'.repeat(127)}bc` }, `${'ä'.repeat(127)}b`],
    ['no code point is split', { from: 'a' }, { a: `${'a'.repeat(254)}ä` }, 'a'.repeat(254)],
    ['overflow: reject', { from: 'a', overflow: 'reject' }, { a: 'x'.repeat(256) }, 'rejected: overflow eVar1'],
    ['overflow: hash', { from: 'a', overflow: 'hash' }, { a: 'a'.repeat(256) }, '02d7160d77e18c6447be80c2e355c7ed'],
  ])('%s', (_name, spec, row, expected) => {
    expect(cellOf('eVar1', { columns, hit: { eVar1: spec } }, row)).toBe(expected);
  });

  it('rejects with the column and the value that would not fit', () => {
    const value = 'x'.repeat(21);
    expect(mapperOf({ columns, hit: { purchaseID: { from: 'a', overflow: 'reject' } } }).map({ a: value })).toEqual({
      outcome: 'rejected',
      reason: 'overflow purchaseID',
      column: 'purchaseID',
      value,
      tallies: [],
    });
  });
});

describe('faults of a value', () => {
  it.each([
    ['a column that is not there', 'aa', 'mapping.unknown-source-column: the source has no column "aa"'],
    ['an empty const', { const: '' }, 'mapping.empty-text: an empty const is absent for every row'],
    [
      'overflow inside',
      { first: [{ from: 'a', overflow: 'cut' }] },
      'mapping.overflow-place: "overflow" belongs to the whole value of an Adobe column',
    ],
    [
      'a list where one text is wanted',
      { from: 'a', then: [{ split: ',' }] },
      'mapping.list: eVar1 gets a list of texts and holds one',
    ],
    [
      'an undeclared lookup',
      { from: 'a', then: [{ lookup: 'x.y' }] },
      'mapping.transform: lookup: "x.y" is not declared',
    ],
  ])('%s', (_name, spec, expected) => {
    expect(errors({ columns, hit: { eVar1: spec } })).toEqual([expected]);
  });

  it.each([
    [
      'currencyCode',
      { const: 'EURO' },
      [
        'error "EURO" would be emptied in every row (currencyCode: upper case; a code that Adobe does not know emptied)',
      ],
    ],
    ['currencyCode', { const: 'eur' }, []],
    [
      'currencyCode',
      { const: 'RON' },
      ['warning RON is not on the list of currencies that Adobe publishes: each row would lose it or be rejected'],
    ],
    [
      'linkType',
      { first: ['a', { const: 'link' }] },
      ['error "link" would be emptied wherever it stands (linkType: `d`, `e` or `o`, also as `lnk_o`; else emptied)'],
    ],
    ['linkType', { from: 'a', else: { const: 'lnk_e' } }, []],
    [
      'userAgent',
      { from: 'a', else: { const: 'unknown' } },
      ['error "unknown" would be emptied wherever it stands (userAgent: placeholders emptied)'],
    ],
    ['visitorID', { const: 'a-b', then: ['alnum'] }, []],
    [
      'pageName',
      { const: 'x'.repeat(101) },
      ['warning this text is over the 100 bytes of pageName and would be cut in every row'],
    ],
    ['pageName', { const: ' x ' }, []],
    [
      'contextData.k',
      { from: 'a', overflow: 'hash' },
      ['warning overflow never happens: contextData.k has no byte limit of its own'],
    ],
    ['list1', { from: 'a', overflow: 'hash' }, []],
  ])('%s of %o is told before a row is read', (column, spec, expected) => {
    expect(boundProblems({ [column]: spec }).map(({ severity, message }) => `${severity} ${message}`)).toEqual(
      expected,
    );
  });

  it('hints at const for a bare word that was meant as text', () => {
    const [problem] = boundProblems({ currencyCode: 'EUR' });
    expect(problem?.hint).toBe('a text that is the same for all rows is written { const: "EUR" }');
  });
});

function boundProblems(hit: Record<string, unknown>) {
  return bound({ columns, hit }).problems;
}
