import { describe, expect, it } from 'vitest';
import { cellsOf, cutToCells, padCells } from '../../src/cli/cell-width.ts';
import { table } from '../../src/cli/table.ts';
import { shorten } from '../../src/cli/terminal.ts';
import { wrap } from '../../src/cli/wrap.ts';

describe('the cells of a text', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['Müller', 6],
    ['Mu\u0308ller', 6],
    ['привет', 6],
    ['العربية', 7],
    ['日本語', 6],
    ['한국어', 6],
    ['\u1112\u1161\u11ab', 2],
    ['カタカナ', 8],
    ['ｶﾅ', 2],
    ['Ａ１！', 6],
    ['「日」、', 8],
    ['㈱', 2],
    ['😀', 2],
    ['👨‍👩‍👧‍👦', 2],
    ['👍🏽', 2],
    ['🇩🇪', 2],
    ['❤️', 2],
    ['❤', 1],
    ['1️⃣', 2],
    ['€™…→', 4],
    ['a\u200bb', 2],
    ['\u001b[33mgelb\u001b[39m', 4],
    ['\ud83d', 0],
  ])('%s fills %i', (text, cells) => {
    expect(cellsOf(text)).toBe(cells);
  });

  it.each([
    ['abcdef', 3, 'abc'],
    ['日本語', 5, '日本'],
    ['日本語', 6, '日本語'],
    ['a👨‍👩‍👧‍👦b', 2, 'a'],
    ['a👨‍👩‍👧‍👦b', 3, 'a👨‍👩‍👧‍👦'],
    ['u\u0308x', 1, 'u\u0308'],
    ['abc', 0, ''],
    ['日', -1, ''],
  ])('%s cut to %i is %s', (text, most, cut) => {
    expect(cutToCells(text, most)).toBe(cut);
  });

  it('pads, shortens, wraps and aligns what people read', () => {
    expect(padCells('日本', 6)).toBe('日本  ');
    expect(padCells('long', 2)).toBe('long');
    expect([shorten('日本語学校', 10), shorten('日本語学校', 9), shorten('😀😀', 3)]).toEqual([
      '日本語学校',
      '日本語学…',
      '😀…',
    ]);
    expect(wrap('日本 語学 校', 6)).toEqual(['日本', '語学', '校']);
    expect(
      table(
        ['name', 'n'],
        [
          ['日本', '1'],
          ['ab', '22'],
        ],
        [false, true],
      ),
    ).toEqual(['name   n', '日本   1', 'ab    22']);
  });
});
