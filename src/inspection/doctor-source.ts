import type { StreamSpec } from '../config/mapping-schema.ts';
import { count, plural } from '../domain/count.ts';
import { fileColumns, type RowFault } from '../domain/row.ts';
import { wallClock } from '../mapping/time.ts';
import type { Context } from '../migration/context.ts';
import { completeStreams } from '../migration/job/ask-columns.ts';
import type { JobStream } from '../migration/job/job.ts';
import { streamQueries, streamWindow } from '../migration/job/job-streams.ts';
import { openJobSource } from '../migration/job/open-job.ts';
import type { JobFiles } from '../migration/job/read-job-files.ts';
import { rangeToRead } from '../migration/job/windows.ts';
import type { RangeAccess, Source, StreamQuery, WindowRange } from '../source/source.ts';
import { minuteText } from './doctor-answer.ts';
import { type DoctorFinding, faultOf, findingOf, plain, type Verdict } from './doctor-finding.ts';
import { createSpanSearch, middleSpan, type Span } from './doctor-span.ts';
import { compareReadings, type Reading, readFirst, readRange } from './doctor-twice.ts';

type SourceContext = Pick<Context, 'clock' | 'signal'>;

const mostRows = 50_000;
const firstRows = 1_000;
/** Each try costs a whole table where no index helps. */
const tries = { indexed: 12, scanned: 2 } as const;

/** Looks at the source: does it open, and of each stream, can it be read, by an index, and twice alike. Few rows are read. */
export async function* examineSource(files: JobFiles, context: SourceContext): AsyncGenerator<DoctorFinding> {
  const { clock } = context;
  const began = clock.monotonic();
  const took = (): number => (clock.monotonic() - began) / 1000;
  let source: Source;
  try {
    source = await openJobSource(files);
  } catch (error) {
    yield findingOf('source', null, faultOf(error), took());
    for (const check of ['index', 'twice'] as const)
      yield findingOf(check, null, plain('skipped', 'the source did not open'));
    return;
  }
  try {
    const identity = Object.entries(source.identity).map(([name, value]) => `${name} ${value}`);
    yield findingOf('source', null, plain('ok', `opened: ${identity.join(', ')}`), took());
    const streams = completeStreams(files);
    const queries = streamQueries({ ...files.mapping, streams }, files.variables);
    for (const [position, [, spec]] of streams.entries()) {
      const query = queries[position];
      if (query !== undefined) yield* examineStream({ files, source, query, spec }, context);
    }
  } finally {
    await source.close();
  }
}

interface Examined {
  readonly files: JobFiles;
  readonly source: Source;
  readonly query: StreamQuery;
  readonly spec: StreamSpec;
}

async function* examineStream(examined: Examined, context: SourceContext): AsyncGenerator<DoctorFinding> {
  const { files, source, query, spec } = examined;
  const { clock } = context;
  const { stream } = query;
  const began = clock.monotonic();
  const took = (): number => (clock.monotonic() - began) / 1000;
  let columns: readonly string[];
  try {
    columns = await source.columns(query, context.signal);
  } catch (error) {
    yield findingOf('source', stream, faultOf(error), took());
    return;
  }
  const window = streamWindow(spec, columns);
  const access = await askAccess(source, query, window, files.migration.range);
  const keyPlaces = (spec.key ?? fileColumns).map((name) => columns.indexOf(name));
  const reads: Reads = { query, window, range: files.migration.range, keyPlaces, signal: context.signal };
  let first: FirstReading | Verdict;
  try {
    first = await readSome(source, reads, access !== null && 'isIndexed' in access && !access.isIndexed);
  } catch (error) {
    first = faultOf(error);
  }
  const width = plural(columns.length, 'column');
  if ('again' in first) {
    const found = `${width}; ${plural(first.reading.rows, 'row')} read${first.part}`;
    yield findingOf('source', stream, noRowVerdict(found, first.reading.faults), took());
  } else {
    const result = first.result === 'skipped' ? 'ok' : first.result;
    const found = first.result === 'fault' ? first.found : `${width}; ${first.found}`;
    yield findingOf('source', stream, { ...first, result, found }, took());
  }
  if (access !== null) yield findingOf('index', stream, 'isIndexed' in access ? accessVerdict(access) : access);
  if (!('again' in first)) {
    const why = first.result === 'skipped' ? first.found : 'there is no row to compare';
    yield findingOf('twice', stream, plain('skipped', why));
    return;
  }
  const { reading, again } = first;
  yield findingOf('twice', stream, await again().then((second) => compareReadings(reading, second), faultOf));
}

/** Where lines are no rows it is more often the format that is wrong than the file. */
function noRowVerdict(found: string, faults: readonly RowFault[]): Verdict {
  const [first] = faults;
  if (first === undefined) return plain('ok', found);
  const others = faults.length === 1 ? 'one of them is' : `${count(faults.length)} of them are`;
  return {
    result: 'warning',
    found: `${found}; ${others} no row: ${first.reason} at ${first.key.join(' / ')}`,
    cure: 'Look at them with preview --only rejected. If they are sound, correct delimiter, quote or charset in the mapping.',
  };
}

async function askAccess(
  source: Source,
  query: StreamQuery,
  window: JobStream['window'],
  range: Span,
): Promise<RangeAccess | Verdict | null> {
  if (source.identity['engine'] === 'files') return null;
  if (window === null) return plain('ok', 'no window: it is read once, whole');
  if (source.access === undefined) return plain('skipped', 'this engine does not tell');
  const span = middleSpan(range);
  const slice = {
    ...span,
    index: 1,
    homeFrom: wallClock(span.from, window.zone),
    homeTo: wallClock(span.to, window.zone),
  };
  try {
    return await source.access(query, rangeToRead({ ...slice, plannedRows: 0 }, window));
  } catch (error) {
    return faultOf(error);
  }
}

function accessVerdict({ isIndexed, detail, cure }: RangeAccess): Verdict {
  if (isIndexed) return plain('ok', detail);
  return { result: 'warning', found: `each slice reads the whole table: ${detail}`, cure };
}

interface Reads {
  readonly query: StreamQuery;
  readonly window: JobStream['window'];
  readonly range: Span;
  readonly keyPlaces: readonly number[];
  readonly signal: AbortSignal;
}

/** Some rows of a stream, `part` in words, and how to read the same part `again`. */
interface FirstReading {
  readonly reading: Reading;
  readonly part: string;
  again(): Promise<Reading>;
}

/** A part of a stream that holds some rows and not too many; else what stands against it. */
async function readSome(source: Source, reads: Reads, isScanned: boolean): Promise<FirstReading | Verdict> {
  const { query, window, range, keyPlaces, signal } = reads;
  const readWhole = (part: WindowRange): Promise<Reading | null> =>
    source.snapshot((reader) => readRange(reader, query, part, { most: mostRows, keyPlaces, signal }));
  const again = (part: WindowRange) => async () =>
    (await readWhole(part)) ?? { rows: mostRows + 1, faults: [], contents: new Map() };
  if (source.identity['engine'] === 'files') {
    if (query.query !== undefined) return plain('skipped', 'its query is run when it is built, over all files');
    const read = () => source.snapshot((reader) => readFirst(reader, query, { most: firstRows, keyPlaces, signal }));
    const reading = await read();
    return reading.rows === 0 ? noRows('its files') : { reading, part: ' from the beginning', again: read };
  }
  if (window === null) {
    const reading = await readWhole(everything);
    if (reading === null)
      return plain('skipped', `more than ${plural(mostRows, 'row')} without a window: no part to compare`);
    return reading.rows === 0 ? noRows('the source') : { reading, part: '', again: again(everything) };
  }
  const grain = window.type === 'date' ? 86_400 : 1;
  const search = createSpanSearch(range, { grain, tries: isScanned ? tries.scanned : tries.indexed });
  let isCrowded = false;
  for (let span = search.next(); span !== null; span = search.next()) {
    const part = { from: wallClock(span.from, window.zone), to: wallClock(span.to, window.zone) };
    const reading = await readWhole(part);
    if (reading !== null && reading.rows > 0)
      return {
        reading,
        part: `, ${minuteText(span.from * 1000)} to ${minuteText(span.to * 1000)}`,
        again: again(part),
      };
    isCrowded ||= reading === null;
    search.saw(reading === null ? 'crowded' : 'empty');
  }
  if (!isCrowded) return noRows(`the range, ${minuteText(range.from * 1000)} to ${minuteText(range.to * 1000)}`);
  const why = isScanned ? 'too many to compare without an index' : 'too many in one place to compare';
  return plain('skipped', `more than ${plural(mostRows, 'row')}, ${why}`);
}

const everything: WindowRange = { from: null, to: null };

function noRows(where: string): Verdict {
  return {
    result: 'warning',
    found: `no row in ${where}`,
    cure: 'Check the range of the migration, and what the query asks for.',
  };
}
