import type { EventItemSpec, ProductsSpec, ValueMap, ValueSpec } from '../config/mapping-schema.ts';
import type { Row } from '../domain/row.ts';
import { compileCondition } from './condition.ts';
import { isEventSpec } from './events.ts';
import type { Path } from './faults.ts';
import type { Reader } from './scope.ts';
import { parseTemplate } from './template.ts';
import { compileText, type ValueContext, type ValueUse } from './value.ts';

/** A value that no row has. */
const nothing: ValueMap = { const: '0', then: [{ nullIf: ['0'] }] };

/**
 * Tells whether a row without a product's name says something of one beside it, which is then lost. What is the same for
 * all rows says nothing; what a row lacks (`else: reject`) rejects nothing here.
 */
export function compileTraces(
  spec: ProductsSpec,
  path: Path,
  use: ValueUse,
  context: ValueContext,
): (row: Row) => boolean {
  const { name: _, each: __, events = [], ...parts } = spec;
  const values = Object.entries(parts) as [string, ValueSpec | undefined][];
  const traces = [
    ...values.map(([key, value]) => compileTrace(value, [...path, key], use, context)),
    ...events.map((item, index) => compileEventTrace(item, [...path, 'events', index], use, context)),
  ];
  const { state } = context;
  return (row) => {
    state.asking = true;
    const found = traces.some((read) => read(row).trim() !== '');
    state.asking = false;
    return found;
  };
}

function compileTrace(spec: ValueSpec | undefined, path: Path, use: ValueUse, context: ValueContext): Reader {
  return spec === undefined ? () => '' : compileText(varying(spec), path, use, context);
}

/** What makes the event one of the row alone: its number, or its condition where the number is a constant. */
function compileEventTrace(item: EventItemSpec, path: Path, use: ValueUse, context: ValueContext): Reader {
  if (!isEventSpec(item) || item.value === undefined) return () => '';
  const at = [...path, 'value'];
  if (item.when === undefined) return compileTrace(item.value, at, use, context);
  const read = compileText(item.value, at, use, context);
  const holds = compileCondition(item.when, [...path, 'when'], context.scope, context.faults);
  return (row) => (holds(row) ? read(row) : '');
}

/** The value without what it gives to each row alike. */
function varying(spec: ValueSpec): ValueSpec {
  if (typeof spec === 'string') return spec;
  const { else: rest, ...value } = spec;
  const isConstant = spec.const !== undefined || (spec.template !== undefined && !hasColumn(spec.template));
  const { first } = spec;
  const own: ValueMap =
    isConstant && spec.when === undefined
      ? nothing
      : { ...value, ...(first === undefined ? {} : { first: first.map(varying) }) };
  return rest === undefined || rest === 'reject' ? own : { ...own, else: varying(rest) };
}

/** A faulty template is told where the value itself is compiled. */
function hasColumn(template: string): boolean {
  const parsed = parseTemplate(template);
  return 'fault' in parsed || parsed.parts.some(({ kind }) => kind !== 'text');
}
