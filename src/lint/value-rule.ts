import { adobeRule, type RuleId } from '../adobe/rules.ts';

/** What is wrong with one value. */
export interface ValueFault {
  readonly rule: RuleId;
  readonly message: string;
}

/** Judges a value that is not empty; `null` where nothing is wrong with it. */
export type ValueRule = (text: string) => ValueFault | null;

/** A fault in the rule's own words. */
export function told(rule: RuleId): ValueFault {
  return { rule, message: adobeRule(rule).says };
}

/** A rule that is a form: what does not fit has the fault, told in the rule's own words. */
export function form(pattern: RegExp, rule: RuleId): ValueRule {
  const fault = told(rule);
  return (text) => (pattern.test(text) ? null : fault);
}
