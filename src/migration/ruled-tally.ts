import type { RuleId } from '../adobe/rules.ts';
import type { Tally } from '../domain/slice.ts';
import { ruleOfTally } from '../mapping/tally-rule.ts';

/** Something that was counted, with the rule of Adobe's that asked for it; `null` where none did. */
export type RuledTally = Tally & { readonly rule: RuleId | null };

/** Adds the rule. */
export function withRule(tally: Tally): RuledTally {
  return { ...tally, rule: ruleOfTally(tally) };
}

/** The rule of Adobe's behind the reason of a rejected row; `null` where the mapping itself rejects. */
export function ruleOfReject(reason: string): RuleId | null {
  return ruleOfTally({ outcome: 'rejected', column: '', reason });
}
