import { describe, expect, it } from 'vitest';
import { compileParams } from '../../../src/mapping/transforms/params.ts';
import { urlDecode } from '../../../src/mapping/transforms/percent.ts';
import type { Step } from '../../../src/mapping/transforms/step.ts';
import { stripTags } from '../../../src/mapping/transforms/strip-tags.ts';

function run(step: Step, text: string): string {
  if (step.kind !== 'text') throw new Error(step.kind);
  return step.apply(text);
}

describe('stripTags', () => {
  it.each([
    ['plain  text ', 'plain  text '],
    ['<b>bo</b>ld', 'bold'],
    ['<p>one</p><p>two</p>', 'one two'],
    ['one<br>two<br/>three', 'one two three'],
    ['<H1 class="x">Title</H1>', 'Title'],
    ['<a title="a > b" href=x>link</a>', 'link'],
    ["<a title='a > b'>link</a>", 'link'],
    ['<a title="never closed>link</a>', 'link'],
    ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
    ['a <3 b', 'a <3 b'],
    ['a<!-- <b> -->b', 'ab'],
    ['a<!-- never closed', 'a'],
    ['<!DOCTYPE html>x<?php y ?>z', 'xz'],
    ['a<script>if (a<b) x("</p>")</script>b', 'ab'],
    ['a<style>p > b { }</style >b', 'ab'],
    ['a<script>never closed', 'a'],
    ['Hello <a href="https://exam', 'Hello'],
    ['x &lt;b&gt; y<i>!</i>', 'x &lt;b&gt; y!'],
    ['<p></p>', ''],
    ['<', '<'],
    ['</', '</'],
    ["don<b>'t</b>", "don't"],
  ])('of %j is %j', (text, expected) => {
    expect(run(stripTags, text)).toBe(expected);
  });

  it('takes time in proportion to a hostile text', () => {
    for (const part of ['<', '<a', '<a b="', '<a b=\'<a b="', '<!--', '<script>', '</script', '<a b=">']) {
      const start = process.cpuUsage().user;
      run(stripTags, part.repeat(50_000));
      expect((process.cpuUsage().user - start) / 1e6).toBeLessThan(5);
    }
  });
});

describe('urlDecode', () => {
  it.each([
    ['a+b%20c', 'a b c'],
    ['caf%C3%A9', 'café'],
    ['%F0%9F%8E%89', '🎉'],
    ['caf%E9 %C3%A9', 'caf%E9 é'],
    ['100%', '100%'],
    ['%zz', '%zz'],
    ['Mozilla/5.0+(X11)', 'Mozilla/5.0 (X11)'],
    ['%2525', '%25'],
    ['Z%FCrich%20%FCber', 'Z%FCrich %FCber'],
    ['%C3%A9%E4%41%', 'é%E4A%'],
    ['%E4%F6%FC', '%E4%F6%FC'],
    ['%ED%A0%80%F4%90%80%80%C0%AF%e2%82%ac', '%ED%A0%80%F4%90%80%80%C0%AF€'],
  ])('of %j is %j', (text, expected) => {
    expect(run(urlDecode, text)).toBe(expected);
  });
});

describe('keepParams and dropParams', () => {
  it.each([
    [['q'], 'https://e.example/s?q=1&r=2', 'https://e.example/s?q=1', 'https://e.example/s?r=2'],
    [['q'], 'https://e.example/s?r=a+%20b&q=1#f', 'https://e.example/s?q=1#f', 'https://e.example/s?r=a+%20b#f'],
    [['q'], 'https://e.example/s?q', 'https://e.example/s?q', 'https://e.example/s'],
    [['q'], 'https://e.example/s?Q=1', 'https://e.example/s', 'https://e.example/s?Q=1'],
    [['a b'], '/s?a+b=1&a%20b=2&c', '/s?a+b=1&a%20b=2', '/s?c'],
    [['q'], 'https://e.example/q=1', 'https://e.example/q=1', 'https://e.example/q=1'],
    [['q'], 'q=1&r=2', 'q=1', 'r=2'],
    [['q'], 'q=1', 'q=1', ''],
    [['q'], 'r=1', '', 'r=1'],
    [['q'], 'plain text', 'plain text', 'plain text'],
    [['q'], '/s?', '/s?', '/s?'],
    [['q'], '/s?&&q=1&', '/s?q=1', '/s'],
    [['q'], '/s?a&&q=1&b=&', '/s?q=1', '/s?a&&b=&'],
    [['q'], '/s?a=1&&b=2&', '/s', '/s?a=1&&b=2&'],
    [['q'], '/s?u=https://x.example/?q=1', '/s', '/s?u=https://x.example/?q=1'],
    [['q'], 'e.example/s?q=1&r=2', 'e.example/s?q=1', 'e.example/s?r=2'],
    [['q'], 'e.example/s;id=1?q=1&r=2', 'e.example/s;id=1?q=1', 'e.example/s;id=1?r=2'],
    [['q'], 'cart.do;id=1?r=2&q=1#f', 'cart.do;id=1?q=1#f', 'cart.do;id=1?r=2#f'],
    [['q'], 'e.example/a=b', 'e.example/a=b', 'e.example/a=b'],
    [['q'], 'cart.do;id=1', 'cart.do;id=1', 'cart.do;id=1'],
    [['q'], 'e.example#q=1', 'e.example#q=1', 'e.example#q=1'],
    [['q'], 'u=/a;b=1?x&q=1', 'q=1', 'u=/a;b=1?x'],
  ])('%j of %j: kept %j, dropped %j', (names, text, kept, dropped) => {
    expect(run(compileParams(names, true), text)).toBe(kept);
    expect(run(compileParams(names, false), text)).toBe(dropped);
  });

  it('keeps none where none is named', () => {
    expect(run(compileParams([], true), '/s?a=1#x')).toBe('/s#x');
  });
});
