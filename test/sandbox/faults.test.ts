import { describe, expect, it } from 'vitest';
import { createFaultPlanner, type FaultRule, type PlannedRequest } from '../../src/sandbox/faults.ts';

const upload: PlannedRequest = { method: 'POST', path: '/aa/collect/v1/events', carriesFile: true };
const validate: PlannedRequest = { method: 'POST', path: '/aa/collect/v1/events/validate', carriesFile: true };
const lookUp: PlannedRequest = { method: 'GET', path: '/aa/collect/v1/events/key/k', carriesFile: false };
const token: PlannedRequest = { method: 'POST', path: '/ims/token/v3', carriesFile: false };

function plan(rules: FaultRule[], requests: PlannedRequest[], seed = 1): string {
  const planner = createFaultPlanner(rules, seed);
  return requests.map((request) => planner(request)?.fault ?? '-').join(' ');
}

describe('createFaultPlanner', () => {
  const cases: [string, FaultRule[], PlannedRequest[], string][] = [
    [
      'a number counts uploads only',
      [{ at: 2, fault: 'e500' }],
      [token, upload, validate, lookUp, upload, upload],
      '- - - - e500 -',
    ],
    [
      'times makes a number a run',
      [{ at: 2, fault: 'e503', times: 2 }],
      [upload, upload, upload, upload],
      '- e503 e503 -',
    ],
    ['a path strikes always', [{ at: '/key/', fault: 'e429' }], [lookUp, upload, lookUp], 'e429 - e429'],
    ['times bounds a path', [{ at: '/key/', fault: 'e429', times: 1 }], [lookUp, lookUp], 'e429 -'],
    ['a path is a regular expression', [{ at: 'events$', fault: 'e401' }], [upload, validate, lookUp], 'e401 - -'],
    [
      'path gives a number other requests to count',
      [{ at: 2, path: '/key/', fault: 'drop-after' }],
      [lookUp, upload, lookUp],
      '- - drop-after',
    ],
    [
      'a fault of files spares requests without one',
      [{ at: '.', fault: 'partial' }],
      [token, lookUp, validate, upload],
      '- - partial partial',
    ],
    [
      'the first rule that fits strikes and the others count on',
      [
        { at: 1, fault: 'slow' },
        { at: 2, fault: 'rejected' },
        { at: 1, fault: 'badjson' },
      ],
      [upload, upload, upload],
      'slow rejected -',
    ],
  ];
  it.each(cases)('%s', (_, rules, requests, expected) => expect(plan(rules, requests)).toBe(expected));

  it('draws the same faults from the same seed, in the share asked for', () => {
    const uploads = Array.from({ length: 1000 }, () => upload);
    const rules: FaultRule[] = [{ at: 0.2, fault: 'drop-mid' }];
    const first = plan(rules, uploads, 5);
    expect(plan(rules, uploads, 5)).toBe(first);
    expect(plan(rules, uploads, 6)).not.toBe(first);
    const struck = first.split(' ').filter((fault) => fault === 'drop-mid').length;
    expect(struck).toBeGreaterThan(150);
    expect(struck).toBeLessThan(250);
    expect(plan([{ at: 0.2, fault: 'drop-mid', times: 3 }], uploads).match(/drop-mid/g)).toHaveLength(3);
  });
});
