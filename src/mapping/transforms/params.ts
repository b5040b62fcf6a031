import { decodePercent } from './percent.ts';
import { type Step, stepFault, textStep } from './step.ts';
import { queryStart } from './url.ts';

/**
 * `keepParams: [names]` and `dropParams: [names]`: the text with only these parameters in its query, or without them.
 * What stays keeps its bytes and its order, also a `&` with nothing beside it; names are compared decoded; a `?` with
 * nothing left after it goes. A text without a query stays as it is. Absent where nothing is left of a bare query.
 */
export function compileParams(names: readonly string[], keeps: boolean): Step {
  if (!keeps && names.length === 0) return stepFault('dropParams names no parameter', 'for example dropParams: [sid]');
  const wanted = new Set(names);
  return textStep((text) => {
    const start = queryStart(text);
    if (start < 0) return text;
    const fragment = text.indexOf('#', start);
    const end = fragment < 0 ? text.length : fragment;
    const query = text.slice(start, end);
    const stays = (parameter: string): boolean => {
      const equals = parameter.indexOf('=');
      return wanted.has(decodePercent(equals < 0 ? parameter : parameter.slice(0, equals))) === keeps;
    };
    const left = query.split('&').filter(stays).join('&');
    if (left === query) return text;
    const kept = /^&*$/.test(left) ? '' : left;
    const before = kept === '' && start > 0 ? start - 1 : start;
    return text.slice(0, before) + kept + text.slice(end);
  });
}
