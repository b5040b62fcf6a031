import { createRandom } from './random.ts';

/** Every fault, and where it strikes. `file` faults strike only requests that carry a file. */
export const faultKinds = {
  /** The connection is cut before anything is read. */
  'drop-before': 'any',
  /** The connection is cut in the middle of the body; nothing is stored. */
  'drop-mid': 'file',
  /** The request is carried out, then the connection is cut without an answer. */
  'drop-after': 'any',
  /** The whole body is read, the connection is cut, and the file is stored only `seconds` later. */
  'late-after': 'file',
  /** The body is read, nothing is stored, the answer is 500. */
  e500: 'any',
  /** The gateway answers 503 without reading the body. */
  e503: 'any',
  /** The request is carried out, then the answer is 500. */
  'e500-after': 'any',
  /** The gateway answers 429 with `Retry-After: seconds`, without reading the body. */
  e429: 'any',
  /** The gateway answers 401 without reading the body. */
  e401: 'any',
  /** The body is read over `seconds`. */
  slow: 'file',
  /** The request is carried out; the connection is cut in the middle of the answer. */
  truncated: 'any',
  /** The request is carried out; the answer says JSON and is none. */
  badjson: 'any',
  /** The file is answered as REJECTED and not stored. */
  rejected: 'file',
  /** The file is stored, but its first `rows` rows are declared invalid. */
  partial: 'file',
} as const satisfies Record<string, 'any' | 'file'>;

/** The name of a fault. */
export type FaultKind = keyof typeof faultKinds;

/** When a fault strikes. The first rule that fits a request strikes; the others still count it. */
export interface FaultRule {
  /**
   * A whole number n ≥ 1: the n-th request in question. A number between 0 and 1: that share of them, drawn from the
   * seed. A text: a regular expression, searched in the path of every request.
   */
  readonly at: number | string;
  readonly fault: FaultKind;
  /** How many requests it strikes at most: 1 for a request number (with 3: n, n+1, n+2), else no limit. */
  readonly times?: number;
  /**
   * For numbers: a regular expression for the paths of the requests in question. Absent: uploads, which are all POST to
   * `/events`, those that the gateway refuses included.
   */
  readonly path?: string;
  /** How long `slow` and `late-after` take (2), and what `e429` writes into `Retry-After` (1). */
  readonly seconds?: number;
  /** How many rows `partial` declares invalid (1). */
  readonly rows?: number;
}

/** What the planner looks at. */
export interface PlannedRequest {
  readonly method: string;
  readonly path: string;
  /** True for requests that carry a file: upload and validate. */
  readonly carriesFile: boolean;
}

/** Picks the fault for each request, in order of arrival; `null` where none strikes. */
export type FaultPlanner = (request: PlannedRequest) => FaultRule | null;

/** The path of uploads. */
export const uploadPath = '/aa/collect/v1/events';

/** Plans faults. The same rules, seed and requests give the same faults. Throws where a path is no regular expression. */
export function createFaultPlanner(rules: readonly FaultRule[], seed: number): FaultPlanner {
  const planned = rules.map((rule, index) => planRule(rule, createRandom(seed + index)));
  return (request) => {
    let struck: FaultRule | null = null;
    for (const { rule, strikes } of planned) if (strikes(request, struck === null)) struck = rule;
    return struck;
  };
}

function planRule(rule: FaultRule, random: () => number) {
  const { at, fault } = rule;
  const pattern = typeof at === 'string' ? at : rule.path;
  const path = pattern === undefined ? null : new RegExp(pattern);
  const counted = typeof at === 'number' && at >= 1;
  const times = rule.times ?? (counted ? 1 : Number.POSITIVE_INFINITY);
  let seen = 0;
  let struck = 0;

  const isDue = (): boolean => {
    if (typeof at === 'string') return struck < times;
    // A draw for each request, used or not, so that one rule does not shift the luck of another.
    if (!counted) return random() < at && struck < times;
    return seen >= at && seen < at + times;
  };

  const strikes = (request: PlannedRequest, free: boolean): boolean => {
    const asked = path === null ? request.method === 'POST' && request.path === uploadPath : path.test(request.path);
    if (!asked || (faultKinds[fault] === 'file' && !request.carriesFile)) return false;
    seen += 1;
    if (!isDue() || !free) return false;
    struck += 1;
    return true;
  };

  return { rule, strikes };
}
