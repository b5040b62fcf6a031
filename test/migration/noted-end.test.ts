import { describe, expect, it } from 'vitest';
import { endWithout } from '../../src/migration/noted-end.ts';
import type { Stop } from '../../src/migration/report.ts';

const first: Stop = { code: 'delivery.lane-stopped', message: 'the fate of a is open', next: 'decide a' };
const source: Stop = { code: 'source.changed', message: 'rows are gone', next: 'bring them back' };
const lanes = { a: 'the fate of a is open', b: 'Adobe rejected b' };

describe('what is left of an end', () => {
  it.each([
    ['no lane moved', [], lanes, first, first, ['a', 'b']],
    [
      'the lane of the stop moved, another one stands',
      ['a'],
      lanes,
      first,
      { code: 'delivery.lane-stopped', message: 'Adobe rejected b', next: 'run' },
      ['b'],
    ],
    ['another lane moved', ['b'], lanes, first, first, ['a']],
    ['every lane moved', ['a', 'b'], lanes, first, null, []],
    ['every lane moved, and the stop was of none', ['a', 'b'], lanes, source, source, []],
    [
      'one of two lanes that stopped for the same moved',
      ['a'],
      { a: first.message, b: first.message },
      first,
      first,
      ['b'],
    ],
    ['nothing had stopped', ['a'], {}, null, null, []],
  ] as const)('%s', (_, moved, stopped, stop, left, standing) => {
    const end = endWithout(
      new Set<string>(moved),
      { stop, stoppedLanes: new Map(Object.entries<string>(stopped)) },
      'run',
    );
    expect(end.stop).toEqual(left);
    expect([...end.stoppedLanes.keys()]).toEqual(standing);
  });
});
