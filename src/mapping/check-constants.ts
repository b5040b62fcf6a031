import { isCounterStep } from '../adobe/counter.ts';
import { currencyStanding } from '../adobe/currency.ts';
import { adobeRule } from '../adobe/rules.ts';
import type { ValueSpec } from '../config/mapping-schema.ts';
import type { Faults, Path } from './faults.ts';
import type { Suite } from './hit-cell.ts';
import type { HitColumn } from './hit-columns.ts';
import { kinds } from './kinds.ts';
import { createRowState } from './row-state.ts';
import { compileTidy } from './tidy.ts';

/** A text that is written in the mapping, and where. */
interface Constant {
  readonly text: string;
  readonly path: Path;
}

/**
 * Tells constants that a column can never send as they are: each row would have it emptied, cut or rejected, and nobody
 * would look for the reason in a column that is the same for all rows.
 */
export function checkConstants(
  hit: readonly HitColumn[],
  { unlistedCurrency, counterEVars }: Suite,
  faults: Faults,
): void {
  for (const { column, spec, path } of hit) {
    if (['events', 'products', 'queryString', 'delimited', 'alphanumericList'].includes(column.kind)) continue;
    const tidy = compileTidy(column, 'cut', createRowState());
    for (const { text, path: at } of constantsOf(spec, path)) {
      const sent = tidy(text);
      if (sent === '') {
        const message = `"${text}" would be emptied in every row (${column.name}: ${kinds[column.kind].says})`;
        faults.error(at, 'constant', message, 'write what Adobe takes, or leave the column out');
      } else if (counterEVars?.includes(column.name) === true && !isCounterStep(sent)) {
        const message = `"${text}" would be emptied in every row: ${adobeRule('counter-evar').says}`;
        faults.error(at, 'constant', message, 'write "+1", in quotes, or take the eVar out of counterEVars');
      } else if (sent.length < text.trim().length && text.trim().startsWith(sent)) {
        const message = `this text is over the ${column.limitBytes} bytes of ${column.name} and would be cut in every row`;
        faults.warning(at, 'constant', message, 'shorten it');
      } else if (column.kind === 'currency' && currencyStanding(sent) !== 'listed' && unlistedCurrency !== 'send') {
        const message = `${sent} is not on the list of currencies that Adobe publishes: each row would lose it or be rejected`;
        faults.warning(at, 'constant', message, 'take a code of the list, or say target.suite.unlistedCurrency: send');
      }
    }
  }
}

/** The constants that a value may give as they are written; what is transformed is not looked at. */
function constantsOf(spec: unknown, path: Path): Constant[] {
  if (typeof spec !== 'object' || spec === null || !('const' in spec || 'first' in spec || 'else' in spec)) return [];
  const value = spec as Exclude<ValueSpec, string>;
  const own = value.then !== undefined ? [] : sourceConstants(value, path);
  return [...own, ...constantsOf(value.else, [...path, 'else'])];
}

function sourceConstants(value: Exclude<ValueSpec, string>, path: Path): Constant[] {
  if (value.const !== undefined) return value.const === '' ? [] : [{ text: value.const, path: [...path, 'const'] }];
  return (value.first ?? []).flatMap((member, index) => constantsOf(member, [...path, 'first', index]));
}
