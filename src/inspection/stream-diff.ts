import type { RowPreview } from './preview.ts';

/** A row as one of two mappings maps it; `visitor` is the effective one of a hit. */
export interface MappedRow {
  readonly preview: RowPreview;
  readonly visitor: string;
}

/** A column in which hits change; `null` is an absent value. */
export interface ColumnChange {
  readonly column: string;
  readonly hits: number;
  readonly samples: readonly {
    readonly key: readonly string[];
    readonly before: string | null;
    readonly after: string | null;
  }[];
}

/** Rows that become something else; `hit`, `rejected: <reason>`, `filtered: <rule>`, or `not read`. */
export interface OutcomeChange {
  readonly before: string;
  readonly after: string;
  readonly rows: number;
  readonly samples: readonly (readonly string[])[];
}

/** What changes in one stream's sample. */
export interface StreamDiff {
  readonly stream: string;
  readonly rows: number;
  /** Rows that become what they became. */
  readonly same: number;
  readonly outcomes: readonly OutcomeChange[];
  readonly columns: readonly ColumnChange[];
  /** Visitors of the sample's hits, and those whose hits would go to another lane. */
  readonly visitors: number;
  readonly moved: number;
  readonly movedSamples: readonly { readonly visitor: string; readonly before: string; readonly after: string }[];
}

const mostSamples = 3;

/** Compares rows pair by pair; memory grows with the sample's visitors. */
export function createStreamDiff(stream: string): {
  /** `null`: the row is not in that reading. */
  compare(before: MappedRow | null, after: MappedRow | null): void;
  result(): StreamDiff;
} {
  const outcomes = new Map<string, { before: string; after: string; rows: number; samples: (readonly string[])[] }>();
  const columns = new Map<string, { hits: number; samples: ColumnChange['samples'][number][] }>();
  const visitors = new Set<string>();
  const moved = new Map<string, StreamDiff['movedSamples'][number]>();
  let rows = 0;
  let same = 0;

  const compareHits = (one: MappedRow, other: MappedRow): boolean => {
    const [before, after] = [one.preview, other.preview];
    const names = new Set([...Object.keys(before.hit), ...Object.keys(after.hit)]);
    let isSame = true;
    for (const column of names) {
      const [was, is] = [before.hit[column] ?? null, after.hit[column] ?? null];
      if (was === is) continue;
      isSame = false;
      const known = columns.get(column) ?? { hits: 0, samples: [] };
      known.hits += 1;
      if (known.samples.length < mostSamples) known.samples.push({ key: before.key, before: was, after: is });
      columns.set(column, known);
    }
    visitors.add(one.visitor);
    if (before.group !== after.group)
      moved.set(one.visitor, { visitor: idOf(one), before: before.group ?? '', after: after.group ?? '' });
    return isSame;
  };

  return {
    compare: (before, after) => {
      rows += 1;
      const [was, is] = [outcomeOf(before), outcomeOf(after)];
      if (was === is) {
        if (before === null || after === null || was !== 'hit' || compareHits(before, after)) same += 1;
        return;
      }
      const name = JSON.stringify([was, is]);
      const known = outcomes.get(name) ?? { before: was, after: is, rows: 0, samples: [] };
      known.rows += 1;
      const key = (before ?? after)?.preview.key ?? [];
      if (known.samples.length < mostSamples) known.samples.push(key);
      outcomes.set(name, known);
    },
    result: () => ({
      stream,
      rows,
      same,
      outcomes: [...outcomes.values()].sort((a, b) => b.rows - a.rows),
      columns: [...columns].map(([column, found]) => ({ column, ...found })).sort((a, b) => b.hits - a.hits),
      visitors: visitors.size,
      moved: moved.size,
      movedSamples: [...moved.values()].slice(0, mostSamples),
    }),
  };
}

function outcomeOf(row: MappedRow | null): string {
  if (row === null) return 'not read';
  const { outcome, reason } = row.preview;
  return outcome === 'hit' ? outcome : `${outcome}: ${reason}`;
}

/** The ID without the kind that stands before it. */
function idOf({ visitor }: MappedRow): string {
  return visitor.slice(visitor.indexOf(':') + 1);
}
