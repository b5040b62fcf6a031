/** A regular expression that may run on every row, or why it may not. */
export type Pattern =
  | { readonly kind: 'pattern'; readonly regex: RegExp; readonly groups: number }
  | { readonly kind: 'fault'; readonly message: string; readonly hint: string };

/**
 * Compiles JavaScript's regular expression syntax, always with the flag `u`, and `g` where all matches are wanted.
 *
 * Refuses what does not parse, and the usual shapes that take exponential time on a hostile text: a repetition inside
 * a repetition, as in `(a+)+`, and a repeated choice whose branches may begin alike, as in `(a|ab)*`. The check is by shape:
 * it also refuses some harmless patterns, which can be written otherwise, and it does not promise to find every bad one.
 */
export function compilePattern(source: string, flags: '' | 'g' = ''): Pattern {
  let regex: RegExp;
  let groups: number;
  try {
    regex = new RegExp(source, `u${flags}`);
    groups = new RegExp(`${source}|`, 'u').exec('')!.length - 1;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /, '') : String(error);
    return fault(`"${source}" is no regular expression: ${reason}`, 'JavaScript syntax with the flag u');
  }
  const danger = dangerIn(source);
  if (danger !== null) return danger;
  return { kind: 'pattern', regex, groups };
}

interface Group {
  /** Holds a repetition without an end, at any depth. */
  repeats: boolean;
  /** Holds a choice whose branches may begin alike, at any depth. */
  forks: boolean;
  /** The first atom of each branch. */
  readonly branches: string[];
}

const quantifier = /(?:([*+]|\{\d+,\})|(\{(?:\d+,)?\d{2,}\})|\?|\{\d+(?:,\d+)?\})\??/y;
const opening = /\((?:\?(?::|<?[=!]|<[^>]*>))?/y;
const atom = /\\(?:[pPu]\{[^}]*\}|k<[^>]*>|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|[\s\S]/uy;

/** Walks a source that is known to parse, with its open groups on a stack. */
function dangerIn(source: string): Pattern | null {
  const stack: Group[] = [newGroup()];
  let closed: Group | null = null;
  let at = 0;
  while (at < source.length) {
    const group = stack.at(-1)!;
    const repeat = matchAt(quantifier, source, at);
    if (repeat !== null) {
      const [text, endless, long] = repeat;
      // Ten times and more is as good as endless.
      if (closed !== null && (endless ?? long) !== undefined) {
        if (closed.repeats) {
          return fault(`"${source}" repeats a repetition, at position ${at + 1}`, 'it can take for ever: repeat once');
        }
        if (closed.forks) {
          return fault(
            `"${source}" repeats a choice whose branches may begin alike, at position ${at + 1}`,
            'it can take for ever: write a class such as [ab], or branches with different first letters',
          );
        }
      }
      if (endless !== undefined) group.repeats = true;
      at += text.length;
      closed = null;
      continue;
    }
    closed = null;
    const open = matchAt(opening, source, at);
    if (open !== null) {
      noteFirst(group, '(');
      stack.push(newGroup());
      at += open[0].length;
    } else if (source[at] === ')') {
      closed = stack.pop()!;
      closed.forks ||= startsAlike(closed.branches);
      const parent = stack.at(-1)!;
      parent.repeats ||= closed.repeats;
      parent.forks ||= closed.forks;
      at += 1;
    } else if (source[at] === '|') {
      group.branches.push('');
      at += 1;
    } else {
      const [text] = matchAt(atom, source, at)!;
      noteFirst(group, text);
      at += text.length;
    }
  }
  return null;
}

function newGroup(): Group {
  return { repeats: false, forks: false, branches: [''] };
}

function matchAt(regex: RegExp, text: string, at: number): RegExpExecArray | null {
  regex.lastIndex = at;
  return regex.exec(text);
}

function noteFirst(group: Group, atom: string): void {
  const last = group.branches.length - 1;
  if (group.branches[last] === '') group.branches[last] = atom;
}

/** Only branches that begin with different plain characters surely begin otherwise. */
function startsAlike(branches: readonly string[]): boolean {
  if (branches.length === 1) return false;
  const areLiteral = branches.every((first) => /^(?:[^\\[(.^$]|\\[^\w])$/u.test(first));
  return !areLiteral || new Set(branches.map((first) => first.replace('\\', ''))).size < branches.length;
}

function fault(message: string, hint: string): Pattern {
  return { kind: 'fault', message, hint };
}
