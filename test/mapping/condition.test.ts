import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/domain/row.ts';
import { errors, mapperOf } from './mapped.ts';

const columns = ['a', 'b', 'any', 'json'];

/** Whether a condition holds for a row: seen through a skip rule. */
function holds(condition: object, row: Record<string, Cell>): boolean {
  return mapperOf({ columns, skip: { rule: condition as never } }).map(row).outcome === 'filtered';
}

describe('conditions', () => {
  it.each<[string, object, Record<string, Cell>, boolean]>([
    ['equal texts', { a: 'x' }, { a: 'x' }, true],
    ['equality is of text: 1 is not 1.0', { a: '1' }, { a: '1.0' }, false],
    ['case counts', { a: 'x' }, { a: 'X' }, false],
    ['absent equals nothing', { a: 'x' }, { a: null }, false],
    ['one of several', { a: ['5', '7'] }, { a: '7' }, true],
    ['none of several', { a: ['5', '7'] }, { a: '6' }, false],
    ['all entries hold', { a: 'x', b: 'y' }, { a: 'x', b: 'y' }, true],
    ['one entry does not', { a: 'x', b: 'y' }, { a: 'x', b: 'z' }, false],
    ['ge', { a: { ge: '400' } }, { a: '400' }, true],
    ['ge compares numbers, not texts', { a: { ge: '400' } }, { a: '1000' }, true],
    ['gt', { a: { gt: '400' } }, { a: '400.0' }, false],
    ['lt and ge together', { a: { ge: '400', lt: '500' } }, { a: '499.999' }, true],
    ['le', { a: { le: '-1.5' } }, { a: '-1.50' }, true],
    ['exact beyond doubles', { a: { gt: '12345678901234567890' } }, { a: '12345678901234567891' }, true],
    ['exact small steps', { a: { lt: '0.1000000000000000000001' } }, { a: '0.1' }, true],
    ['no number compares with nothing', { a: { lt: '5' } }, { a: 'abc' }, false],
    ['absent compares with nothing', { a: { lt: '5' } }, {}, false],
    ['matches', { a: { matches: '\\.css$' } }, { a: '/x.css' }, true],
    ['matches not', { a: { matches: '\\.css$' } }, { a: '/x.cssx' }, false],
    ['absent matches nothing', { a: { matches: '^$' } }, {}, false],
    ['not one of', { a: { not: ['x', 'y'] } }, { a: 'z' }, true],
    ['not, but it is', { a: { not: 'x' } }, { a: 'x' }, false],
    ['absent is not x', { a: { not: 'x' } }, {}, true],
    ['present', { present: ['a', 'b'] }, { a: '0', b: '0' }, true],
    ['one of the present is absent', { present: ['a', 'b'] }, { a: '0' }, false],
    ['present of one name', { present: 'a' }, { a: '0' }, true],
    ['absent', { absent: ['a'] }, { a: '' }, true],
    ['present and absent', { present: 'a', absent: 'b' }, { a: '1' }, true],
    ['any', { any: [{ a: 'x' }, { b: 'y' }] }, { b: 'y' }, true],
    ['any of none', { any: [{ a: 'x' }, { b: 'y' }] }, {}, false],
    ['not a condition', { not: { a: 'x', b: 'y' } }, { a: 'x' }, true],
    ['a reserved name in quotes is a column', { '"any"': '1' }, { any: '1' }, true],
    ['a dotted name', { 'json.k.l': 'true' }, { json: '{"k":{"l":true}}' }, true],
  ])('%s', (_name, condition, row, expected) => {
    expect(holds(condition, row)).toBe(expected);
  });
});

describe('faults of conditions', () => {
  it.each([
    [{}, 'mapping.empty-condition: a condition must say something: {} holds for no row'],
    [{ a: '' }, 'mapping.empty-text: the empty text is absent, and absent equals nothing'],
    [{ a: { gt: 'x' } }, 'mapping.not-a-number: "x" is no decimal number'],
    [{ a: {} }, 'mapping.empty-condition: a test must say something: gt, ge, lt, le, matches or not'],
    [{ a: [] }, 'mapping.empty-condition: a list of no texts is equal to none'],
    [{ a: { not: [] } }, 'mapping.empty-condition: a list of no texts is equal to none'],
    [{ present: [] }, 'mapping.empty-condition: a list of no columns says nothing of any row'],
    [{ absent: [] }, 'mapping.empty-condition: a list of no columns says nothing of any row'],
    [{ any: [] }, 'mapping.empty-condition: "any" of no conditions holds for no row'],
    [{ zz: 'x' }, 'mapping.unknown-source-column: the source has no column "zz"'],
  ])('%o', (condition, expected) => {
    expect(errors({ columns, skip: { rule: condition as never } })).toEqual([expected]);
  });

  it('tells a bad regular expression', () => {
    expect(errors({ columns, skip: { rule: { a: { matches: '(' } } as never } })[0]).toMatch(
      /^mapping\.bad-pattern: "\("/,
    );
  });

  it('keeps the names of its own reasons', () => {
    expect(errors({ columns, reject: { visitor: { a: '1' } } })).toEqual([
      'mapping.rule-name: "visitor" is a reason of the program\'s own and cannot name a rule',
    ]);
  });
});
