import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/domain/problem.ts';
import { readFaults } from '../../src/sandbox/read-faults.ts';

describe('readFaults', () => {
  it('reads YAML', () => {
    const text =
      '# chaos\n- { at: 3, fault: drop-after, times: 2 }\n- at: 0.05\n  fault: slow\n  seconds: 1.5\n- { at: /events/key/, fault: e500 }\n';
    expect(readFaults(text)).toEqual({
      rules: [
        { at: 3, fault: 'drop-after', times: 2 },
        { at: 0.05, fault: 'slow', seconds: 1.5 },
        { at: '/events/key/', fault: 'e500' },
      ],
      problems: [],
    });
  });

  it('reads JSON, and nothing', () => {
    expect(readFaults('[{"at": "token", "path": "x", "fault": "partial", "rows": 4}]').rules).toEqual([
      { at: 'token', path: 'x', fault: 'partial', rows: 4 },
    ]);
    expect(readFaults('')).toEqual({ rules: [], problems: [] });
  });

  it('tells all faults at once with their places', () => {
    const text =
      '- { at: 0, fault: drop }\n- { at: 1.5, fault: slow, time: 3 }\n- fault: e500\n  times: 0\n- 7\n- { at: "(", fault: e401, seconds: soon }\n';
    expect(readFaults(text, 'f.yaml').problems.map(formatProblem)).toEqual([
      'f.yaml:1:9: error: at: 0 is not allowed here (a request number from 1, a share between 0 and 1, or a regular expression for the path) [sandbox.faults]',
      'f.yaml:1:19: error: fault: "drop" is not allowed here (one of drop-before drop-mid drop-after late-after e500 e503 e500-after e429 e401 slow truncated badjson rejected partial) [sandbox.faults]',
      'f.yaml:2:27: error: unknown key "time" (known: at fault times path seconds rows) [sandbox.faults]',
      'f.yaml:2:9: error: at: 1.5 is not allowed here (a request number from 1, a share between 0 and 1, or a regular expression for the path) [sandbox.faults]',
      'f.yaml:3:3: error: a fault rule needs "at" (- { at: 3, fault: drop-after, times: 1 }) [sandbox.faults]',
      'f.yaml:4:10: error: times: 0 is not allowed here (a whole number from 1) [sandbox.faults]',
      'f.yaml:5:3: error: a fault rule is a map (- { at: 3, fault: drop-after, times: 1 }) [sandbox.faults]',
      'f.yaml:6:9: error: at: "(" is not allowed here (a request number from 1, a share between 0 and 1, or a regular expression for the path) [sandbox.faults]',
      'f.yaml:6:36: error: seconds: "soon" is not allowed here (a number of seconds) [sandbox.faults]',
    ]);
  });

  it('tells what is no list and no YAML', () => {
    expect(readFaults('at: 3').problems.map(formatProblem)).toEqual([
      '1:1: error: a faults file is a list of rules (- { at: 3, fault: drop-after, times: 1 }) [sandbox.faults]',
    ]);
    expect(readFaults('- [').problems).toHaveLength(1);
  });
});

it.each(['50%', '"3"', '"0.5"', 'POST /events'])(
  'refuses at: %s, which as a pattern would not strike what it means',
  (at) => {
    const { problems } = readFaults(`- { at: ${at}, fault: e500 }`, 'f.yaml');
    expect(problems).toMatchObject([
      {
        line: 1,
        column: 9,
        hint: 'a request number from 1, a share between 0 and 1, or a regular expression for the path',
      },
    ]);
  },
);
