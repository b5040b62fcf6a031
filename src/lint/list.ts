import { byteLength } from '../adobe/cut.ts';
import { listValueBytes, listValues } from '../adobe/limits.ts';
import { decodedValue, queryParameter, writtenParameters } from '../adobe/query-parameters.ts';
import { adobeRule } from '../adobe/rules.ts';
import { count } from '../domain/count.ts';
import type { Note } from './finding.ts';
import type { Header } from './header.ts';
import type { LintSuite } from './suite.ts';
import type { ValueLint } from './value.ts';

/** The rules of the members of lists, which can be told where the report suite's dividers are known; in `queryString` too. */
export function compileListLint(header: Header, { delimiters = {} }: LintSuite, note: Note): ValueLint {
  const dividerOf = (name: string): string | undefined =>
    Object.hasOwn(delimiters, name) ? delimiters[name] : undefined;
  const lists = [...header.places].flatMap(([name, place]) => {
    const divider = dividerOf(name);
    return divider === undefined ? [] : [{ name, place, divider }];
  });
  const query = Object.keys(delimiters).length === 0 ? undefined : header.places.get('queryString');
  if (lists.length === 0 && query === undefined) return () => undefined;

  const lintList = (name: string, value: string, divider: string, place: number, row: number): void => {
    if (!value.includes(divider) && value.length <= listValueBytes / 3) return;
    const isLimited = /^list\d$/.test(name);
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
        const message = `a blank beside the divider "${divider}"`;
        note({ rule: 'list-divider', row, column, value: member, message });
      }
    }
  };

  return (cells, row) => {
    for (const { name, place, divider } of lists) lintList(name, cells[place] ?? '', divider, place, row);
    if (query === undefined) return;
    for (const { name, value } of writtenParameters(cells[query] ?? '')) {
      const known = queryParameter(name)?.column?.name ?? '';
      const divider = dividerOf(known);
      if (divider !== undefined && value !== null) lintList(known, decodedValue(value), divider, query, row);
    }
  };
}
