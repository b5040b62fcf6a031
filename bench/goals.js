import { names } from './contenders.js';

const csv = 'build from CSV';
const postgres = 'build from PostgreSQL';

/**
 * What the project holds itself to on two cores, for a million rows: `must`, and the goal beyond. A goal with `against`
 * is a ratio, others are the contender's own figure; `isMost` goals are kept from below.
 */
const goals = [
  { of: postgres, against: names.copy, key: 'speed', must: 1.1, goal: 1.5 },
  { of: 'build from MariaDB', against: postgres, key: 'speed', must: 0.8, goal: 0.95 },
  { of: csv, against: names.gzip, key: 'speed', must: 1, goal: 1.35 },
  { of: 'build from unordered CSV', against: csv, key: 'speed', must: 0.65, goal: 0.8 },
  { of: csv, against: names.naive, key: 'speed', must: 4, goal: 6 },
  { of: `${postgres}, 2 workers`, against: postgres, key: 'speed', must: 1, goal: 1 },
  { of: postgres, against: names.copy, key: 'cpu', must: 1.2, goal: 0.95, isMost: true },
  { of: postgres, key: 'peakMegabytes', must: 300, goal: 200, isMost: true },
  { of: csv, key: 'peakMegabytes', must: 300, goal: 200, isMost: true },
  { of: `${postgres}, 2 workers`, against: postgres, key: 'moreMegabytes', must: 120, goal: 120, isMost: true },
];

/** Each goal with what was measured, and its verdict: `missed`, `held`, or `goal` reached. What was not here is left out. */
export function judge(contenders) {
  return goals.flatMap((one) => {
    const own = contenders.find(({ name }) => name === one.of);
    const from = one.against === undefined ? own : own?.against.find(({ name }) => name === one.against);
    const measured = from?.[one.key] ?? null;
    if (measured === null) return [];
    const reaches = (bound) => (one.isMost ? measured <= bound : measured >= bound);
    return [{ ...one, measured, verdict: reaches(one.goal) ? 'goal' : reaches(one.must) ? 'held' : 'missed' }];
  });
}
