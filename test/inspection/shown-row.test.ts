import { describe, expect, it } from 'vitest';
import { shownRow } from '../../src/inspection/shown-row.ts';
import { parseSourceName, writeSourceName } from '../../src/mapping/source-name.ts';

describe('a source row for a person', () => {
  it('has the columns that say something, bytes as digits', () => {
    expect(shownRow(['a', 'b', 'c', 'd', 'e'], ['1', '', null, Uint8Array.of(0, 255), '{"x":1}'])).toEqual({
      a: '1',
      d: '0x00ff',
      e: '{"x":1}',
    });
  });

  it('of JSON has its members by the names that a mapping has for them', () => {
    const line =
      '{"id":12345678901234567890,"on":false,"none":null,"empty":"","user":{"name":"Ann","a.b":{"c":1.50}},"tags":["x",{"y":2}]}';
    expect(shownRow(['#json', '#file', '#line'], [line, 'a.jsonl', '7'])).toEqual({
      id: '12345678901234567890',
      on: 'false',
      'user.name': 'Ann',
      'user."a.b".c': '1.50',
      tags: '["x",{"y":2}]',
      '#file': 'a.jsonl',
      '#line': '7',
    });
  });

  it.each(['{"a":', '[1]', '"text"', 'nothing'])('of what is no object of JSON has it as it is: %s', (line) => {
    expect(shownRow(['#json'], [line])).toEqual({ '#json': line });
  });

  it('stays bounded however deep a row is nested', () => {
    const deep = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`;
    const names = Object.keys(shownRow(['#json'], [deep]));
    expect(names).toEqual(['a.a.a.a.a.a.a.a']);
  });
});

it.each([[['a']], [['a', 'b c']], [['a.b', 'c']], [['']], [['say "x"', '$y']]])(
  '%j is named so that it is found',
  (parts) => {
    expect(parseSourceName(writeSourceName(parts))).toEqual(parts);
  },
);
