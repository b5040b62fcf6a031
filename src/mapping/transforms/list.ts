import { type Step, stepFault, wholeNumber } from './step.ts';

/**
 * `split: separator`: the parts between the separators, which are plain text; each trimmed, empty ones dropped, order and
 * doubles kept. A text without a separator is a list of one. Absent where no part is left.
 */
export function compileSplit(separator: string): Step {
  if (separator === '') return stepFault('split needs a separator', 'for example split: ","');
  return {
    kind: 'split',
    apply: (text) => {
      if (!text.includes(separator)) return present(text.trim());
      const members: string[] = [];
      for (const part of text.split(separator)) {
        const member = part.trim();
        if (member !== '') members.push(member);
      }
      return members;
    },
  };
}

/** `pick: n`: the n-th member, counted from 1, or from the end where n is negative; absent where there is none. */
export function compilePick(argument: string): Step {
  const place = wholeNumber(argument, -999_999, 999_999);
  if (place === null || place === 0) {
    return stepFault(`pick: "${argument}" is no place in a list`, '1 is the first member, -1 the last');
  }
  return { kind: 'pick', apply: (members) => members.at(place > 0 ? place - 1 : place) ?? '' };
}

function present(text: string): string[] {
  return text === '' ? [] : [text];
}
