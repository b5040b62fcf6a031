import { type ErrorCode, MigrationError } from '../domain/error.ts';
import type { OnEvent } from '../domain/event.ts';
import { type GroupBy, groupOfFile, guessGroupBy, inUploadOrder } from './group-of-file.ts';
import { type HitLint, isFaultless, type LintOptions, type LintReport, lintFile, mostIds } from './lint-file.ts';
import { createVisitorTable } from './visitor-table.ts';

/** What several files are together. */
export interface LintFilesReport {
  /** No finding but such as Adobe's documentation leaves open, and no file that could not be read. */
  readonly ok: boolean;
  /** In the order in which they would be uploaded: by visitor group, then by name, numbers by their value. */
  readonly files: readonly (LintReport & { readonly group: string })[];
  /** Files that are missing or could not be read to their end, and why. */
  readonly unread: readonly { readonly path: string; readonly code: ErrorCode; readonly message: string }[];
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
 * Checks BDIA files, gzipped or plain, whoever made them: each by itself, and across them the order of every visitor's rows
 * and that no visitor is in two groups and no ID that counts once stands twice. Each file is read once; memory grows neither
 * with rows nor, above a bound, with visitors. What cannot be read is told beside what the others are. Throws
 * `input.not-found`, `input.invalid` and `disk.failed` where no file at all can be read.
 */
export async function lintFiles(
  paths: readonly string[],
  { signal, onEvent, groupBy = guessGroupBy(paths), mostVisitors = 3_000_000, ...against }: LintFilesOptions = {},
): Promise<LintFilesReport> {
  const groups = membersByGroup(paths, groupBy);
  const table = createVisitorTable(mostVisitors);
  const ids = createVisitorTable(mostIds);
  const files: (LintReport & { group: string })[] = [];
  const unread: { path: string; error: MigrationError }[] = [];
  for (const [number, [group, members]] of groups.entries()) {
    const hits = followHits(
      table,
      groups.map(([name]) => name),
      number,
    );
    for (const path of inUploadOrder(members)) {
      onEvent?.({
        type: 'message',
        level: 'info',
        text: `reading ${path} (${files.length + unread.length + 1} of ${paths.length})`,
      });
      try {
        const report = await lintFile(path, {
          ...against,
          values: true,
          plain: true,
          hits,
          ids,
          ...(signal === undefined ? {} : { signal }),
        });
        files.push({ ...report, group });
      } catch (error) {
        if (!(error instanceof MigrationError) || !ofOneFile.has(error.code)) throw error;
        unread.push({ path, error });
      }
    }
  }
  if (files.length === 0 && unread[0] !== undefined) throw noneRead(unread.map(({ error }) => error));
  return {
    ok: files.every(isFaultless) && unread.length === 0,
    files,
    unread: unread.map(({ path, error: { code, message } }) => ({ path, code, message })),
    visitors: { followed: table.size, share: table.share },
  };
}

const ofOneFile: ReadonlySet<ErrorCode> = new Set(['input.not-found', 'input.invalid', 'disk.failed']);

function noneRead(errors: readonly MigrationError[]): MigrationError {
  const [first] = errors as [MigrationError];
  if (errors.length === 1) return first;
  return new MigrationError(first.code, errors.map(({ message }) => message).join('; '), {
    ...(first.next === null ? {} : { next: first.next }),
  });
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
