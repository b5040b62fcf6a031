import { column, dividedColumns } from '../../adobe/columns.ts';
import { currencyStanding } from '../../adobe/currency.ts';
import { byteLength } from '../../adobe/cut.ts';
import { keptFrom } from '../../adobe/retention.ts';
import { adobeRule, consequenceOf, type RuleId } from '../../adobe/rules.ts';
import type { WrittenMigration } from '../../config/load-migration.ts';
import type { Migration } from '../../config/migration.ts';
import { nearest } from '../../config/problems.ts';
import type { Path, Place } from '../../config/yaml-node.ts';
import type { Problem } from '../../domain/problem.ts';
import { constantsOf } from '../../mapping/constants.ts';
import { suites } from '../../mapping/shapes.ts';

/** The first second that Adobe's ten digits cannot say, 20 November 2286, and the last that needs fewer. */
const endOfSeconds = 10_000_000_000;
const tenDigits = 1_000_000_000;

/**
 * What a migration says of its range and its report suite and that no row can mend: a suite that takes no timestamps, a name
 * that no suite can have, a currency that is none, a seed that no column can have, hits after the last time that Adobe reads,
 * dividers that no list can have or of columns that hold none, and, as a warning, times that no page of Adobe's documents.
 * What came from the environment is not quoted (P11).
 */
export function targetProblems({ migration, locate, written }: WrittenMigration): Problem[] {
  const { range, target } = migration;
  const problems: Problem[] = [];
  const tell = (id: RuleId, path: Path, message: string, hint: string, severity: Problem['severity']): void => {
    problems.push({ code: `adobe.${id}`, message: worded(id, message), ...locate(path), hint, severity });
  };
  const suiteAt = ['target', 'reportSuiteID'];
  for (const { text, path } of constantsOf(target.reportSuiteID, suiteAt)) {
    if (suites(text.trim()) !== '') continue;
    const at = path.length === suiteAt.length + 1 ? suiteAt : path;
    const message = `"${written(path) ?? written(suiteAt)}" is no name of a report suite, nor a list of them`;
    tell(
      'report-suite',
      at,
      message,
      'letters, digits, - . and _, at most 40; several stand with commas between',
      'error',
    );
  }
  const { currency, seed } = target.suite;
  if (currency !== null && currencyStanding(currency) === 'unknown') {
    const message = `"${written(['target', 'suite', 'currency'])}" is no currency that Adobe or ISO 4217 knows`;
    tell(
      'currency',
      ['target', 'suite', 'currency'],
      message,
      'look it up in the settings of the report suite',
      'error',
    );
  }
  if (seed !== null && column(`customerID.${seed}.id`) === null) {
    const message = `"${written(['target', 'suite', 'seed'])}" is no type of a customer ID`;
    const hint = 'write letters and digits, as Adobe has provisioned it, or none';
    problems.push({ code: 'config.value', message, ...locate(['target', 'suite', 'seed']), hint, severity: 'error' });
  }
  if (target.suite.timestamps === 'none') {
    const hint = 'have Adobe switch the suite to timestamps optional, or name another one';
    const message = 'every row has a timestamp, and this suite takes none';
    tell('suite-timestamps', ['target', 'suite', 'timestamps'], message, hint, 'error');
  }
  if (range.to > endOfSeconds) {
    const message = 'the range ends after 20 November 2286';
    tell('timestamp', ['range', 'to'], message, 'end it before', 'error');
  }
  if (range.from < tenDigits) {
    const message = 'the range begins before 9 September 2001';
    tell('timestamp-early', ['range', 'from'], message, 'try a few of these rows in a test suite first', 'warning');
  }
  for (const [name, divider] of Object.entries(target.suite.delimiters)) {
    const path = ['target', 'suite', 'delimiters', name];
    if (!dividedColumns.includes(name)) {
      const near = nearest(name, dividedColumns);
      const hint = near === null ? 'one of list1 to list3, prop1 to prop75, hier1 to hier5' : `did you mean "${near}"?`;
      const message = `"${name}" is no column that holds several values`;
      problems.push({ code: 'config.unknown-key', message, ...locate(path), hint, severity: 'error' });
      continue;
    }
    const fits = /^list\d$/.test(name)
      ? byteLength(divider) === 1
      : /^[\x20-\x7e]+$/.test(divider) || /^hier/.test(name);
    // In a value a control character is illegal, whatever the report suite divides by.
    if (fits && !/\p{Cc}/u.test(divider)) continue;
    tell(
      'list-divider',
      path,
      `${JSON.stringify(written(path))} divides no ${name}`,
      'look it up in the settings of the report suite',
      'error',
    );
  }
  return problems;
}

/**
 * A warning where a range begins before what the report suite still keeps at `now`, epoch ms: hits that old are taken, and
 * may go with the next purge, while each of them is billed (Adobe docs, Data retention).
 */
export function retentionProblems({ range, target }: Migration, locate: (path: Path) => Place, now: number): Problem[] {
  const { retention } = target.suite;
  const from = keptFrom(now, retention);
  if (range.from >= from) return [];
  const day = new Date(from * 1000).toISOString().slice(0, 10);
  const message = `the range begins before ${day}, and the report suite keeps ${retention} months`;
  return [
    {
      code: 'adobe.retention',
      message: worded('retention', message),
      ...locate(['range', 'from']),
      hint: 'have Adobe keep data for longer before anything is sent, and say the months in target.suite.retention',
      severity: 'warning',
    },
  ];
}

function worded(id: RuleId, message: string): string {
  return `${message} (${consequenceOf(id)}): ${adobeRule(id).says}`;
}
