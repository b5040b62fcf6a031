import { dirname, resolve } from 'node:path';
import { loadMapping } from '../config/load-mapping.ts';
import { loadYamlKind } from '../config/load-migration.ts';
import type { Problem } from '../domain/problem.ts';
import { parseMapping } from '../mapping/bind-mapping.ts';
import { type ContextOptions, contextOf } from '../migration/context.ts';
import { tryOpenJob, tryReadJobFiles } from '../migration/open-job.ts';

/** What `check` found in one file; no problem of severity `error` means that it can be used. */
export interface CheckReport {
  readonly file: string;
  readonly kind: 'migration' | 'mapping';
  readonly problems: readonly Problem[];
}

/**
 * Lints mapping and migration files: all faults at once. A migration is checked against its source too (columns that
 * queries return, lookup files), unless `offline`. Faults are values; a source that cannot be reached is thrown.
 */
export async function check(
  files: readonly string[],
  options: ContextOptions & { readonly offline?: boolean } = {},
): Promise<CheckReport[]> {
  const context = contextOf(options);
  const reports: CheckReport[] = [];
  for (const file of files) {
    if ((await loadYamlKind(file)) === 'mapping') {
      const path = resolve(file);
      const read = await loadMapping(path, { from: dirname(path), readyMadeFolder: context.readyMadeFolder });
      const problems = read.problems ?? [...read.warnings, ...parseMapping(read.mapping)];
      reports.push({ file, kind: 'mapping', problems });
    } else if (options.offline === true) {
      const { files: read, problems } = await tryReadJobFiles(file, context);
      const offline = read === null ? [] : parseMapping(read.mapping, read.migration.target.suite);
      reports.push({ file, kind: 'migration', problems: [...problems, ...offline] });
    } else {
      const { job, problems } = await tryOpenJob(file, context);
      await job?.close();
      reports.push({ file, kind: 'migration', problems });
    }
  }
  return reports;
}
