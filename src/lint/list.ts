import { byteLength } from '../adobe/cut.ts';
import { listValueBytes, listValues } from '../adobe/limits.ts';
import { adobeRule } from '../adobe/rules.ts';
import { count } from '../domain/count.ts';
import type { Note } from './finding.ts';
import type { Header } from './header.ts';
import type { LintSuite } from './suite.ts';
import type { ValueLint } from './value.ts';

/** The rules of the members of lists, which can be told where the report suite's dividers are known. */
export function compileListLint(header: Header, { delimiters = {} }: LintSuite, note: Note): ValueLint {
  const lists = [...header.places].flatMap(([name, place]) => {
    const divider = delimiters[name];
    return divider === undefined ? [] : [{ place, divider, isLimited: /^list\d$/.test(name) }];
  });
  if (lists.length === 0) return () => undefined;
  return (cells, row) => {
    for (const { place, divider, isLimited } of lists) {
      const value = cells[place] ?? '';
      if (!value.includes(divider) && value.length <= listValueBytes / 3) continue;
      const column = header.names[place] ?? null;
      const members = value.split(divider);
      if (isLimited && members.length > listValues) {
        const message = `${count(members.length)} values; Adobe keeps ${listValues} for a visitor`;
        note({ rule: 'list-values', row, column, value, message });
      }
      if (isLimited && new Set(members).size < members.length)
        note({ rule: 'list-repeat', row, column, value, message: adobeRule('list-repeat').says });
      for (const member of members) {
        const over = isLimited ? byteLength(member) : 0;
        if (over > listValueBytes) {
          const message = `a member of ${over} bytes; Adobe keeps ${listValueBytes}`;
          note({ rule: 'list-value-limit', row, column, value: member, message });
        } else if (member !== member.trim()) {
          note({
            rule: 'list-divider',
            row,
            column,
            value: member,
            message: `a blank beside the divider "${divider}"`,
          });
        }
      }
    }
  };
}
