import type { AdobeColumn } from '../adobe/column.ts';
import { isCounterStep } from '../adobe/counter.ts';
import { currencyStanding } from '../adobe/currency.ts';
import { queryParameter } from '../adobe/query-parameters.ts';
import { adobeRule } from '../adobe/rules.ts';
import { isValueSpec } from '../config/mapping-schema.ts';
import { constantsOf } from './constants.ts';
import type { Faults, Path } from './faults.ts';
import type { Suite } from './hit-cell.ts';
import type { HitColumn } from './hit-columns.ts';
import { kinds } from './kinds.ts';
import { createRowState } from './row-state.ts';
import { compileTidy } from './tidy.ts';

/**
 * Tells constants that a column can never send as they are: each of their rows would have it emptied, cut or rejected, and
 * nobody would look for the reason in a text that is the same for many. Those of events, products and user agents that are
 * built are told where these are compiled.
 */
export function checkConstants(hit: readonly HitColumn[], suite: Suite, faults: Faults): void {
  for (const { column, spec, path } of hit) {
    if (column.kind !== 'queryString') checkValue(column, spec, path, suite, faults);
    else if (!isValueSpec(spec)) {
      for (const [name, value] of Object.entries(spec as object)) {
        const said = queryParameter(name)?.column;
        if (said !== undefined && said !== null) checkValue(said, value, [...path, name], suite, faults);
      }
    }
  }
}

function checkValue(
  column: AdobeColumn,
  spec: unknown,
  path: Path,
  { unlistedCurrency, counterEVars }: Suite,
  faults: Faults,
): void {
  if (['events', 'products', 'delimited'].includes(column.kind)) return;
  const tidy = compileTidy(column, 'cut', createRowState());
  for (const { text, path: at, when } of constantsOf(spec, path)) {
    const sent = tidy(text);
    if (sent === '') {
      const message = `"${text}" would be emptied ${when} (${column.name}: ${kinds[column.kind].says})`;
      faults.error(at, 'constant', message, 'write what Adobe takes, or leave the column out');
    } else if (counterEVars?.includes(column.name) === true && !isCounterStep(sent)) {
      const message = `"${text}" would be emptied ${when}: ${adobeRule('counter-evar').says}`;
      faults.error(at, 'constant', message, 'write "+1", in quotes, or take the eVar out of counterEVars');
    } else if (sent.length < text.trim().length && text.trim().startsWith(sent)) {
      const message = `this text is over the ${column.limitBytes} bytes of ${column.name} and would be cut ${when}`;
      faults.warning(at, 'constant', message, 'shorten it');
    } else if (column.kind === 'currency' && currencyStanding(sent) !== 'listed' && unlistedCurrency !== 'send') {
      const message = `${sent} is not on the list of currencies that Adobe publishes: each row would lose it or be rejected`;
      faults.warning(at, 'constant', message, 'take a code of the list, or say target.suite.unlistedCurrency: send');
    }
  }
}
