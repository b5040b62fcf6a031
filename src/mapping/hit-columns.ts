import { type AdobeColumn, column, columnKey, columnNames, whyUnknown } from '../adobe/columns.ts';
import type { HitSpec } from '../config/mapping-schema.ts';
import { type Faults, type Path, suggestion } from './faults.ts';

/** One column of a stream's hits as the mapping says it, its name known to Adobe. */
export interface HitColumn {
  readonly column: AdobeColumn;
  readonly spec: unknown;
  readonly path: Path;
}

/** Columns that the program writes itself, and where they come from. */
const written: Readonly<Record<string, string>> = {
  timestamp: 'it is written from the stream\'s "time"',
  reportSuiteID: "it is written from the migration's target",
};

/** Where a value without a column of Adobe's may go. */
const elsewhere = 'take a prop, an eVar or contextData.KEY';

/**
 * The columns of `hit:`, in the order written. A name that Adobe would ignore, a name given twice (case makes no
 * difference) and a column that the program writes itself are faults, and are left out.
 */
export function readHitColumns(hit: HitSpec | undefined, path: Path, faults: Faults): HitColumn[] {
  const columns: HitColumn[] = [];
  const seen = new Map<string, string>();
  for (const [name, spec] of Object.entries(hit ?? {})) {
    if (spec === undefined) continue;
    const at = [...path, name];
    const first = seen.get(columnKey(name));
    seen.set(columnKey(name), name);
    const known = column(name);
    if (known === null) {
      const message = `Adobe has no column "${name}": it would ignore it and the data would be lost`;
      faults.error(
        at,
        'unknown-column',
        message,
        whyUnknown(name) ?? suggestion(name, columnNames(), elsewhere),
        'key',
      );
    } else if (first !== undefined) {
      const message = `"${name}" is given twice (also as "${first}"): Adobe would reject the file`;
      faults.error(at, 'column-twice', message, 'case makes no difference in column names', 'key');
    } else if (Object.hasOwn(written, known.name)) {
      faults.error(
        at,
        'column-written',
        `"${known.name}" is not mapped: ${written[known.name]}`,
        'leave it out',
        'key',
      );
    } else {
      if (known.family === 'contextData' && /^contextData\.a\./i.test(known.name)) {
        faults.warning(
          at,
          'column-reserved',
          'contextData keys that begin with "a." are reserved for Adobe',
          'take another key',
        );
      }
      tellOverflow(known, spec, at, faults);
      columns.push({ column: known, spec, path: at });
    }
  }
  return columns;
}

/** A column without a byte limit has nothing to overflow: what is said of it would never happen. */
function tellOverflow({ name, limitBytes, kind }: AdobeColumn, spec: unknown, path: Path, faults: Faults): void {
  const isSaid = typeof spec === 'object' && spec !== null && Object.hasOwn(spec, 'overflow');
  if (!isSaid || limitBytes !== null || kind === 'delimited') return;
  const message = `overflow never happens: ${name} has no byte limit of its own`;
  faults.warning([...path, 'overflow'], 'overflow-unlimited', message, 'leave it out');
}
