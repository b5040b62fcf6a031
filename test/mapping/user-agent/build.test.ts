import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../src/domain/row.ts';
import { errors, mapperOf } from '../mapped.ts';

const columns = ['ua', 'name', 'version', 'os', 'kind'];
const userAgent = { real: 'ua', browser: 'name', browserVersion: 'version', os: 'os', device: 'kind' };
const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36';

describe('userAgent', () => {
  it.each<[string, Record<string, Cell>, string, ...string[]]>([
    ['the real one', { ua: ' Mozilla/5.0 (X11) ', name: 'Edge' }, 'Mozilla/5.0 (X11)', 'filled userAgent real 1'],
    ['written', { os: 'Windows 10' }, chrome, 'filled userAgent synthetic 1'],
    ['the constant of a class', { kind: 'desktop' }, chrome, 'filled userAgent constant 1'],
    [
      'a placeholder is none',
      { ua: '(null)', kind: 'desktop' },
      chrome,
      'filled userAgent constant 1',
      'emptied userAgent placeholder 1',
    ],
  ])('%s', (_name, row, expected, ...tallies) => {
    const mapped = mapperOf({ columns, hit: { userAgent } }).map(row);
    expect(mapped.cells?.['userAgent']).toBe(expected);
    expect(mapped.tallies.sort()).toEqual(tallies.sort());
  });

  it('rejects a row of which nothing can be told', () => {
    const mapped = mapperOf({ columns, hit: { userAgent } }).map({ name: 'Lynx', kind: 'fridge' });
    expect([mapped.outcome, mapped.reason, mapped.column]).toEqual(['rejected', 'userAgent', 'userAgent']);
  });

  it('takes values with tails', () => {
    const spec = { os: { const: 'Windows' }, browser: { from: 'name', then: ['lower'] }, codes: 'matomo' };
    expect(mapperOf({ columns, hit: { userAgent: spec } }).map({ name: 'CHROME' }).cells?.['userAgent']).toBe(chrome);
  });

  it('forgets nothing that it needs, however many browsers there are', () => {
    const { map } = mapperOf({ columns, hit: { userAgent } });
    for (let version = 1; version <= 5_000; version += 1) {
      const { cells } = map({ name: 'Chrome', version: String(version) });
      expect(cells?.['userAgent']).toContain(`Chrome/${version}.0.0.0 `);
    }
    expect(map({ name: 'Chrome', version: '1' }).cells?.['userAgent']).toContain('Chrome/1.0.0.0 ');
  });

  it('tells columns that the source does not have', () => {
    expect(errors({ columns, hit: { userAgent: { os: 'oss' } } })).toEqual([
      'mapping.unknown-source-column: the source has no column "oss"',
    ]);
  });
});
