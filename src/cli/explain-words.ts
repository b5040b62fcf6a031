import { distance } from 'fastest-levenshtein';

/** What a command line may consist of. */
export interface KnownWords {
  readonly commands: readonly string[];
  /** Long names of the options of the command that was meant, and of every command. */
  readonly options: readonly string[];
}

/** Says in one line what is wrong with a command line, from what yargs (in English) found; with the nearest name. */
export function explainWords(found: string, words: readonly string[], { commands, options }: KnownWords): string {
  const command = words.find((word) => !word.startsWith('-'));
  if (command === undefined) return `which command? One of: ${commands.join(', ')}`;
  if (!commands.includes(command))
    return `there is no command ${command}${nearest(command, commands, '') ?? `; one of: ${commands.join(', ')}`}`;
  const unknown = /^Unknown arguments?: (?<names>.*)$/.exec(found)?.groups?.['names']?.split(', ');
  if (unknown !== undefined) {
    const typed = words.find((word) => unknown.some((name) => isOption(word, name)));
    if (typed === undefined) return `${command} takes fewer words; too many: ${unknown.join(' ')}`;
    return noOption(command, typed, options);
  }
  if (found.startsWith('Not enough non-option arguments')) {
    // An option that nobody knows takes the next word for its value: `status --watc FILE` has a file.
    const typed = words.find((word) => isUnknown(word, options));
    return typed === undefined ? `${command} needs a file` : noOption(command, typed, options);
  }
  if (found.startsWith('Not enough arguments following')) return `${found.replace(/^.*: /, '--')} needs a value`;
  return found.replaceAll(/\s*\n\s*/g, ' ');
}

/**
 * Why parsed options cannot be meant as they stand: a number that is none, a value that is missing, one option twice.
 * `null` where all is well.
 */
export function faultOfValues(found: Readonly<Record<string, unknown>>, lists: readonly string[]): string | null {
  for (const [name, value] of Object.entries(found)) {
    if (name === '_' || name === '$0' || lists.includes(name)) continue;
    const option = name.length === 1 ? `-${name}` : `--${name}`;
    if (Array.isArray(value)) return `${option} is given more than once`;
    if (typeof value === 'number' && Number.isNaN(value)) return `${option} needs a number`;
    if (value === '') return `${option} needs a value`;
  }
  return null;
}

function noOption(command: string, typed: string, options: readonly string[]): string {
  const name = typed.replace(/^-+/, '').replace(/=.*$/, '');
  return `${command} has no option ${typed.replace(/=.*$/, '')}${nearest(name, options, '--') ?? ''}`;
}

/** True for a long option that is none of `options`, in any of the ways in which one may be written. */
function isUnknown(word: string, options: readonly string[]): boolean {
  const written = (name: string): string => name.replace(/^no-/, '').replaceAll('-', '').toLowerCase();
  const name = /^--([^=]+)/.exec(word)?.[1];
  return name !== undefined && !options.some((option) => written(option) === written(name));
}

function isOption(word: string, name: string): boolean {
  const bare = /^--?([^=]+)/.exec(word)?.[1];
  return bare !== undefined && (bare === name || bare === `no-${name}`);
}

function nearest(word: string, candidates: readonly string[], dashes: string): string | null {
  const letters = (text: string): string => text.toLowerCase().replaceAll('-', '');
  const most = Math.max(2, Math.floor(word.length / 3));
  let best: string | null = null;
  let least = most + 1;
  for (const candidate of candidates) {
    const apart = distance(letters(word), letters(candidate));
    if (apart < least) {
      best = candidate;
      least = apart;
    }
  }
  return best === null || least >= letters(word).length ? null : `; did you mean ${dashes}${best}?`;
}
