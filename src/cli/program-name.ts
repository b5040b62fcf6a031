import { basename, dirname, relative } from 'node:path';

/** How the program was called: what a person types before the verb to call it again from where they are. */
export function programName(process: {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}): string {
  const script = process.argv[1] ?? '';
  // npm sets this for `npx …` and `npm run …`; neither puts the program on the caller's PATH.
  if (process.env['npm_command'] !== undefined) return 'npx bdia-migrate';
  if (basename(dirname(script)) === '.bin') return 'npx bdia-migrate';
  if (!script.endsWith('.js')) return 'bdia-migrate';
  return `node ${shellWord(shortPath(script, process.cwd))}`;
}

/** `path` from `cwd` where that is shorter. */
export function shortPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short !== '' && short.length < path.length && cwd !== '/' ? short : path;
}

/** `text` as one word of a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
