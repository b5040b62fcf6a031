import { describe, expect, it } from 'vitest';
import { sampledFacts } from '../../../src/inspection/init/sampled-facts.ts';

describe('facts of sampled rows', () => {
  it('are of the members of a row of JSON, those in its texts of JSON among them', () => {
    const rows = [String.raw`{"id":1,"properties":"{\"$current_url\":\"https://a.b/\"}","note":"{open"}`, '{"id":2}'];
    const facts = sampledFacts(
      ['#json', '#file', '#line'],
      new Map(),
      rows.map((row, at) => [row, 'a.jsonl', String(at + 1)]),
    );
    expect(facts.map(({ name }) => name)).toEqual(['id', 'properties.$current_url', 'note']);
  });

  it('are of the keys of a list of keys and values, as GA4 has its parameters in Parquet', () => {
    const parameter = (key: string, text: string | null, number: number | null) => {
      return { key, value: { string_value: text, int_value: number } };
    };
    const rows = [
      JSON.stringify([parameter('page_location', 'https://a.b/', null), parameter('ga_session_number', null, 3)]),
      JSON.stringify([parameter('page_location', 'https://a.b/c', null)]),
      '[]',
      '[]',
      '[]',
    ];
    const facts = sampledFacts(
      ['event_params', 'items'],
      new Map(),
      rows.map((row) => [row, '[{"item_id":"a"}]']),
    );
    expect(facts.map(({ name, filled, frequent }) => [name, filled, frequent[0]])).toEqual([
      ['event_params.page_location', 2, 'https://a.b/'],
      ['event_params.ga_session_number', 1, '3'],
      ['items', 5, '[{"item_id":"a"}]'],
    ]);
  });
});
