import { count } from '../../domain/count.ts';
import type { Row } from '../../domain/row.ts';
import { namesOf } from './guess-roles.ts';

const siteName = /^(?:app(?:lication)?_?id|(?:web_?)?site_?(?:id|key|code)|id_?site|web_?property(?:_?id)?)$/;
const mostSites = 50;
const mostShown = 5;

/**
 * Columns that name a website or an application, of which the rows have several: in Adobe these are most often report
 * suites of their own, and hits cannot be moved from suite to suite. `rows` are those that became hits.
 */
export function websiteRemarks(stream: string, columns: readonly string[], rows: readonly Row[]): string[] {
  return columns.flatMap((column, place) => {
    if (!namesOf(column).some((name) => siteName.test(name))) return [];
    const found = new Map<string, number>();
    for (const row of rows) {
      const cell = row[place];
      if (typeof cell === 'string' && cell !== '') found.set(cell, (found.get(cell) ?? 0) + 1);
    }
    if (found.size < 2 || found.size > mostSites) return [];
    const sites = [...found].sort(([, one], [, other]) => other - one);
    const shown = sites.slice(0, mostShown).map(([site, number]) => `${site} (${count(number)})`);
    const more = sites.length > mostShown ? ` and ${sites.length - mostShown} more` : '';
    return [
      `${column} of ${stream} names several websites or applications, ${shown.join(', ')}${more} of ${count(rows.length)} sampled hits: ` +
        `all of them would go into one report suite; skip: leaves others out, and target.reportSuiteID may be a value by ${column}`,
    ];
  });
}
