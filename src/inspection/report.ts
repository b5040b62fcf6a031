import { column } from '../adobe/columns.ts';
import { readSidecar } from '../chunking/read-chunk.ts';
import { type Chunk, qualifiedName } from '../domain/chunk.ts';
import { plural } from '../domain/count.ts';
import { eachChunk } from '../ledger/each-chunk.ts';
import { compileVisitor, readHeader } from '../lint/header.ts';
import { type ContextOptions, contextOf } from '../migration/context.ts';
import { readUnlessRemoved } from '../migration/deliver/removed-chunk.ts';
import { groupNames } from '../migration/job/open-job.ts';
import { createDistinctCount } from '../migration/plan/distinct.ts';
import { createFrequentTexts, type FrequentText } from '../migration/plan/frequent.ts';
import type { JobReport } from '../migration/report.ts';
import { standingOf } from '../migration/standing.ts';
import { readBuilt } from './read-built.ts';
import { readChunkRows } from './read-chunk-row.ts';
import { type RejectReason, rejectsOf } from './rejects.ts';
import { qualityRemarks, type Remark, type RemovedChunks } from './remarks.ts';
import { createStreamQuality, type StreamQuality } from './stream-quality.ts';
import { createVisitTracker, type VisitCounts } from './visits.ts';

/** What was built, and how good it is. */
export interface QualityReport {
  readonly job: JobReport;
  /** What a person should look at before sending, worst first. */
  readonly remarks: readonly Remark[];
  readonly streams: readonly StreamQuality[];
  readonly rejects: readonly RejectReason[];
  readonly visitors: {
    /** About how many; off by 1.6 % typically. */
    readonly distinct: number;
    /** Those with most hits. */
    readonly top: readonly FrequentText[];
  };
  readonly visits: VisitCounts;
  readonly removed: RemovedChunks;
}

/** How many visitors are followed at once to find those with most hits. */
const followed = 5_000;

/**
 * The data-quality report of everything that is sealed, from chunks, ledger and rejects: every chunk is read once, in
 * memory that grows with streams, columns and the visitors of half an hour. Of chunks that were removed after delivery it
 * says how many they are. Throws `input.not-found` where nothing was built, and `chunk.damaged`.
 */
export async function report(file: string, options: ContextOptions = {}): Promise<QualityReport> {
  const context = contextOf(options);
  return readBuilt(file, context, async (migration, ledger, mapping) => {
    const rejected = await rejectsOf(migration, ledger, {}, context.signal);
    const streams = new Map<string, ReturnType<typeof createStreamQuality>>();
    const visitors = createFrequentTexts(followed);
    const distinct = createDistinctCount();
    const visits = createVisitTracker();
    const streamOf = (name: string): ReturnType<typeof createStreamQuality> => {
      const known = streams.get(name) ?? createStreamQuality(name);
      streams.set(name, known);
      return known;
    };
    const readChunk = async (chunk: Chunk): Promise<true> => {
      const sources: string[] = [];
      for await (const { stream } of readSidecar(migration.folder, chunk)) sources.push(stream);
      let names: readonly string[] = [];
      let places: ReadonlyMap<string, number> = new Map();
      let visitorOf: (cells: readonly string[]) => string = () => '';
      const takeHeader = (header: readonly string[]): void => {
        names = header;
        places = new Map(header.map((name, place) => [name, place]));
        visitorOf = compileVisitor(readHeader(header, () => undefined, migration.target.suite));
      };
      await readChunkRows(migration.folder, chunk, takeHeader, (cells, row) => {
        const at = (): string => `${qualifiedName(chunk)} row ${row}`;
        streamOf(sources[row - 1] ?? '').hit(names, cells, places, at);
        const visitor = visitorOf(cells);
        visitors.add(visitor);
        distinct.add(visitor);
        visits.hit(visitor, Number(cells[places.get('timestamp') ?? -1]));
      });
      return true;
    };
    let chunks = 0;
    const removed = { chunks: 0, streams: new Map<string, number>() };
    for (const group of groupNames(migration)) {
      for await (const chunk of eachChunk(ledger, group)) {
        context.signal.throwIfAborted();
        if ((await readUnlessRemoved(migration, ledger, chunk, () => readChunk(chunk))) === null) {
          removed.chunks += 1;
          for (const [name, rows] of Object.entries(chunk.streams))
            removed.streams.set(name, (removed.streams.get(name) ?? 0) + rows);
          continue;
        }
        chunks += 1;
        context.onEvent({ type: 'message', level: 'info', text: `${plural(chunks, 'chunk')} read` });
      }
      visits.nextLane();
    }
    const job = await standingOf(migration, ledger, context.clock.now());
    const found = mapping.streams.map(([name, { hit }]) => streamOf(name).result(mappedColumns(hit)));
    const hits = found.reduce((sum, stream) => sum + stream.hits, 0);
    const quality = {
      job,
      streams: found,
      rejects: rejected.reasons,
      visitors: { distinct: Math.min(hits, distinct.estimate()), top: visitors.top(10).map(withoutKind) },
      visits: visits.counts(),
      removed: { chunks: removed.chunks, streams: Object.fromEntries(removed.streams) },
    };
    return { ...quality, remarks: qualityRemarks(quality) };
  });
}

function mappedColumns(hit: Readonly<Record<string, unknown>> | undefined): string[] {
  return Object.keys(hit ?? {}).flatMap((name) => column(name)?.name ?? []);
}

function withoutKind({ text, ...rest }: FrequentText): FrequentText {
  return { text: text.slice(text.indexOf(':') + 1), ...rest };
}
