import { MigrationError } from '../domain/error.ts';
import type { Reject } from '../domain/slice.ts';

/** The rejects of one slice until it is sealed; they share the memory of its hits. */
export interface RejectList {
  readonly rejects: readonly Reject[];
  /** Throws `build.memory` where hits and rejects together pass the budget. */
  add(reject: Reject): void;
}

/** An empty list. `memoryBytes` is the budget of hits and rejects together; `hitBytes` is what the hits hold by now. */
export function createRejectList(memoryBytes: number, hitBytes: () => number): RejectList {
  const rejects: Reject[] = [];
  let bytes = 0;
  return {
    rejects,
    add: (reject) => {
      bytes += JSON.stringify(reject).length;
      if (bytes + hitBytes() > memoryBytes) throw overBudget(rejects.length + 1, bytes, memoryBytes, reject);
      rejects.push(reject);
    },
  };
}

function overBudget(count: number, bytes: number, budget: number, last: Reject): MigrationError {
  const column = last.column === null ? '' : `, column ${last.column}`;
  return new MigrationError(
    'build.memory',
    `${count} rejected rows that wait to be written take ${bytes} bytes; build.memory allows ${budget} for hits and rejects together. ` +
      `The last one: stream ${last.stream}, reason "${last.reason}"${column}`,
    {
      next: 'so many rejects are mostly a fault of the mapping: look at them with `bdia-migrate preview`; else raise build.memory or make slices smaller (slices.rows)',
    },
  );
}
