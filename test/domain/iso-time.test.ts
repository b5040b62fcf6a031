import { expect, it } from 'vitest';
import { withIsoTimes } from '../../src/domain/iso-time.ts';

it('renders the members that are named, each in its place', () => {
  const value = { from: 1_609_459_200, rows: 1_609_459_200, to: -1, never: null };
  const rendered = withIsoTimes(value, 'from', 'to', 'never');
  expect(Object.entries(rendered)).toEqual([
    ['from', '2021-01-01T00:00:00.000Z'],
    ['rows', 1_609_459_200],
    ['to', '1969-12-31T23:59:59.000Z'],
    ['never', null],
  ]);
  expect(value.from).toBe(1_609_459_200);
});
