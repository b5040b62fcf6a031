import {
  encodedBytes,
  isRetiredParameter,
  queryLimit,
  queryParameter,
  writtenParameters,
} from '../adobe/query-parameters.ts';
import type { RuleId } from '../adobe/rules.ts';

/** Characters that a value of a query may not hold as they are: blanks, `+`, `#`, and what is not ASCII. */
const raw = /[^\x21-\x7e]|[+#"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})/;

const control = /%(?:[01][\da-f]|7f)/i;

/**
 * What is wrong with a `queryString`: values that are not encoded, names that Adobe does not know or that only columns
 * may say, values over their bytes, and text that is run as code. The first fault; `null` where there is none.
 */
export function queryFault(query: string): { readonly rule: RuleId; readonly message: string } | null {
  for (const { name, value: written } of writtenParameters(query)) {
    const value = written ?? '';
    if (raw.test(value) || value.includes('=')) {
      return { rule: 'query-encoding', message: `the value of "${name}" is not percent-encoded whole` };
    }
    if (control.test(value)) {
      return { rule: 'control-character', message: `the value of "${name}" holds a control character` };
    }
    const known = queryParameter(name);
    if (known === null) {
      return { rule: 'query-parameter', message: `Adobe knows no parameter "${name}" and ignores it` };
    }
    if (known.fault !== undefined && name.startsWith('c.')) {
      return { rule: /^c\.a\./i.test(name) ? 'context-reserved' : 'context-key', message: `"${name}": ${known.fault}` };
    }
    if (known.fault !== undefined) return { rule: 'query-refused', message: `"${name}": ${known.fault}` };
    const limit = queryLimit(name);
    if (limit !== null && value.length > limit && encodedBytes(value) > limit) {
      return { rule: 'byte-limit', message: `the value of "${name}" is too long; Adobe keeps ${limit} bytes` };
    }
    if (/^(?:D|%44)%3D/i.test(value) && !value.startsWith('d')) {
      return { rule: 'dynamic-variable', message: `the value of "${name}" begins with D= and is run as code` };
    }
    if (isRetiredParameter(name)) {
      return { rule: 'retired-column', message: `Adobe takes "${name}" and no longer shows it` };
    }
  }
  return null;
}
