import { parseEnv } from 'node:util';
import type { Problem } from '../domain/problem.ts';
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
  const bytes = await readBytes(path);
  if (bytes === 'ENOENT' || bytes === 'EISDIR') return { variables: {}, problems: [], valueProblems: new Map() };
  if (typeof bytes === 'string') {
    const message = `the file cannot be read (${bytes})`;
    const problem = problemAt(null, 'env.file', message, 'let this user read it, or remove it');
    return { variables: {}, problems: [{ ...problem, file: path }], valueProblems: new Map() };
  }
  const { sound, strays, cuts } = assignments(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  const tell = (line: number, message: string, hint: string): Problem =>
    problemAt({ file: path, line, column: 1 }, 'env.line', message, hint);
  return {
    variables: parseEnv(sound),
    problems: strays.map((line) => tell(line, 'this line sets nothing', 'write NAME=value, or # before it')),
    valueProblems: new Map(
      [...cuts].map(([name, line]) => {
        const message = `without quotes the value of ${name} ends before its #`;
        return [name, tell(line, message, 'put the value in quotes, or a blank before a comment')];
      }),
    ),
  };
}

/** An env file by its lines, which count from 1. */
interface Assignments {
  /** The text without the lines that set nothing: a parser takes such a line for part of the next name. */
  readonly sound: string;
  readonly strays: readonly number[];
  /** By the names whose value a parser would cut. */
  readonly cuts: ReadonlyMap<string, number>;
}

function assignments(text: string): Assignments {
  const lines = text.split(/\r?\n/);
  const sound: string[] = [];
  const strays: number[] = [];
  const cuts = new Map<string, number>();
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.trim() !== '' && !/^\s*(#|(export\s+)?[^\s=#]+\s*=)/.test(line)) {
      strays.push(at + 1);
      continue;
    }
    const name = /^\s*(?:export\s+)?([^\s=#]+)\s*=(?!\s*["'`])(?:[^#]*[^\s#])?#/.exec(line)?.[1];
    if (name !== undefined) cuts.set(name, at + 1);
    const last = lastLineOfValue(lines, at);
    sound.push(...lines.slice(at, last + 1));
    at = last;
  }
  return { sound: sound.join('\n'), strays, cuts };
}

/** A value goes on to the line with its second quote; without one, the quote is an ordinary character. */
function lastLineOfValue(lines: readonly string[], at: number): number {
  const [, quote, rest = ''] = /^[^#=]*=\s*(["'`])(.*)$/.exec(lines[at] ?? '') ?? [];
  if (quote === undefined || rest.includes(quote)) return at;
  const end = lines.findIndex((line, place) => place > at && line.includes(quote));
  return end === -1 ? at : end;
}
