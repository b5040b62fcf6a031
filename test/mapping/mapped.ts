import type { StreamSpec } from '../../src/config/mapping-schema.ts';
import { encodeLine } from '../../src/csv/encode-csv.ts';
import type { Cell } from '../../src/domain/row.ts';
import { type Binding, type BoundMapping, bindMapping, type MappingSource } from '../../src/mapping/bind-mapping.ts';
import { FILTERED, HIT, type StreamMapper } from '../../src/mapping/mapper.ts';

/** What a test says of a mapping; the rest is the least that compiles. */
export interface Said extends Partial<Omit<StreamSpec, 'hit'>> {
  hit?: Record<string, unknown>;
  columns?: readonly string[];
  suite?: Partial<Binding['suite']>;
  reportSuiteID?: Binding['target']['reportSuiteID'];
  lookups?: Binding['lookups'];
  declared?: MappingSource['lookups'];
}

const least = { visitorID: { const: 'v1' }, userAgent: { const: 'UA' }, pageName: { const: 'p' } };

/** Compiles one stream called `hits` with a key `id` and a time `ts` in seconds, over `id`, `ts` and `columns`. */
export function bound(said: Said): BoundMapping {
  const { hit, columns = [], suite, reportSuiteID, lookups, declared, ...spec } = said;
  const stream = { key: ['id'], time: { from: 'ts', unit: 's' }, ...spec, hit: { ...least, ...hit } } as StreamSpec;
  const mapping: MappingSource = {
    streams: [['hits', stream]],
    lookups: declared ?? {},
    variables: { pepper: { type: 'secret' } },
    locate: () => null,
  };
  return bindMapping({
    mapping,
    columnsOf: { hits: ['id', 'ts', ...columns] },
    target: { reportSuiteID: reportSuiteID ?? { const: 'rs' } },
    suite: { seed: null, currency: null, delimiters: {}, ...suite },
    lookups: lookups ?? {},
    variables: { pepper: 'p' },
  });
}

/** The errors of a mapping, as `code: message`. */
export function errors(said: Said): string[] {
  return bound(said)
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ code, message }) => `${code}: ${message}`);
}

/** A row as the source gives it: `id` 7, `ts` 1425204000, then the named cells in the order of the columns. */
export function mapperOf(said: Said): { map(row: Record<string, Cell>): Mapped; mapper: StreamMapper; header: string } {
  const { mapping, problems } = bound(said);
  if (mapping === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  const [mapper] = mapping.streams as [StreamMapper];
  const names = ['id', 'ts', ...(said.columns ?? [])];
  return {
    mapper,
    header: mapping.header,
    map(cells) {
      const all: Record<string, Cell> = { id: '7', ts: '1425204000', ...cells };
      const outcome = mapper.map(names.map((name) => all[name] ?? null));
      const tallies = mapper
        .takeTallies()
        .map(({ outcome, column, reason, count }) => `${outcome} ${column} ${reason} ${count}`);
      const { reason, column, value } = mapper.output;
      const line = encodeLine(mapper.output.cells);
      if (outcome !== HIT)
        return { outcome: outcome === FILTERED ? 'filtered' : 'rejected', reason, column, value, tallies };
      return { outcome: 'hit', line, cells: cellsOf(mapping.columns, line), tallies };
    },
  };
}

/** What became of one row. */
export interface Mapped {
  outcome: 'hit' | 'rejected' | 'filtered';
  line?: string;
  /** The cells that are not empty, by column. */
  cells?: Record<string, string>;
  reason?: string;
  column?: string | null;
  value?: string | null;
  tallies: string[];
}

/** The value that one column gets from cells, and what was counted. */
export function cellOf(column: string, said: Said, row: Record<string, Cell>): string {
  const mapped = mapperOf(said).map(row);
  return mapped.outcome === 'hit' ? (mapped.cells?.[column] ?? '') : `${mapped.outcome}: ${mapped.reason}`;
}

function cellsOf(columns: readonly string[], line: string): Record<string, string> {
  const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
  return Object.fromEntries(
    columns.map((column, index) => [column, cells[index] ?? '']).filter(([, cell]) => cell !== ''),
  );
}
