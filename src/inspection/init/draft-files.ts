import { MigrationError } from '../../domain/error.ts';
import { readSample } from '../../migration/read/read-sample.ts';
import { guessFileFormat } from '../../source/files/guess-format.ts';
import { openSource, type SourceSpec } from '../../source/open-source.ts';
import type { Draft, DraftOptions } from './draft.ts';
import { draftColumns } from './draft-columns.ts';
import { exportRemarks } from './known-exports.ts';
import { sampledFacts } from './sampled-facts.ts';

const sampleRows = 1_000;
const lastRows = 500;
const set = 'hits';
const noPlaces = { key: [], indexed: [], isUtcType: () => false };

/** A draft of files, all written alike. */
export async function draftFiles(
  spec: Extract<SourceSpec, { engine: 'files' }>,
  options: DraftOptions,
): Promise<Draft> {
  const { signal } = options;
  if (options.table !== undefined)
    throw new MigrationError('input.invalid', '--table names a table, and files have none', { next: 'Leave it out.' });
  const patterns = Object.values(spec.paths).flat();
  const { spec: files, doubts } = await guessFileFormat(patterns);
  const source = await openSource({ source: { engine: 'files', paths: { [set]: patterns } }, files: { [set]: files } });
  try {
    const stream = { stream: set, rows: set };
    const columns = await source.columns(stream, signal);
    const paths = ((await source.stamps?.(stream)) ?? []).map(({ path }) => path);
    const rows = await readSample(source, stream, { most: sampleRows, signal });
    // The newest file may be written otherwise than the oldest.
    const passOver = new Set(paths.slice(0, -1));
    if (rows.length === sampleRows && passOver.size > 0)
      rows.push(...(await readSample(source, stream, { most: lastRows, signal, passOver })));
    if (rows.length === 0) throw new MigrationError('input.invalid', 'The files hold no row', { next: 'Name others.' });
    // W3C logs are written in UTC (W3C working draft WD-logfile, `date` and `time`).
    const zone = options.zone ?? (files.format === 'w3c' ? 'UTC' : undefined);
    const says = [...doubts, 'the columns'].join('; ');
    const facts = sampledFacts(columns, new Map(), rows);
    const draft = draftColumns(facts, { ...noPlaces, says }, { ...options, zone });
    return {
      ...draft,
      stream: set,
      of: `${rows.length} rows of ${paths.length === 1 ? 'one file' : `${paths.length} files`}`,
      others: [],
      query: null,
      files,
      key: null,
      window: null,
      sampledRows: rows.length,
      remarks: [...doubts, ...exportRemarks(facts)],
    };
  } finally {
    await source.close();
  }
}
