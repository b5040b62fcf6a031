import type { TransformSpec, ValueMap, ValueSpec } from '../config/mapping-schema.ts';
import type { Row } from '../domain/row.ts';
import { compileCondition } from './condition.ts';
import type { Faults, Path } from './faults.ts';
import type { RowState } from './row-state.ts';
import type { Reader, Scope } from './scope.ts';
import { parseTemplate, type TemplatePart } from './template.ts';
import { compileTransforms, type TransformContext } from './transforms/compile.ts';

/** A compiled value: one text, or the texts that a `split` left. Empty is absent. Never throws. */
export type Value =
  | { readonly kind: 'text'; readonly read: Reader }
  | { readonly kind: 'list'; readonly read: (row: Row) => readonly string[] };

/** What compiling a value needs. */
export interface ValueContext {
  readonly scope: Scope;
  readonly state: RowState;
  readonly faults: Faults;
  readonly transforms: TransformContext;
  /** Events that the suite has as numeric or currency; `null`: nobody says which. */
  readonly numericEvents: ReadonlySet<string> | null;
}

/** Where a value is used: the reason and Adobe column of its `else: reject`, and whether `overflow` may be said. */
export interface ValueUse {
  readonly reason: string;
  readonly column: string | null;
  readonly overflow?: boolean;
}

/** Compiles the one shape of value (a source column's name, or one source with tails) into a reader. */
export function compileValue(spec: ValueSpec, path: Path, use: ValueUse, context: ValueContext): Value {
  if (typeof spec === 'string') return { kind: 'text', read: context.scope.text(spec, path) };
  const { faults, scope, state } = context;
  let value = compileSource(spec, path, use, context);
  if (spec.overflow !== undefined && use.overflow !== true) {
    const hint = 'overflow is said once, beside the source of the column';
    faults.error(
      [...path, 'overflow'],
      'overflow-place',
      '"overflow" belongs to the whole value of an Adobe column',
      hint,
    );
  }
  if (spec.when !== undefined) value = guarded(value, compileCondition(spec.when, [...path, 'when'], scope, faults));
  if (spec.then !== undefined) value = transformed(value, spec.then, [...path, 'then'], context);
  if (spec.else === undefined) return value;
  if (spec.else === 'reject') {
    const { reason, column } = use;
    return otherwise(value, { kind: 'text', read: () => refuse(state, reason, column) });
  }
  return otherwise(value, compileValue(spec.else, [...path, 'else'], nested(use), context));
}

/** Compiles a value where only one text will do; a list is a fault. */
export function compileText(spec: ValueSpec, path: Path, use: ValueUse, context: ValueContext): Reader {
  const value = compileValue(spec, path, use, context);
  if (value.kind === 'text') return value.read;
  context.faults.error(path, 'list', 'one text is wanted here, and this value is a list', 'take one member with pick');
  return () => '';
}

/** A value as texts: a text that is present is a list of one. */
export function readAsList(value: Value): (row: Row) => readonly string[] {
  if (value.kind === 'list') return value.read;
  const { read } = value;
  return (row) => {
    const text = read(row);
    return text === '' ? [] : [text];
  };
}

/** The schema has seen to it that there is exactly one source. */
function compileSource(spec: ValueMap, path: Path, use: ValueUse, context: ValueContext): Value {
  const { faults, scope } = context;
  if (spec.from !== undefined) return { kind: 'text', read: scope.text(spec.from, [...path, 'from']) };
  if (spec.const !== undefined) {
    const text = spec.const;
    if (text === '')
      faults.error([...path, 'const'], 'empty-text', 'an empty const is absent for every row', 'leave the column out');
    return { kind: 'text', read: () => text };
  }
  if (spec.template !== undefined) return compileTemplate(spec.template, [...path, 'template'], scope, faults);
  const compiled = (spec.first ?? []).map((member, index) =>
    compileValue(member, [...path, 'first', index], nested(use), context),
  );
  return compiled.reduceRight<Value>((rest, member) => otherwise(member, rest), { kind: 'text', read: () => '' });
}

function compileTemplate(template: string, path: Path, scope: Scope, faults: Faults): Value {
  const parsed = parseTemplate(template);
  if ('fault' in parsed) {
    const hint = 'such as "https://{host}{path}[?{query}]"; a backslash makes one of { } [ ] \\ plain text';
    faults.error(path, 'template', `in the template "${template}": ${parsed.fault}`, hint);
    return { kind: 'text', read: () => '' };
  }
  const read = joined(parsed.parts, path, scope);
  return { kind: 'text', read: (row) => read(row) ?? '' };
}

// Gives null where a column outside inner brackets is absent.
function joined(parts: readonly TemplatePart[], path: Path, scope: Scope): (row: Row) => string | null {
  const readers = parts.map((part): ((row: Row) => string | null) => {
    if (part.kind === 'text') return () => part.text;
    if (part.kind === 'column') {
      const read = scope.text(part.name, path);
      return (row) => {
        const text = read(row);
        return text === '' ? null : text;
      };
    }
    const inner = joined(part.parts, path, scope);
    return (row) => inner(row) ?? '';
  });
  return (row) => {
    let text = '';
    for (const read of readers) {
      const piece = read(row);
      if (piece === null) return null;
      text += piece;
    }
    return text;
  };
}

function guarded(value: Value, holds: (row: Row) => boolean): Value {
  if (value.kind === 'list') {
    const { read } = value;
    return { kind: 'list', read: (row) => (holds(row) ? read(row) : []) };
  }
  const { read } = value;
  return { kind: 'text', read: (row) => (holds(row) ? read(row) : '') };
}

function transformed(value: Value, specs: readonly TransformSpec[], path: Path, context: ValueContext): Value {
  const compiled = compileTransforms(specs, context.transforms);
  if (compiled.kind === 'faults') {
    for (const { index, message, hint } of compiled.faults) {
      context.faults.error([...path, index], 'transform', message, hint);
    }
    return value;
  }
  if (value.kind === 'list') {
    const { read } = value;
    if (compiled.kind === 'one') {
      return {
        kind: 'list',
        read: (row) =>
          read(row)
            .map((text) => compiled.apply(text))
            .filter((text) => text !== ''),
      };
    }
    return { kind: 'list', read: (row) => read(row).flatMap((text) => compiled.apply(text)) };
  }
  const { read } = value;
  if (compiled.kind === 'list') {
    return {
      kind: 'list',
      read: (row) => {
        const text = read(row);
        return text === '' ? [] : compiled.apply(text);
      },
    };
  }
  return {
    kind: 'text',
    read: (row) => {
      const text = read(row);
      return text === '' ? '' : compiled.apply(text);
    },
  };
}

function otherwise(value: Value, rest: Value): Value {
  if (value.kind === 'text' && rest.kind === 'text') {
    return {
      kind: 'text',
      read: (row) => {
        const text = value.read(row);
        return text === '' ? rest.read(row) : text;
      },
    };
  }
  const read = readAsList(value);
  const readRest = readAsList(rest);
  return {
    kind: 'list',
    read: (row) => {
      const texts = read(row);
      return texts.length === 0 ? readRest(row) : texts;
    },
  };
}

function refuse(state: RowState, reason: string, column: string | null): string {
  if (!state.asking) state.reject(reason, column, null);
  return '';
}

function nested(use: ValueUse): ValueUse {
  return { reason: use.reason, column: use.column };
}
