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
});
