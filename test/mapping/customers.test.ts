import { describe, expect, it } from 'vitest';
import { mapperOf } from './mapped.ts';

const columns = ['vid', 'user', 'state', 'mark'];
const hit = {
  visitorID: 'vid',
  'customerID.crm.id': 'user',
  'customerID.crm.authState': 'state',
  'customerID.crm.isMCSeed': 'mark',
};

describe('customer IDs', () => {
  it.each([
    ['the seed is the visitor', 'crm', { vid: 'v1', user: 'U1', mark: '1' }, 'seed:u1'],
    ['a seed without a mark is none', 'crm', { vid: 'v1', user: 'U1' }, 'vid:v1'],
    ['a mark of 0 is none', 'crm', { vid: 'v1', user: 'U1', mark: '0' }, 'vid:v1'],
    ['a type that is not provisioned is none', null, { vid: 'v1', user: 'U1', mark: '1' }, 'vid:v1'],
    ['the case of the type counts', 'CRM', { vid: 'v1', user: 'U1', mark: '1' }, 'vid:v1'],
    ['a placeholder is nobody', 'crm', { vid: 'v1', user: '0', mark: '1' }, 'vid:v1'],
  ])('%s', (_name, seed, row, visitor) => {
    const { map, mapper } = mapperOf({ columns, suite: { seed }, hit });
    expect(map(row).outcome).toBe('hit');
    expect(mapper.output.visitor).toBe(visitor);
  });

  it('writes state and mark only beside an ID', () => {
    const { map } = mapperOf({ columns, suite: { seed: 'crm' }, hit });
    const whole = map({ vid: 'v1', user: 'U1', state: 'authenticated', mark: 'true' });
    expect(whole.cells).toMatchObject({
      'customerID.crm.id': 'U1',
      'customerID.crm.authState': '1',
      'customerID.crm.isMCSeed': '1',
    });
    const bare = map({ vid: 'v1', state: '1', mark: '1' });
    expect(Object.keys(bare.cells ?? {}).filter((name) => name.startsWith('customerID'))).toEqual([]);
    expect(bare.tallies).toEqual([
      'left out customerID.crm.authState no id 1',
      'left out customerID.crm.isMCSeed no id 1',
    ]);
    expect(map({ state: '1', mark: '1' }).reason).toBe('visitor');
  });
});
