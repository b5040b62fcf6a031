import { resolve } from 'node:path';
import type { Problem } from '../index.ts';
import { shellWord, shortPath } from './program-name.ts';

/** Makes what the library says fit the place where a person reads it. */
export interface ForPeople {
  /** Absolute paths from where the person is, and commands as they were called: what is printed can be typed. */
  text(message: string): string;
  /** The same for the places of a problem. */
  problem(problem: Problem): Problem;
  /** A whole command line of this program. */
  command(...words: readonly string[]): string;
  /** The command line of `verb` for the migration file; `null` where none was named. */
  goOn(verb: string): string | null;
}

/** `file` is the migration file as it was typed, where there is one: only of that one it is known where its path ends. */
export function forPeople(options: {
  readonly program: string;
  readonly cwd: string;
  readonly file?: string | undefined;
}): ForPeople {
  const { program, cwd, file } = options;
  const command: ForPeople['command'] = (...words) => [program, ...words.map(shellWord)].join(' ');
  const text: ForPeople['text'] = (message) => {
    const path = file === undefined ? null : resolve(cwd, file);
    const named = path === null ? message : message.replaceAll(path, shellWord(shortPath(path, cwd)));
    return named
      .replace(/(?<=^|[\s"'`(])\/[^\s"'`();,]+/g, (found) => shortPath(found, cwd))
      .replace(/(?<![\w./-])(?:npx )?bdia-migrate (?=(?:run|build|settle|status|diff|demo)\b)/g, `${program} `)
      .replace(
        /`(run|build|settle|status)((?: --[a-z-]+(?: \S+\/\d+-\d+)?)*)`/g,
        (found, verb: string, options: string) => (file === undefined ? found : `${command(verb, file)}${options}`),
      );
  };
  return {
    command,
    goOn: (verb) => (file === undefined ? null : command(verb, file)),
    text,
    problem: (problem) => ({
      ...problem,
      message: text(problem.message),
      file: problem.file === null ? null : shortPath(problem.file, cwd),
    }),
  };
}
