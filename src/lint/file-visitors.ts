import { count } from '../domain/count.ts';
import type { Note } from './finding.ts';

const kindWords: Readonly<Record<string, string>> = {
  seed: 'a seeded customer ID',
  vid: 'visitorID',
  mid: 'marketingCloudVisitorID',
  ip: 'ipaddress',
};

/** The rows from which it is told that a whole file has one visitor. */
const manyRows = 1_000;

/** The rules of how all rows of one file name their visitors. */
export interface FileVisitors {
  /** Takes the effective visitor of a data row: the kind of ID, a colon, the ID. */
  see(visitor: string, row: number): void;
  /** Says how many data rows the file has. */
  end(rows: number): void;
}

/** Follows the kinds of ID of one file, and whether it has more than one visitor. */
export function createFileVisitors(note: Note): FileVisitors {
  let first = '';
  let firstKind = '';
  let firstsRows = 0;
  return {
    see(visitor, row) {
      if (first === '') {
        first = visitor;
        firstKind = kindOf(visitor);
      }
      if (visitor === first) firstsRows += 1;
      const kind = kindOf(visitor);
      if (kind === firstKind) return;
      const message = `${kindWords[kind]} names the visitor here, ${kindWords[firstKind]} in the file's first row`;
      note({ rule: 'visitor-kinds', row, column: null, value: visitor.slice(kind.length + 1), message });
    },
    end(rows) {
      if (rows < manyRows || firstsRows < rows) return;
      const message = `all ${count(rows)} rows are of one visitor, by ${kindWords[firstKind]}`;
      const value = first.slice(firstKind.length + 1);
      note({ rule: 'visitor-constant', row: null, column: null, value, message });
    },
  };
}

function kindOf(visitor: string): string {
  return visitor.slice(0, visitor.indexOf(':'));
}
