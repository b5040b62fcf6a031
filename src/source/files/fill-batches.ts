import type { Batch, Row, RowFault } from '../../domain/row.ts';

/** So many rows and faults make a batch. */
const mostInBatch = 2_000;

/**
 * Rows and faults of one file, given in its order, as batches: what was filled is handed over by the call that begins the
 * next one, else `null`.
 */
export interface BatchFiller {
  row(row: Row): Batch | null;
  fault(fault: RowFault): Batch | null;
  /** What has not been handed over yet; `null` where that is nothing. */
  rest(): Batch | null;
}

/** The faults of a batch stand behind its rows in the file: the order of all is the same wherever the file was cut. */
export function createBatchFiller(): BatchFiller {
  let rows: Row[] = [];
  let faults: RowFault[] = [];

  function take(): Batch {
    const batch = { rows, faults };
    rows = [];
    faults = [];
    return batch;
  }

  const isFull = (): boolean => rows.length + faults.length >= mostInBatch;

  return {
    row(row) {
      const full = faults.length > 0 || isFull() ? take() : null;
      rows.push(row);
      return full;
    },
    fault(fault) {
      const full = isFull() ? take() : null;
      faults.push(fault);
      return full;
    },
    rest: () => (rows.length + faults.length === 0 ? null : take()),
  };
}
