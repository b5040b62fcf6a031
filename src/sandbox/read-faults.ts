import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { Problem } from '../domain/problem.ts';
import { type FaultKind, type FaultRule, faultKinds } from './faults.ts';

const example = '- { at: 3, fault: drop-after, times: 1 }';
const known = ['at', 'fault', 'times', 'path', 'seconds', 'rows'];

/**
 * Reads a faults file: a YAML or JSON list of rules. All faults in it at once, with their places; `rules` are complete
 * only where there are no problems. `file` is the name to show.
 */
export function readFaults(text: string, file: string | null = null): { rules: FaultRule[]; problems: Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problems: Problem[] = [];
  const complain = (message: string, offset: number | undefined, hint: string | null): void => {
    const place = offset === undefined ? null : lines.linePos(offset);
    const position = { line: place?.line ?? null, column: place?.col ?? null };
    problems.push({ code: 'sandbox.faults', message, file, ...position, hint, severity: 'error' });
  };

  for (const { message, pos } of document.errors) complain(message.split('\n')[0] ?? message, pos[0], null);
  if (problems.length > 0) return { rules: [], problems };
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return { rules: [], problems };
  if (!isSeq(contents)) {
    complain('a faults file is a list of rules', offsetOf(contents), example);
    return { rules: [], problems };
  }
  const rules: FaultRule[] = [];
  for (const item of contents.items) {
    if (!isMap(item)) complain('a fault rule is a map', offsetOf(item as Node), example);
    else rules.push(readRule(item, complain));
  }
  return { rules, problems };
}

type Complain = (message: string, offset: number | undefined, hint: string | null) => void;

function readRule(map: YAMLMap, complain: Complain): FaultRule {
  const values: Record<string, unknown> = {};
  const check = (key: string, fits: (value: unknown) => boolean, hint: string): void => {
    const node = map.get(key, true);
    const value = node === undefined ? undefined : isScalar(node) ? node.value : null;
    if (value === undefined || fits(value)) values[key] = value;
    else complain(`${key}: ${JSON.stringify(value)} is not allowed here`, offsetOf(node ?? map), hint);
  };
  for (const { key } of map.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (!known.includes(name))
      complain(`unknown key ${JSON.stringify(name)}`, offsetOf(key as Node), `known: ${known.join(' ')}`);
  }
  for (const key of ['at', 'fault']) {
    if (!map.has(key)) complain(`a fault rule needs ${JSON.stringify(key)}`, offsetOf(map), example);
  }
  check('at', isPlace, 'a request number from 1, a share between 0 and 1, or a regular expression for the path');
  check('fault', isFault, `one of ${Object.keys(faultKinds).join(' ')}`);
  check('times', isCount, 'a whole number from 1');
  check('path', isPattern, 'a regular expression for the path');
  check('seconds', (value) => typeof value === 'number' && value >= 0, 'a number of seconds');
  check('rows', isCount, 'a whole number from 1');
  const { at, fault, ...rest } = values;
  // Where these two do not fit, a problem says so and nobody uses the rule.
  const options = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { at: at as FaultRule['at'], fault: fault as FaultKind, ...options };
}

function isPlace(value: unknown): boolean {
  if (typeof value === 'number') return value > 0 && (value < 1 || Number.isInteger(value));
  // A number in quotes or a percentage, taken for a pattern, would never strike or strike keys that happen to hold it.
  return isPattern(value) && !/^\d+(\.\d+)?%?$/.test(String(value));
}

function isFault(value: unknown): boolean {
  return typeof value === 'string' && Object.hasOwn(faultKinds, value);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}

/** No path has a blank: a method before it would keep the rule from ever striking. */
function isPattern(value: unknown): boolean {
  if (typeof value !== 'string' || value === '' || /\s/.test(value)) return false;
  try {
    new RegExp(value);
    return true;
  } catch {
    return false;
  }
}

function offsetOf(node: Node | null | undefined): number | undefined {
  return node?.range?.[0];
}
