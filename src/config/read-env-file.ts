import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import type { Problem } from '../domain/problem.ts';
import type { Environment } from './environment.ts';
import { problemAt } from './problems.ts';

/** The variables of an env file, and what is wrong with it; they are told beside one another. */
export interface EnvFile {
  readonly variables: Environment;
  readonly problems: readonly Problem[];
}

/**
 * Reads `NAME=value` lines with `#` comments; values in quotes may hold line breaks. A file that is not there has no
 * variables, and a folder of that name is somebody else's. Messages hold nothing of the file, since it holds secrets.
 */
export async function readEnvFile(path: string): Promise<EnvFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT' || code === 'EISDIR') return { variables: {}, problems: [] };
    const problem = problemAt(
      null,
      'env.file',
      `the file cannot be read (${code})`,
      'let this user read it, or remove it',
    );
    return { variables: {}, problems: [{ ...problem, file: path }] };
  }
  const { sound, faults } = assignments(text.replace(/^\uFEFF/, ''));
  const problems = faults.map(({ line, fault: [message, hint] }) =>
    problemAt({ file: path, line, column: 1 }, 'env.line', message, hint),
  );
  return { variables: parseEnv(sound), problems };
}

type Fault = readonly [message: string, hint: string];
const stray: Fault = ['this line sets nothing', 'write NAME=value, or # before it'];
const cut: Fault = ['without quotes a value ends before its #', 'put the value in quotes, or a blank before a comment'];

/**
 * The text without the lines that set nothing, which a parser takes for part of the next name; and what is wrong with its
 * lines, those among them whose value a parser would cut.
 */
function assignments(text: string): { sound: string; faults: { line: number; fault: Fault }[] } {
  const lines = text.split(/\r?\n/);
  const sound: string[] = [];
  const faults: { line: number; fault: Fault }[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.trim() !== '' && !/^\s*(#|(export\s+)?[^\s=#]+\s*=)/.test(line)) {
      faults.push({ line: at + 1, fault: stray });
      continue;
    }
    if (/^[^#=]*=(?!\s*["'`])(?:[^#]*[^\s#])?#/.test(line)) faults.push({ line: at + 1, fault: cut });
    const last = lastLineOfValue(lines, at);
    sound.push(...lines.slice(at, last + 1));
    at = last;
  }
  return { sound: sound.join('\n'), faults };
}

/** A value goes on to the line with its second quote; without one, the quote is an ordinary character. */
function lastLineOfValue(lines: readonly string[], at: number): number {
  const [, quote, rest = ''] = /^[^#=]*=\s*(["'`])(.*)$/.exec(lines[at] ?? '') ?? [];
  if (quote === undefined || rest.includes(quote)) return at;
  const end = lines.findIndex((line, place) => place > at && line.includes(quote));
  return end === -1 ? at : end;
}
