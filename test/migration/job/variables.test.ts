import { describe, expect, it } from 'vitest';
import { readVariables } from '../../../src/migration/job/variables.ts';

const locate = (name: string) => ({ file: 'migration.yaml', line: name.length, column: 3 });

describe('variables', () => {
  it('give values by how they may be used', () => {
    const { variables, problems } = readVariables(
      {
        site: { type: 'integer' },
        prefix: { type: 'identifier', default: 'matomo_' },
        brand: { type: 'text', default: '' },
        salt: { type: 'secret' },
      },
      { site: '-9223372036854775808', salt: 's3cret' },
      locate,
    );
    expect(problems).toEqual([]);
    expect(variables).toEqual({
      parameters: { site: -9223372036854775808n, brand: '' },
      identifiers: { prefix: 'matomo_' },
      secrets: { salt: 's3cret' },
    });
  });

  it('tell all faults at once, without a value', () => {
    const { problems } = readVariables(
      {
        site: { type: 'integer' },
        big: { type: 'integer' },
        prefix: { type: 'identifier' },
        salt: { type: 'secret' },
        pepper: { type: 'secret' },
      },
      { site: '1.5', big: '9223372036854775808', prefix: 'a; b', constructor: 'x', pepper: '' },
      locate,
    );
    expect(problems.map(({ message }) => message)).toEqual([
      'the mapping has no variable `constructor`',
      'the variable `site` is no whole number of 64 bits',
      'the variable `big` is no whole number of 64 bits',
      'the variable `prefix` cannot be pasted into a query',
      'the variable `salt` is not given',
      'the secret `pepper` is empty: hashes with it would be plain ones',
    ]);
    expect(JSON.stringify(problems)).not.toMatch(/1\.5|a; b/);
  });
});
