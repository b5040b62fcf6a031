import { describe, expect, it } from 'vitest';
import { nameCell, nameWidthOf } from '../../src/cli/name-cell.ts';
import { parted } from '../../src/cli/parted.ts';

describe('two texts that differ', () => {
  const long = 'https://shop.example/spades?';
  it.each<[string, string, string, number, [string, string]]>([
    ['are whole where there is room', 'Müller', 'müller', 20, ['Müller', 'müller']],
    ['differ at once', 'abcdefgh', 'Abcdefgh', 5, ['abcd…', 'Abcd…']],
    [
      'differ behind what they share',
      `${long}utm=1&x=2`,
      `${long}x=2`,
      30,
      ['…mple/spades?utm=1&x=2', '…mple/spades?x=2'],
    ],
    ['differ in their length', `${long}a`, long, 20, ['…mple/spades?a', '…mple/spades?']],
    [
      'count wide signs',
      `${'映'.repeat(20)}画`,
      `${'映'.repeat(20)}館`,
      30,
      [`…${'映'.repeat(12)}画`, `…${'映'.repeat(12)}館`],
    ],
    [
      'show their line breaks',
      `${'x'.repeat(30)}\n1`,
      `${'x'.repeat(30)}\n2`,
      20,
      [`…${'x'.repeat(11)}⏎1`, `…${'x'.repeat(11)}⏎2`],
    ],
  ])('%s', (_name, one, other, width, expected) => {
    expect(parted(one, other, width)).toEqual(expected);
  });
});

describe('a name in a list', () => {
  it.each([
    ['id', 18, 'id                 1'],
    ['contexts_com_snowplow_web_page_1_0_0', 30, 'contexts_com_s…_web_page_1_0_0 1'],
    ['contexts_com_snowplow_ua_parser_1_0_0', 30, 'contexts_com_s…ua_parser_1_0_0 1'],
    ['映画映画映画映画映画映画映画', 19, '映画映画…画映画映画 1'],
  ])('%s in %d cells', (name, width, expected) => {
    expect(nameCell(name, '1', width)).toBe(expected);
  });

  it('stands in a column of 18 to 30 cells', () => {
    expect([nameWidthOf([]), nameWidthOf(['x'.repeat(25)]), nameWidthOf(['x'.repeat(40), 'y'])]).toEqual([18, 25, 30]);
  });
});
