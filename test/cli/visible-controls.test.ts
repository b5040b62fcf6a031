import { expect, it } from 'vitest';
import { cellsOf, padCells } from '../../src/cli/cell-width.ts';
import { shorten } from '../../src/cli/terminal.ts';
import { visibleControls } from '../../src/cli/visible-controls.ts';

it.each([
  ['\u001B[2J\u001B]0;title\u0007', '␛[2J␛]0;title␇'],
  ['a\u0000b\b\u007F', 'a␀b␈␡'],
  ['\u009B2Jx', '�2Jx'],
  ['\u202Egpj.exe\u202C \u2066x\u2069', '�gpj.exe� �x�'],
  ['a\r\nb\tc', 'a␍\nb␉c'],
  ['Müller 日本 👨‍👩‍👧 \u05E9\u200F', 'Müller 日本 👨‍👩‍👧 \u05E9\u200F'],
  ['\u001B[31mred\u001B[39m', '␛[31mred␛[39m'],
])('%j is shown as %j', (text, shown) => {
  expect(visibleControls(text)).toBe(shown);
});

it('colours may stay, and nothing that only looks like them', () => {
  expect(visibleControls('\u001B[31mred\u001B[39m\u001B[2J\u001B[31x', true)).toBe('\u001B[31mred\u001B[39m␛[2J␛[31x');
});

it('a sign is counted and cut like any other', () => {
  expect(cellsOf('\u001B[2Ja\u0007')).toBe(6);
  expect(padCells('\u0007', 3)).toBe('\u0007  ');
  expect(shorten('\u001B[2Jabc\u0007', 6)).toBe('␛[2Ja…');
});
