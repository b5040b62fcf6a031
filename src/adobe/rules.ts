import type { ColumnKind } from './column.ts';
import type { Consequence } from './consequence.ts';
import type { RuleData } from './rule.ts';
import { commerceRules } from './rules-commerce.ts';
import { fileRules } from './rules-file.ts';
import { formRules } from './rules-form.ts';
import { rowRules } from './rules-row.ts';
import { valueRules } from './rules-value.ts';

const all = [...fileRules, ...rowRules, ...commerceRules, ...valueRules, ...formRules] as const;

/** The name of one of Adobe's rules. */
export type RuleId = (typeof all)[number]['id'];

/** One of Adobe's rules. */
export type AdobeRule = RuleData & { readonly id: RuleId };

/** Every rule of Adobe's that can be checked without Adobe: of files, of rows, of orders, of values, of forms. */
export const adobeRules: readonly AdobeRule[] = all;

const byId = new Map(adobeRules.map((rule) => [rule.id, rule]));

/** The rule of a name. */
export function adobeRule(id: RuleId): AdobeRule {
  return byId.get(id) as AdobeRule;
}

/**
 * What a finding of this rule says will become of what breaks it: the rule's class, but `unsure` where Adobe does not say
 * and no file is at stake, or where it depends on what no file shows. For a whole file the worst is assumed.
 */
export function consequenceOf(id: RuleId): Consequence {
  const rule = adobeRule(id);
  const isOpen = rule.certainty === 'unsure' || rule.where !== undefined;
  return isOpen && rule.class !== 'file rejected' ? 'unsure' : rule.class;
}

/** The rules of the form that values of a kind of column have, in the order of the table. */
export function rulesOfKind(kind: ColumnKind): RuleId[] {
  return adobeRules.filter(({ kinds }) => kinds?.includes(kind) === true).map(({ id }) => id);
}
