import { columnsOf } from '../../../config/check-file-sets.ts';
import type { FileSetSpec } from '../../../config/mapping-schema.ts';
import { compilePattern } from '../../../config/pattern.ts';
import { MigrationError } from '../../../domain/error.ts';
import type { FileReader } from './file-reader.ts';
import { loneLines } from './lone-lines.ts';
import { namedPatterns } from './named-patterns.ts';
import type { ReadLine } from './read-lines.ts';

/**
 * Lines that a pattern takes apart; its named groups are the columns, in their order. A group that took no part is NULL;
 * a line that the pattern does not match from end to end is a fault; blank lines and comments are no rows.
 *
 * Throws `input.invalid` for a pattern that is none, or has no named group.
 */
export function patternReader(set: string, { pattern, comment, charset = 'utf-8' }: FileSetSpec): FileReader {
  const named = Object.hasOwn(namedPatterns, pattern ?? '') ? namedPatterns[pattern ?? ''] : undefined;
  const { regex, columns } = named === undefined ? compileLine(set, pattern) : wholeLine(named.source);
  const read: ReadLine = (text) => {
    if (text === '' || (comment !== undefined && text.startsWith(comment))) return null;
    const groups = regex.exec(text)?.groups;
    if (groups === undefined) return 'no match';
    const cells: (string | null)[] = [];
    for (const column of columns) {
      const cell = groups[column] ?? null;
      cells.push(named === undefined || cell === null ? cell : named.tidy(cell));
    }
    return cells;
  };
  return { columns: async () => columns, ...loneLines(charset, read) };
}

interface LinePattern {
  readonly regex: RegExp;
  readonly columns: readonly string[];
}

function wholeLine(source: string): LinePattern {
  return { regex: new RegExp(`^(?:${source})$`, 'u'), columns: columnsOf(source) };
}

function compileLine(set: string, source: string | undefined): LinePattern {
  const refuse = (says: string, next: string) =>
    new MigrationError('input.invalid', `File set ${set}: ${says}`, { next: `In files.${set}: ${next}.` });
  if (source === undefined) throw refuse('format lines needs a pattern', 'write combined, common, or your own');
  const compiled = compilePattern(source);
  if (compiled.kind === 'fault') throw refuse(compiled.message, compiled.hint);
  const line = wholeLine(source);
  if (line.columns.length === 0) throw refuse('its pattern names no column', 'name groups, such as (?<path>\\S+)');
  return line;
}
