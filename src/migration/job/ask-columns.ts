import { findPlaces } from '../../config/query-places.ts';
import { windowOf } from '../../config/window.ts';
import { type ErrorCode, MigrationError } from '../../domain/error.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Source, StreamQuery } from '../../source/source.ts';
import { streamQueries } from './job-streams.ts';
import type { JobFiles } from './read-job-files.ts';

type Asked = Pick<JobFiles, 'migration' | 'mapping' | 'variables'>;

/** What a source says of the streams of a job. */
export interface StreamColumns {
  /** Those that could be asked, in the mapping's order. */
  readonly queries: readonly StreamQuery[];
  /** By stream; what is refused is left out. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** What is refused, each at its query or its file set. */
  readonly problems: readonly Problem[];
}

/** The code of a problem that says what a source refuses. */
export const refusedCode = 'source.query';

/** What an engine stops with where the query, the types that it returns or the head of a file is at fault. */
const refusals: ReadonlySet<ErrorCode> = new Set(['source.query', 'input.invalid']);

/**
 * Asks for the columns of every stream that lacks nothing. A refusal is a problem of that stream, and the others are asked
 * all the same; a source that cannot be asked at all is thrown.
 */
export async function askColumns(
  source: Pick<Source, 'columns'>,
  files: Asked,
  signal?: AbortSignal,
): Promise<StreamColumns> {
  const queries = streamQueries({ ...files.mapping, streams: completeStreams(files) }, files.variables);
  const columns: Record<string, readonly string[]> = {};
  const problems: Problem[] = [];
  for (const query of queries) {
    try {
      columns[query.stream] = await source.columns(query, signal);
    } catch (error) {
      problems.push(refusalOf(error, query, files.mapping));
    }
  }
  return { queries, columns, problems };
}

/** What a source refuses of one stream, at its query or its file set; what is no refusal is thrown on. */
export function refusalOf(
  error: unknown,
  { stream, rows }: Pick<StreamQuery, 'stream' | 'rows'>,
  { locate }: Pick<JobFiles['mapping'], 'locate'>,
): Problem {
  if (!(error instanceof MigrationError) || !refusals.has(error.code)) throw error;
  const place = locate(['streams', stream, rows === undefined ? 'query' : 'rows'], 'key');
  return { code: refusedCode, message: error.message, ...place, hint: error.next, severity: 'error' };
}

/**
 * The streams that a source can be asked of: with an engine of its kind, files, and a value for each place of the query.
 * All of them where the files have no faults; what the others lack has been told, and asking would tell it again.
 */
export function completeStreams({ migration, mapping, variables }: Asked): JobFiles['mapping']['streams'] {
  const { source } = migration;
  const { parameters, identifiers } = variables;
  if (source.engine !== mapping.engine) return [];
  return mapping.streams.filter(([, spec]) => {
    const { query, rows = '' } = spec;
    if (query === undefined) return source.engine === 'files' && Object.hasOwn(source.paths, rows);
    const isWindowed = windowOf(spec) !== null;
    return findPlaces(query, mapping.engine).every(({ kind, name, inString }) => {
      if (kind === 'paste') return !inString && Object.hasOwn(identifiers, name);
      if (name === 'from' || name === 'to') return isWindowed;
      return kind === 'bind' && Object.hasOwn(parameters, name);
    });
  });
}
