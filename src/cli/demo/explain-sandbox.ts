import type { SandboxReport } from '../../index.ts';
import { count, plural } from '../numbers.ts';

/** One thing that the sandbox found to be so, or not. */
export interface Truth {
  readonly holds: boolean;
  readonly says: string;
}

/** What the sandbox's own books say about a migration of so many hits. */
export function explainSandbox({ rows, groups, breaches, files }: SandboxReport, hits: number): Truth[] {
  const never = (...kinds: string[]): boolean => !breaches.some(({ kind }) => kinds.includes(kind));
  const lanes = Object.values(groups);
  const visitors = lanes.reduce((sum, group) => sum + group.visitors, 0);
  return [
    {
      holds: rows === hits && never('duplicate-key', 'duplicate-file'),
      says: `${count(rows)} hits arrived in ${plural(files, 'file')}, no file twice`,
    },
    { holds: never('order'), says: 'no visitor went back in time, inside a file or across files' },
    {
      holds: never('disjointness'),
      says: `${plural(visitors, 'visitor')}, each in one of ${plural(lanes.length, 'visitor group')}`,
    },
    { holds: never('in-flight', 'rate'), says: 'one upload at a time per group, within the rate that is allowed' },
  ];
}
