import { describe, expect, it } from 'vitest';
import { htmlUnescape } from '../../../src/mapping/transforms/html.ts';
import { htmlEntities } from '../../../src/mapping/transforms/html-entities.ts';

describe('htmlUnescape', () => {
  it.each([
    ['plain', 'plain'],
    ['A &amp; B', 'A & B'],
    ['&lt;b&gt; &quot;x&quot; &apos;y&apos; &#39;z&#39;', "<b> \"x\" 'y' 'z'"],
    ['&amp;lt;', '&lt;'],
    ['&amp;amp;amp;', '&amp;amp;'],
    ['caf&eacute; &Eacute;', 'café É'],
    ['a&nbsp;b', 'a\u00a0b'],
    ['&euro;&hellip;&ndash;&rsquo;&yuml;', '€…–’ÿ'],
    ['&#8364;&#x20AC;&#X20ac;', '€€€'],
    ['&#128512;', '😀'],
    ['&#150;&#146;&#x80;&#159;', '–’€Ÿ'],
    ['&#129;', '\u0081'],
    ['&#0;&#xD800;&#1114112;&#99999999;', '&#0;&#xD800;&#1114112;&#99999999;'],
    ['&unknown;', '&unknown;'],
    ['&AMP;', '&AMP;'],
    ['&toString;', '&toString;'],
    ['?a=1&copy=2', '?a=1&copy=2'],
    ['&;&#;&#x;& &', '&;&#;&#x;& &'],
    ['&foo&amp;bar; &amp', '&foo&bar; &amp'],
    ['&#0000038;&#x00003C;&thetasym;', '&<ϑ'],
  ])('%j is %j', (text, expected) => {
    expect(htmlUnescape.kind === 'text' && htmlUnescape.apply(text)).toBe(expected);
  });

  it('knows the 252 names of HTML 4 and apos', () => {
    expect(htmlEntities.size).toBe(253);
    // First, last and a neighbour of each block, so that a name left out of the list would show.
    const samples = {
      nbsp: 0xa0,
      reg: 0xae,
      Agrave: 0xc0,
      times: 0xd7,
      eth: 0xf0,
      yuml: 0xff,
      OElig: 0x152,
      Omega: 0x3a9,
      diams: 0x2666,
    };
    for (const [name, code] of Object.entries(samples)) expect(htmlEntities.get(name)?.codePointAt(0)).toBe(code);
  });
});
