import { isUtf8 } from 'node:buffer';
import { parseEnv } from 'node:util';
import type { Problem } from '../domain/problem.ts';
import { saveAsUtf8, utf16Fault } from './encoding-fault.ts';
import type { Environment } from './environment.ts';
import { problemAt } from './problems.ts';
import { readBytes } from './read-bytes.ts';

/** The variables of an env file, and what is wrong with it; they are told beside one another. */
export interface EnvFile {
  readonly variables: Environment;
  readonly problems: readonly Problem[];
  /** What is wrong with the value of one variable, by its name: no matter where nobody asks for it. */
  readonly valueProblems: ReadonlyMap<string, Problem>;
}

/**
 * Reads `NAME=value` lines with `#` comments; values in quotes may hold line breaks. A file that is not there has no
 * variables, and a folder of that name is somebody else's. Messages hold nothing of the file, since it holds secrets.
 * Throws `disk.failed`.
 */
export async function readEnvFile(path: string): Promise<EnvFile> {
  const nothing = { variables: {}, problems: [], valueProblems: new Map() };
  const bytes = await readBytes(path);
  if (bytes === 'ENOENT' || bytes === 'EISDIR') return nothing;
  if (typeof bytes === 'string') {
    const message = `the file cannot be read (${bytes})`;
    const problem = problemAt(null, 'env.file', message, 'let this user read it, or remove it');
    return { ...nothing, problems: [{ ...problem, file: path }] };
  }
  const utf16 = utf16Fault(bytes, path);
  if (utf16 !== null) return { ...nothing, problems: [utf16] };
  const { sound, strays, cuts, names } = assignments(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  const tell = (line: number, code: string, message: string, hint: string): Problem =>
    problemAt({ file: path, line, column: 1 }, code, message, hint);
  const variables = parseEnv(sound);
  const valueProblems = new Map<string, Problem>();
  for (const [name, line] of cuts) {
    const message = `without quotes the value of ${name} ends before its #`;
    valueProblems.set(name, tell(line, 'env.line', message, 'put the value in quotes, or a blank before a comment'));
  }
  for (const [name, line] of isUtf8(bytes) ? [] : names) {
    if (variables[name]?.includes('\uFFFD') !== true) continue;
    valueProblems.set(name, tell(line, 'file.encoding', `the value of ${name} is not UTF-8`, saveAsUtf8));
  }
  return {
    variables,
    problems: strays.map((line) =>
      tell(line, 'env.line', 'this line sets nothing', 'write NAME=value, or # before it'),
    ),
    valueProblems,
  };
}

/** An env file by its lines, which count from 1. */
interface Assignments {
  /** The text without the lines that set nothing: a parser takes such a line for part of the next name. */
  readonly sound: string;
  readonly strays: readonly number[];
  /** By the names whose value a parser would cut. */
  readonly cuts: ReadonlyMap<string, number>;
  /** Every name, and the line that sets it last. */
  readonly names: ReadonlyMap<string, number>;
}

function assignments(text: string): Assignments {
  const lines = text.split(/\r?\n/);
  const sound: string[] = [];
  const strays: number[] = [];
  const cuts = new Map<string, number>();
  const names = new Map<string, number>();
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.trim() !== '' && !/^\s*(#|(export\s+)?[^\s=#]+\s*=)/.test(line)) {
      strays.push(at + 1);
      continue;
    }
    const name = /^\s*(?:export\s+)?([^\s=#]+)\s*=/.exec(line)?.[1];
    if (name !== undefined) {
      names.set(name, at + 1);
      if (/^[^=]*=(?!\s*["'`])(?:[^#]*[^\s#])?#/.test(line)) cuts.set(name, at + 1);
    }
    const last = lastLineOfValue(lines, at);
    sound.push(...lines.slice(at, last + 1));
    at = last;
  }
  return { sound: sound.join('\n'), strays, cuts, names };
}

/** A value goes on to the line with its second quote; without one, the quote is an ordinary character. */
function lastLineOfValue(lines: readonly string[], at: number): number {
  const [, quote, rest = ''] = /^[^#=]*=\s*(["'`])(.*)$/.exec(lines[at] ?? '') ?? [];
  if (quote === undefined || rest.includes(quote)) return at;
  const end = lines.findIndex((line, place) => place > at && line.includes(quote));
  return end === -1 ? at : end;
}
