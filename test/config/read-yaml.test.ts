import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readYaml } from '../../src/config/read-yaml.ts';
import { nodeAt, placeAt, plainOf, type YamlNode } from '../../src/config/yaml-node.ts';

function read(text: string): YamlNode {
  const { root, problems } = readYaml(text, 'f.yaml');
  if (root === null || problems.length > 0) throw new Error(JSON.stringify(problems));
  return root;
}

/** `line:column code message | hint` of every problem. */
function faults(text: string): string[] {
  return readYaml(text, 'f.yaml').problems.map(
    ({ line, column, code, message, hint }) =>
      `${line}:${column} ${code} ${message}${hint === null ? '' : ` | ${hint}`}`,
  );
}

describe('readYaml', () => {
  it('takes every scalar as the text that is written', () => {
    const text = [
      'a: 012',
      'b: 1.10',
      'c: yes',
      'd: null',
      'e: ~',
      'f: 12345678901234567890',
      'g:',
      'h: 2015-01-01',
      'i: "a\\tb"',
      "j: 'it''s'",
      'k: ${env:X}',
      'l: [1, 0x10, true]',
      'm: {}',
      'n: |',
      '  x -- y',
      '  z',
    ].join('\n');
    expect(plainOf(read(text))).toEqual({
      a: '012',
      b: '1.10',
      c: 'yes',
      d: 'null',
      e: '~',
      f: '12345678901234567890',
      g: '',
      h: '2015-01-01',
      i: 'a\tb',
      j: "it's",
      k: '${env:X}',
      l: ['1', '0x10', 'true'],
      m: {},
      n: 'x -- y\nz\n',
    });
  });

  it('gives back any text that is quoted, and any key', () => {
    const key = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__' && !/^\d+$/.test(text));
    fc.assert(
      fc.property(fc.dictionary(key, fc.oneof(fc.string(), fc.array(fc.string())), { minKeys: 1 }), (value) => {
        expect(JSON.stringify(plainOf(read(JSON.stringify(value))))).toBe(JSON.stringify(value));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the order of keys and follows aliases', () => {
    const root = read('z: &x { k: 1 }\na: *x\nb: [*x]\n');
    expect(JSON.stringify(plainOf(root))).toBe('{"z":{"k":"1"},"a":{"k":"1"},"b":[{"k":"1"}]}');
    expect(placeAt(root, ['a'], 'key')).toEqual({ file: 'f.yaml', line: 2, column: 1 });
  });

  it.each([
    ['the value of a key', ['a'], 'value', 1, 4],
    ['a key', ['a', 'b'], 'key', 1, 6],
    ['a value in a flow map', ['a', 'b'], 'value', 1, 9],
    ['a member of a list', ['c', 1], 'value', 4, 5],
    ['a key in a list', ['c', 1, 'e'], 'key', 5, 5],
    ['what is missing: the key around it', ['c', 1, 'zz'], 'value', 4, 5],
    ['what is missing at the top: the first key', ['zz'], 'value', 1, 1],
  ] as const)('locates %s', (_name, path, what, line, column) => {
    const root = read('a: { b: 1 }\nc:\n  - x\n  - d: 1\n    e: 2\n');
    expect(placeAt(root, path, what)).toEqual({ file: 'f.yaml', line, column });
  });

  it.each([
    ['a block', 'q: |\n    ab\n      cd\n', 'cd', 3, 7],
    ['a block with its own indentation', 'q: |2\n    ab\n  cd\n', 'ab', 2, 5],
    ['a block after an empty line', 'q: |\n\n  ab\n', 'ab', 3, 3],
    ['a plain text', 'q: ab cd', 'cd', 1, 7],
    ['a quoted text', 'q: "ab cd"', 'cd', 1, 8],
    ['a text with escapes: its beginning', 'q: "a\\tcd"', 'cd', 1, 4],
  ])('locates a part of %s', (_name, text, part, line, column) => {
    const node = nodeAt(read(text), ['q']);
    if (node?.kind !== 'text') throw new Error('no text');
    expect(node.spot(node.text.indexOf(part))).toEqual({ file: 'f.yaml', line, column });
  });

  it.each<[string, string, string[]]>([
    ['nothing', '', ['1:1 yaml.empty the file holds nothing | write its first key, or name another file']],
    ['only a comment', '# x\n', ['1:1 yaml.empty the file holds nothing | write its first key, or name another file']],
    [
      'several syntax faults',
      'a: {b: 1\nc: 2\nd: @x\ne: "x" y\n',
      [
        '2:1 yaml.syntax this is no YAML: flow map in block collection must be sufficiently indented and end with a } | indent the keys of one map alike, with blanks, and close every { and [',
        '3:4 yaml.syntax this is no YAML: plain value cannot start with reserved character @ | put the text in quotes',
        '4:8 yaml.syntax this is no YAML: unexpected scalar at node end | close what was opened above, or put the whole text in quotes',
      ],
    ],
    [
      'a comma in a text without quotes',
      'a: { template: Hello, {name} }\nb: { const: 1,000 }\nc: { x: y, z, v: w }\n',
      [
        '1:23 yaml.key-alone a comma outside quotes ends a text inside { }, so that what follows it became a key | put the whole text in quotes: template: "…, …"',
        '2:15 yaml.key-alone a comma outside quotes ends a text inside { }, so that what follows it became a key | put the whole text in quotes: const: "…, …"',
        '3:12 yaml.key-alone a comma outside quotes ends a text inside { }, so that what follows it became a key | put the whole text in quotes: x: "…, …"',
      ],
    ],
    [
      'braces without quotes',
      'a: {host}\nb: { template: {host} }\n',
      [
        '1:5 yaml.key-alone a key stands here without a value, because YAML reads { } as a map | write a colon and its value, or put a text with braces in quotes',
        '2:17 yaml.key-alone a key stands here without a value, because YAML reads { } as a map | write a colon and its value, or put a text with braces in quotes',
      ],
    ],
    [
      'braces without quotes, and more behind them',
      'a: {host}{path}\n',
      [
        '1:10 yaml.syntax this is no YAML: more stands here behind a } or ], because YAML reads a text that begins with { or [ as a map or a list | put the whole text in quotes, such as template: "{host}{path}"',
      ],
    ],
    [
      'a colon in a text without quotes',
      'a: Site search: x\nb: { c: Site search: x }\n',
      [
        '1:4 yaml.syntax this is no YAML: a colon and a blank inside a text make a key of what stands before them | put the text in quotes',
        '2:9 yaml.syntax this is no YAML: a colon and a blank inside a text make a key of what stands before them | put the text in quotes',
      ],
    ],
    [
      'a tab',
      'a:\n\tb: 1',
      ['2:1 yaml.syntax this is no YAML: tabs are not allowed as indentation | indent with blanks'],
    ],
    [
      'a second document',
      'a: 1\n---\nb: 2\n',
      ['2:1 yaml.syntax a file holds one document; a second one begins here | take the line --- out'],
    ],
    [
      'a duplicate key',
      'a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 4\n',
      [
        '5:3 yaml.duplicate-key "c" stands here twice; the first is in line 3 | keep one of them',
        '6:1 yaml.duplicate-key "a" stands here twice; the first is in line 1 | keep one of them',
      ],
    ],
    [
      'tags',
      'a: !!int 5\nb: !secret x\nc: !!str 4\n',
      [
        '1:10 yaml.tag tags such as tag:yaml.org,2002:int are not allowed | write the value alone',
        '2:12 yaml.tag tags such as !secret are not allowed | write the value alone',
        '3:10 yaml.tag tags such as tag:yaml.org,2002:str are not allowed | write the value alone',
      ],
    ],
    [
      'a folded query',
      'streams:\n  a:\n    query: >\n      SELECT 1 -- x\n      FROM t\n',
      [
        '3:12 yaml.folded-query a folded text (>) joins the lines of a query, so that a comment would swallow the rest | write "query: |"',
      ],
    ],
    [
      '${env:…} in a flow map and a fault after it',
      'a: { b: ${env:X}, c: 1 }\nd: 1\n',
      [
        '1:9 yaml.env-in-flow ${env:NAME} inside { } or [ ] must be quoted, because YAML reads its braces as a map | write "${env:NAME}"',
      ],
    ],
    [
      '${env:…} in a flow list',
      'a: [ ${env:X} ]\nb: @\n',
      [
        '1:6 yaml.env-in-flow ${env:NAME} inside { } or [ ] must be quoted, because YAML reads its braces as a map | write "${env:NAME}"',
        '2:4 yaml.syntax this is no YAML: plain value cannot start with reserved character @ | put the text in quotes',
      ],
    ],
    ['an unknown anchor', 'a: *x\n', ['1:4 yaml.alias no anchor &x stands above | put a text with * in quotes']],
    [
      'an anchor inside itself',
      'a: &x [*x]\n',
      ['1:8 yaml.alias-bomb *x stands inside its own anchor | write the values out'],
    ],
    [
      'keys that are no text',
      '? [a]\n: 1\n__proto__: 2\n',
      [
        '1:3 yaml.key a key must be a plain text | write the key, a colon and a blank',
        '3:1 yaml.key a key must be a plain text | write the key, a colon and a blank',
      ],
    ],
  ])('refuses %s', (_name, text, expected) => {
    expect(faults(text)).toEqual(expected);
  });

  it.each([
    'a: "x" hunter2\n',
    '{a: 1} hunter2\n',
    'a: [1] hunter2: 2\n',
    'a: @hunter2\n',
    'a: b: hunter2\n',
    '%hunter2\na: |hunter2\n',
    'a: { url: x, hunter2 }\n',
    'a: { hunter2 }\n',
    'a: {hunter2}x\n',
  ])('shows nothing of a broken file: %j', (text) => {
    expect(faults(text).length).toBeGreaterThan(0);
    expect(faults(text).join('\n')).not.toContain('hunter2');
  });

  it('refuses what stands deeper than anybody writes', () => {
    const deep = (depth: number) => `a: ${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(faults(deep(49))).toEqual([]);
    expect(faults(deep(50))).toEqual(['1:53 yaml.depth maps and lists stand more than 50 deep | nest less deep']);
    expect(faults(deep(20_000)).every((fault) => fault.endsWith(' | nest less deep'))).toBe(true);
  });

  it('refuses aliases that blow up', () => {
    const levels = ['a: &a [1,1,1,1,1,1,1,1,1,1]'];
    for (const [name, below] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf'].map((pair) => [...pair])) {
      levels.push(`${name}: &${name} [${Array(10).fill(`*${below}`).join(',')}]`);
    }
    expect(faults(levels.join('\n')).map((fault) => fault.replace(/^\d+:\d+ /, ''))).toEqual([
      'yaml.alias-bomb aliases stand for more than 10000 values | write the values out',
    ]);
  });
});

describe('bytes that are not UTF-8 are refused, where they would become another character', () => {
  const told = (bytes: Buffer) =>
    readYaml(bytes, 'f.yaml').problems.map(
      ({ line, column, code, message, hint }) => `${line}:${column} ${code} ${message} | ${hint}`,
    );
  const cure = 'save the file as UTF-8';
  const guess = 'the file seems to be Windows-1252 or Latin-1';

  it.each([
    ['a: 1\nb: caf\u00e9\n', `2:7 file.encoding this character is not UTF-8: ${guess} | ${cure}`],
    [
      'a: \u00fc\nb: 1\nc: \u00fc\u00e4\nd: \u00df',
      `1:4 file.encoding this character is not UTF-8, nor are some in 2 more of its lines: ${guess} | ${cure}`,
    ],
  ])('%j in Latin-1', (text, expected) => {
    expect(told(Buffer.from(text, 'latin1'))).toEqual([expected]);
    expect(told(Buffer.from(text, 'utf8'))).toEqual([]);
  });

  it('counts characters, not bytes, up to there', () => {
    const bytes = Buffer.concat([Buffer.from('a: \u00fc\u20ac', 'utf8'), Buffer.from([0xe9])]);
    expect(told(bytes)[0]).toMatch(/^1:6 /);
  });

  it('UTF-16 by its mark', () => {
    expect(told(Buffer.from('\uFEFFa: 1', 'utf16le'))).toEqual([`1:1 file.encoding the file is UTF-16 | ${cure}`]);
  });

  it('takes a mark of UTF-8, and characters that stand for unknown ones', () => {
    expect(plainOf(readYaml(Buffer.from('\uFEFFa: \uFFFD'), 'f.yaml').root as YamlNode)).toEqual({ a: '\uFFFD' });
  });
});

describe('merge keys', () => {
  it('are not followed, and told; in quotes they are texts', () => {
    expect(faults('b: &b { x: 1 }\na:\n  <<: *b\n  y: 2\n')).toEqual([
      '3:3 yaml.merge-key a merge key (<<) is not followed, and is no key of its own | write its keys out; what all streams share belongs in defaults:',
    ]);
    expect(plainOf(read('a: { "<<": x }'))).toEqual({ a: { '<<': 'x' } });
  });
});
