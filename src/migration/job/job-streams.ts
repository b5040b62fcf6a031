import type { LoadedMapping } from '../../config/load-mapping.ts';
import type { StreamSpec } from '../../config/mapping-schema.ts';
import { bindQuery } from '../../config/query-places.ts';
import { windowOf } from '../../config/window.ts';
import type { StreamMapper } from '../../mapping/mapper.ts';
import type { StreamQuery } from '../../source/source.ts';
import type { JobStream } from './job.ts';
import type { Variables } from './variables.ts';
import { windowZone } from './windows.ts';

/** What each stream asks of the source, in the mapping's order. */
export function streamQueries(mapping: LoadedMapping, { identifiers, parameters }: Variables): StreamQuery[] {
  return mapping.streams.map(([stream, spec]) => {
    if (spec.rows !== undefined) return { stream, rows: spec.rows };
    const bound = bindQuery(spec.query ?? '', mapping.engine, identifiers);
    const names = new Set(bound.places.map(({ name }) => name));
    const window = windowOf(spec);
    return {
      stream,
      query: bound.text,
      parameters: Object.fromEntries(Object.entries(parameters).filter(([name]) => names.has(name))),
      ...(window === null ? {} : { window: { column: window.column, type: window.type, zone: windowZone(window) } }),
    };
  });
}

/** Queries, the columns they return and their mappers, joined. All lists are in the mapping's order. */
export function jobStreams(
  mapping: LoadedMapping,
  queries: readonly StreamQuery[],
  columnsOf: Readonly<Record<string, readonly string[]>>,
  mappers: readonly StreamMapper[],
): JobStream[] {
  return mapping.streams.map(([name, spec], position) => {
    const columns = columnsOf[name] ?? [];
    const window = streamWindow(spec, columns);
    return { name, position, query: queries[position]!, columns, mapper: mappers[position]!, window };
  });
}

/** What one stream is read by, in whole seconds; `columns` are those that its query returns. */
export function streamWindow(spec: StreamSpec, columns: readonly string[]): JobStream['window'] {
  const window = windowOf(spec);
  if (window === null) return null;
  const { column, type, lateness } = window;
  return {
    column,
    type,
    zone: windowZone(window),
    lateness: { before: Math.ceil(lateness.beforeMs / 1000), after: Math.ceil(lateness.afterMs / 1000) },
    place: columns.indexOf(column),
  };
}
