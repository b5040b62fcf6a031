import { describe, expect, it } from 'vitest';
import type { Migration } from '../../../src/config/migration.ts';
import { targetProblems } from '../../../src/migration/job/check-target.ts';

const migration = (
  delimiters: Record<string, string>,
  reportSuiteID: unknown = { const: 'acme' },
  said: Record<string, unknown> = {},
) =>
  ({
    range: { from: 1.5e9, to: 1.6e9 },
    target: { reportSuiteID, suite: { timestamps: 'optional', currency: null, seed: null, delimiters, ...said } },
  }) as unknown as Migration;

const locate = (path: readonly PropertyKey[]) => ({ file: String(path.at(-1)), line: 1, column: 1 });

/** As if the file said what the migration means. */
const problemsOf = (said: Migration) => {
  const written = (path: readonly PropertyKey[]) => {
    const text = path.reduce<unknown>((node, step) => (node as Record<PropertyKey, unknown>)?.[step], said);
    return typeof text === 'string' ? text : null;
  };
  return targetProblems({ migration: said, locate, written });
};

describe('dividers', () => {
  it('are no control characters, which are illegal in values', () => {
    const told = problemsOf(migration({ list1: '\t', prop2: '\u007f', hier1: 'a\u0001' }));
    expect(told.map(({ code, severity, file }) => [code, severity, file])).toEqual(
      ['list1', 'prop2', 'hier1'].map((name) => ['adobe.list-divider', 'error', name]),
    );
    expect(told[0]?.message).toContain('"\\t" divides no list1');
  });

  it('belong to columns that hold several values, in their own spelling', () => {
    expect(problemsOf(migration({ list1: ';', prop75: '|', hier5: 'ß' }))).toEqual([]);
    const told = problemsOf(migration({ List1: ';', lst2: ';', prop76: ',', eVar9: ';', tags: ';' }));
    const fault = (name: string, hint: string) => ({
      code: 'config.unknown-key',
      message: `"${name}" is no column that holds several values`,
      file: name,
      line: 1,
      column: 1,
      hint,
      severity: 'error',
    });
    const all = 'one of list1 to list3, prop1 to prop75, hier1 to hier5';
    expect(told).toEqual([
      fault('List1', 'did you mean "list1"?'),
      fault('lst2', 'did you mean "list2"?'),
      fault('prop76', 'did you mean "prop6"?'),
      fault('eVar9', all),
      fault('tags', all),
    ]);
  });
});

describe('report suites', () => {
  it.each<[unknown, [message: string, at: string][]]>([
    [{ const: 'acme prod' }, [['"acme prod" is no name of a report suite', 'reportSuiteID']]],
    [{ const: 'acme, global-1.x' }, []],
    [
      { from: 'site', else: { const: 'a'.repeat(41) } },
      [[`"${'a'.repeat(41)}" is no name of a report suite`, 'const']],
    ],
    [{ from: 'site', then: [{ map: { 1: 'ok', 2: 'not/ok' } }] }, [['"not/ok" is no name of a report suite', '2']]],
    [{ from: 'site', then: [{ lookup: 'suites.rsid' }], else: 'reject' }, []],
  ])('%o', (reportSuiteID, expected) => {
    const told = problemsOf(migration({}, reportSuiteID));
    expect(told.map(({ message, file }) => [message.slice(0, message.indexOf(', nor')), file])).toEqual(expected);
    expect(told.every(({ code, severity }) => code === 'adobe.report-suite' && severity === 'error')).toBe(true);
  });
});

it.each<[Record<string, unknown>, [code: string, message: string, at: string][]]>([
  [{ currency: 'XYZ' }, [['adobe.currency', '"XYZ" is no currency that Adobe or ISO 4217 knows', 'currency']]],
  [{ currency: 'TRY' }, []],
  [{ currency: 'EUR', seed: 'crm2' }, []],
  [{ seed: 'crm-id' }, [['config.value', '"crm-id" is no type of a customer ID', 'seed']]],
])('the suite has %o', (said, expected) => {
  const told = problemsOf(migration({}, { const: 'acme' }, said));
  expect(told.map(({ code, message, file }) => [code, message.split(' (')[0], file])).toEqual(expected);
});

it('nothing that came from the environment is quoted', () => {
  const secret = 'not/ to be-shown';
  const said = migration({ list1: secret }, { const: secret }, { currency: secret, seed: secret });
  const told = targetProblems({ migration: said, locate, written: () => '${env:NAME}' });
  expect(told).toHaveLength(4);
  for (const { message, hint } of told) {
    expect(message).toContain('"${env:NAME}"');
    expect(`${message} ${hint}`).not.toContain(secret);
  }
});
