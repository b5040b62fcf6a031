import { type RuleId, unusable } from '../index.ts';
import type { Terminal } from './terminal.ts';

/** Adobe's rule behind a reason, to stand behind it; nothing where there is none. */
export function ruleWords(rule: RuleId | null, paint?: Terminal['paint']): string {
  if (rule === null) return '';
  const words = `rule ${rule}`;
  return `  ${paint === undefined ? words : paint.dim(words)}`;
}

/** Why a row or a value is no good: a reason that is its column's name says only what was. */
export function reasonWords(reason: string, column: string | null): string {
  return reason === column ? `${reason} ${unusable}` : reason;
}

/** The column behind a reason, to stand beside it; `null` where the reason names it, or there is none. */
export function columnBeside(reason: string, column: string | null): string | null {
  return column === reason ? null : column;
}

/** Says where rules are explained, where any was shown. */
export function ruleNote(shown: readonly { readonly rule: RuleId | null }[], { out }: Terminal): void {
  if (shown.some(({ rule }) => rule !== null)) out('Rules are explained in docs/adobe-rules.md.');
}
