import { describe, expect, it } from 'vitest';
import { findIdentifiers } from '../../../src/inspection/init/mapping-variables.ts';

const matomo = {
  variables: { prefix: { type: 'identifier', default: 'matomo_' }, site: { type: 'integer' } },
  streams: [
    ['actions', { query: 'SELECT 1 FROM ${prefix}log_action a JOIN ${prefix}log_visit v ON v.id = a.id WHERE :site' }],
  ],
} as const;
const snowplow = {
  variables: { schema: { type: 'identifier', default: 'atomic' }, table: { type: 'identifier', default: 'events' } },
  streams: [['events', { query: 'SELECT 1 FROM ${schema}.${table}' }]],
} as const;

describe('findIdentifiers', () => {
  it.each([
    ['the default', matomo, ['matomo_log_action', 'matomo_log_visit'], {}, { prefix: 'matomo_' }],
    ['another prefix', matomo, ['old_piwik_log_action', 'old_piwik_log_visit'], {}, { prefix: 'old_piwik_' }],
    ['no prefix', matomo, ['log_action', 'log_visit'], {}, { prefix: '' }],
    ['what fits more tables', matomo, ['a_log_action', 'b_log_action', 'b_log_visit'], {}, { prefix: 'b_' }],
    ['the default where nothing fits', matomo, ['hits'], {}, { prefix: 'matomo_' }],
    ['what a person says', matomo, ['matomo_log_action'], { prefix: 'x_' }, { prefix: 'x_' }],
    ['another schema', snowplow, ['web.events'], {}, { schema: 'web', table: 'events' }],
    ['another table', snowplow, ['atomic.hits'], {}, { schema: 'atomic', table: 'hits' }],
  ])('finds %s', (_, mapping, names, given, found) => {
    const tables = names.map((full) => {
      const [name = '', schema = null] = full.split('.').reverse();
      return { schema, name };
    });
    expect(findIdentifiers(mapping, tables, given)).toEqual(found);
  });
});
