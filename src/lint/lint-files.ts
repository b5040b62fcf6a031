import type { OnEvent } from '../domain/event.ts';
import { type GroupBy, groupOfFile, guessGroupBy, inUploadOrder } from './group-of-file.ts';
import { type HitLint, type LintOptions, type LintReport, lintFile, mostIds } from './lint-file.ts';
import { createVisitorTable } from './visitor-table.ts';

/** What several files are together. */
export interface LintFilesReport {
  /** No finding but such as Adobe's documentation leaves open. */
  readonly ok: boolean;
  /** In the order in which they would be uploaded: by visitor group, then by name, numbers by their value. */
  readonly files: readonly (LintReport & { readonly group: string })[];
  /** Visitors that were followed across the files, and which share of all they are (1, a half, a quarter …). */
  readonly visitors: { readonly followed: number; readonly share: number };
}

/** How files are linted together. */
export interface LintFilesOptions extends Pick<LintOptions, 'limits' | 'suite' | 'suites' | 'now'> {
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
  /** What tells the visitor group of a file; by default the name where all are `<number>-<group>`, else the folder. */
  readonly groupBy?: GroupBy;
  /** The most visitors that are followed at a time; 3,000,000 unless given (about 150 MB). */
  readonly mostVisitors?: number;
}

/**
 * Checks BDIA files, gzipped or plain, whoever made them: each by itself, and across them the order of every visitor's
 * rows and that no visitor is in two groups and no ID that counts once stands twice. Each file is read once; memory grows neither with rows nor, above a bound,
 * with visitors. Throws `input.not-found` and `disk.failed`.
 */
export async function lintFiles(
  paths: readonly string[],
  { signal, onEvent, groupBy = guessGroupBy(paths), mostVisitors = 3_000_000, ...against }: LintFilesOptions = {},
): Promise<LintFilesReport> {
  const groups = membersByGroup(paths, groupBy);
  const table = createVisitorTable(mostVisitors);
  const ids = createVisitorTable(mostIds);
  const files: (LintReport & { group: string })[] = [];
  for (const [number, [group, members]] of groups.entries()) {
    const hits = followHits(
      table,
      groups.map(([name]) => name),
      number,
    );
    for (const path of inUploadOrder(members)) {
      onEvent?.({ type: 'message', level: 'info', text: `reading ${path} (${files.length + 1} of ${paths.length})` });
      const report = await lintFile(path, {
        ...against,
        values: true,
        plain: true,
        hits,
        ids,
        ...(signal === undefined ? {} : { signal }),
      });
      files.push({ ...report, group });
    }
  }
  const ok = files.every(({ findings }) => findings.every(({ consequence }) => consequence === 'unsure'));
  return { ok, files, visitors: { followed: table.size, share: table.share } };
}

function membersByGroup(paths: readonly string[], by: GroupBy): [group: string, members: string[]][] {
  const groups = new Map<string, string[]>();
  for (const path of new Set(paths)) {
    const group = groupOfFile(path, by);
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [path]);
    else members.push(path);
  }
  return [...groups];
}

function followHits(table: ReturnType<typeof createVisitorTable>, names: readonly string[], group: number): HitLint {
  return (visitor, seconds, row, note) => {
    const seen = table.see(visitor, group, seconds);
    if (seen === 'new') return;
    const id = visitor.slice(visitor.indexOf(':') + 1);
    const finding = { row, column: null, value: id } as const;
    if (seen === 'other') {
      const message = `this visitor has rows in ${names[table.before.group]} too: groups are processed side by side, in no order`;
      note({ ...finding, rule: 'visitor-groups', message });
    } else if (seconds < table.before.latest) {
      const message = `${table.before.latest - seconds} s before an earlier row of this visitor: visits and attribution go wrong`;
      note({ ...finding, rule: 'visitor-order', message });
    }
  };
}
