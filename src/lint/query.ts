import type { AdobeColumn } from '../adobe/columns.ts';
import {
  decodedValue,
  encodedBytes,
  isLibraryParameter,
  isRetiredParameter,
  queryLimit,
  queryParameter,
  type WrittenParameter,
  writtenParameters,
} from '../adobe/query-parameters.ts';
import type { RuleId } from '../adobe/rules.ts';
import type { ValueFault, ValueRule } from './value-rule.ts';

/** Characters that a value of a query may not hold as they are: blanks, `+`, `#`, and what is not ASCII. */
const raw = /[^\x21-\x7e]|[+#"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})/;

const control = /%(?:[01][\da-f]|7f)/i;

/**
 * What is wrong with the parameters of a `queryString`, each rule once, where it is first broken: values that are not encoded,
 * names that Adobe does not know or that only columns may say, values over their bytes or of another form than their
 * column's (`formOf`), and text that is run as code.
 */
export function queryFaults(query: string, formOf: (column: AdobeColumn) => ValueRule): ValueFault[] {
  const faults = new Map<RuleId, ValueFault>();
  for (const parameter of writtenParameters(query))
    for (const fault of parameterFaults(parameter, formOf)) if (!faults.has(fault.rule)) faults.set(fault.rule, fault);
  return [...faults.values()];
}

function parameterFaults(
  parameter: WrittenParameter,
  formOf: (column: AdobeColumn) => ValueRule,
): readonly ValueFault[] {
  if (isLibraryParameter(parameter)) return [];
  const { name } = parameter;
  const known = queryParameter(name);
  if (known === null) {
    return [{ rule: 'query-parameter', message: `Adobe knows no parameter "${name}" and ignores it` }];
  }
  if (known.fault !== undefined && name.startsWith('c.')) {
    return [{ rule: /^c\.a\./i.test(name) ? 'context-reserved' : 'context-key', message: `"${name}": ${known.fault}` }];
  }
  if (known.fault !== undefined) return [{ rule: 'query-refused', message: `"${name}": ${known.fault}` }];
  const faults = valueFaults(name, parameter.value ?? '', known.column === null ? null : formOf(known.column));
  if (isRetiredParameter(name)) {
    faults.push({ rule: 'retired-column', message: `Adobe takes "${name}" and no longer shows it` });
  }
  return faults;
}

/** Of a value that is not encoded nothing more can be told. */
function valueFaults(name: string, value: string, form: ValueRule | null): ValueFault[] {
  if (raw.test(value) || value.includes('=')) {
    return [{ rule: 'query-encoding', message: `the value of "${name}" is not percent-encoded whole` }];
  }
  const faults: ValueFault[] = [];
  if (control.test(value)) {
    faults.push({ rule: 'control-character', message: `the value of "${name}" holds a control character` });
  }
  const limit = queryLimit(name);
  if (limit !== null && value.length > limit && encodedBytes(value) > limit) {
    faults.push({ rule: 'byte-limit', message: `the value of "${name}" is too long; Adobe keeps ${limit} bytes` });
  }
  if (/^(?:D|%44)%3D/i.test(value) && !value.startsWith('d')) {
    faults.push({ rule: 'dynamic-variable', message: `the value of "${name}" begins with D= and is run as code` });
    return faults;
  }
  const unfit = value === '' ? null : (form?.(decodedValue(value)) ?? null);
  if (unfit !== null) faults.push({ rule: unfit.rule, message: `"${name}" in queryString: ${unfit.message}` });
  return faults;
}
