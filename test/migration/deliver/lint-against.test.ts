import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { lintFile } from '../../../src/lint/lint-file.ts';
import { contextOf } from '../../../src/migration/context.ts';
import { lintAgainst } from '../../../src/migration/deliver/lint-against.ts';
import { constantOf } from '../../../src/migration/job/constant-suite.ts';
import { openJob } from '../../../src/migration/job/open-job.ts';
import { build } from '../../../src/migration/run.ts';
import { type FixtureFolder, offline, sqliteFolder } from '../job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const rows = Array.from({ length: 8 }, (_, id) => {
  const at = begin + id * 3600;
  return { id, at, hit: at, page: id % 2 === 0 ? 'home' : 'shop' };
});

let fixture: FixtureFolder;
beforeEach(() => {
  const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { range, groups: 1 });
});
afterEach(() => fixture.remove());

describe('the report suites that rows may name', () => {
  it.each<[string, readonly string[] | undefined]>([
    ['{ const: acmeprod, when: { page: home }, else: { const: acmeother } }', undefined],
    ['{ const: ACME, then: [lower] }', undefined],
    ['{ first: [ { const: acme } ] }', undefined],
    ['"acme, global,"', ['acme', 'global']],
    ['acme', ['acme']],
  ])('are those that rows of %s have', async (written, suites) => {
    fixture.edit('migration.yaml', 'reportSuiteID: acmedev', `reportSuiteID: ${written}`);
    await build(fixture.file, offline);
    const job = await openJob(fixture.file, contextOf(offline));
    const ledger = await openLedger(job.migration.folder);
    try {
      const against = lintAgainst(job.migration);
      expect(against.suites).toEqual(suites);
      const chunks = await ledger.chunks();
      expect(chunks).not.toEqual([]);
      for (const { path } of chunks) {
        const file = join(job.migration.folder, path);
        expect((await lintFile(file, against)).findings).toEqual([]);
        const { findings } = await lintFile(file, { ...against, suites: ['another'] });
        expect(findings.map(({ rule }) => rule)).toEqual(['report-suite']);
      }
    } finally {
      await ledger.close();
      await job.close();
    }
  });

  it('are a constant only where nothing else is said', () => {
    expect(constantOf({ const: 'acme' })).toBe('acme');
    expect(constantOf({ const: 'acme', when: { page: 'home' } })).toBeNull();
    expect(constantOf({ from: 'site' })).toBeNull();
    expect(constantOf('site')).toBeNull();
  });
});
