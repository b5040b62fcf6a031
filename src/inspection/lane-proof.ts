import { StringDecoder } from 'node:string_decoder';
import { columnKey } from '../adobe/columns.ts';
import { effectiveVisitor } from '../adobe/visitor.ts';
import { createGrouper } from '../chunking/visitor-group.ts';
import { createCsvParser } from '../csv/parse-csv.ts';
import type { Chunk } from '../domain/chunk.ts';

/** What stands in a file; times are those of its first and its last row, in Unix seconds, `null` without one. */
export interface FileProof {
  readonly rows: number;
  readonly firstTime: number | null;
  readonly lastTime: number | null;
  readonly faults: readonly string[];
}

/** Reads the chunks of one lane in order and finds hits that do not belong there, or stand before their time. */
export interface LaneProof {
  begin(path: string): { take(bytes: Buffer): void; end(): FileProof };
  /** Passes over a chunk whose file was removed, by the times that the ledger has of it. */
  passOver(chunk: Pick<Chunk, 'path' | 'firstTime' | 'lastTime'>): void;
  rows(): number;
  /** Hits whose visitor's stable hash leads to another lane (P2); a few samples. */
  strangers(): readonly string[];
  /** Hits that are earlier than the one before them in the lane (P3); a few samples. */
  disorder(): readonly string[];
}

const mostSamples = 20;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * A proof for lane number `index` of `count`. `seed` is the customerID type that seeds visitors, or `null`.
 * Memory does not grow with rows or visitors: that groups are disjoint follows from each hit standing where its
 * visitor's hash says.
 */
export function createLaneProof(options: { index: number; count: number; seed: string | null }): LaneProof {
  const groupOf = createGrouper(options.count);
  const strangers: string[] = [];
  const disorder: string[] = [];
  let rows = 0;
  let latest = Number.NEGATIVE_INFINITY;
  const note = (list: string[], text: string): void => {
    if (list.length < mostSamples) list.push(text);
  };
  return {
    begin: (path) => {
      const parser = createCsvParser({ delimiter: ',', quote: '"', newline: '\n' });
      const decoder = new StringDecoder('utf8');
      const faults: string[] = [];
      let places: ReadonlyMap<string, number> | null = null;
      let width = 0;
      let fileRows = 0;
      let begun = false;
      let firstTime: number | null = null;
      let lastTime: number | null = null;
      const read = (text: string, last: boolean): void => {
        const parsed = parser.push(text, last);
        for (const { line, reason } of parsed.faults) note(faults, `line ${line}: ${reason}`);
        for (const row of parsed.rows) {
          if (places === null) {
            places = new Map(row.map((name, place) => [columnKey(name), place]));
            width = row.length;
            continue;
          }
          fileRows += 1;
          if (row.length !== width) note(faults, `row ${fileRows} has ${row.length} fields, the header ${width}`);
          const cell = (name: string): string => row[places?.get(columnKey(name)) ?? -1] ?? '';
          const time = Number(cell('timestamp'));
          if (time < latest) note(disorder, `${path} row ${fileRows}: ${time} after ${latest}`);
          latest = time;
          firstTime ??= time;
          lastTime = time;
          const visitor = effectiveVisitor({
            seed: cell(`customerID.${options.seed}.isMCSeed`) === '1' ? cell(`customerID.${options.seed}.id`) : '',
            visitorID: cell('visitorID'),
            marketingCloudVisitorID: cell('marketingCloudVisitorID'),
            ipaddress: cell('ipaddress'),
          });
          if (groupOf(visitor) !== options.index)
            note(strangers, `${path} row ${fileRows}: its visitor belongs to another lane`);
        }
      };
      return {
        take: (bytes) => {
          // The parser would pass over it without a word.
          if (!begun && bytes.subarray(0, 3).equals(byteOrderMark)) note(faults, 'begins with a byte order mark');
          begun = true;
          read(decoder.write(bytes), false);
        },
        end: () => {
          read(decoder.end(), true);
          rows += fileRows;
          return { rows: fileRows, firstTime, lastTime, faults };
        },
      };
    },
    passOver: ({ path, firstTime, lastTime }) => {
      if (firstTime < latest) note(disorder, `${path}: begins at ${firstTime}, after ${latest}`);
      latest = lastTime;
    },
    rows: () => rows,
    strangers: () => strangers,
    disorder: () => disorder,
  };
}
