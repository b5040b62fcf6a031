import { compilePattern } from '../../config/pattern.ts';
import { type Step, stepFault, textStep } from './step.ts';

/**
 * `replace: { match, with }`: every match replaced; `$1` … `$99`, `$<name>` and `$&` stand for what was matched, `$$` for
 * a dollar sign. A text without a match stays as it is; absent where nothing is left.
 */
export function compileReplace(match: string, replacement: string): Step {
  const pattern = compilePattern(match, 'g');
  if (pattern.kind === 'fault') return stepFault(pattern.message, pattern.hint);
  const wrong = wrongReference(replacement, pattern.groups);
  if (wrong !== null) {
    return stepFault(`replace: "${wrong}" names a group that "${match}" does not have`, 'write $$ for a dollar sign');
  }
  const { regex } = pattern;
  return textStep((text) => text.replace(regex, replacement));
}

/** `extract: pattern`: group 1 of the first match, or the whole match of a pattern without groups; absent without a match. */
export function compileExtract(source: string): Step {
  const pattern = compilePattern(source);
  if (pattern.kind === 'fault') return stepFault(pattern.message, pattern.hint);
  const { regex } = pattern;
  const group = pattern.groups > 0 ? 1 : 0;
  return textStep((text) => regex.exec(text)?.[group] ?? '');
}

/** JavaScript would write a reference to no group out as it stands, into every row. */
function wrongReference(replacement: string, groups: number): string | null {
  for (const [reference, number] of replacement.matchAll(/\$(?:\$|(\d\d?))/g)) {
    if (number === undefined) continue;
    // With fewer groups than two digits say, the first digit alone is the reference.
    const first = Number(number[0] === '0' ? number : number[0]);
    if (first === 0 || first > groups) return reference;
  }
  return null;
}
