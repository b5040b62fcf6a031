import type { FileSetSpec, MappingSpec } from './mapping-schema.ts';
import { compilePattern } from './pattern.ts';
import type { Path } from './yaml-node.ts';

/** Patterns of lines that are known by name. */
const patternNames: readonly string[] = ['combined', 'common'];

/** What each format reads of a file set's declaration, besides `format` itself. */
const keysOf: Readonly<Record<FileSetSpec['format'], readonly string[]>> = {
  csv: ['delimiter', 'quote', 'escape', 'header', 'comment', 'charset'],
  jsonl: ['charset'],
  lines: ['pattern', 'comment', 'charset'],
  w3c: ['charset'],
  parquet: [],
};

type Fault = (path: Path, code: string, message: string, hint: string, what?: 'key' | 'value') => void;

/** Tells `fault` what a mapping's file sets say that their format does not read, and patterns that cannot be used. */
export function checkFileSets(files: MappingSpec['files'], fault: Fault): void {
  for (const [name, set] of Object.entries(files ?? {})) {
    const path = ['files', name];
    const keys = keysOf[set.format];
    for (const key of Object.keys(set).filter((key) => key !== 'format' && !keys.includes(key))) {
      const hint = keys.length === 0 ? 'leave it out' : `it has ${keys.join(', ')}`;
      fault([...path, key], 'file-set', `${key} means nothing to the format ${set.format}`, hint, 'key');
    }
    if (set.format === 'lines') checkPattern(set.pattern, path, fault);
  }
}

function checkPattern(pattern: string | undefined, path: Path, fault: Fault): void {
  if (pattern === undefined) {
    fault(path, 'file-set', 'the format lines needs a pattern', `add pattern: ${patternNames.join(' or ')}`, 'key');
    return;
  }
  if (patternNames.includes(pattern)) return;
  const compiled = compilePattern(pattern);
  if (compiled.kind === 'fault') {
    fault([...path, 'pattern'], 'pattern', compiled.message, compiled.hint);
  } else if (columnsOf(pattern).length === 0) {
    const hint = `name groups, such as (?<path>\\S+), or write ${patternNames.join(' or ')}`;
    fault([...path, 'pattern'], 'pattern', `"${pattern}" names no column`, hint);
  }
}

/** The named groups of a regular expression that compiles, in their order. */
export function columnsOf(pattern: string): readonly string[] {
  return Object.keys(new RegExp(`(?:${pattern})|`, 'u').exec('')?.groups ?? {});
}
