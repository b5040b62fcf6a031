import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadMapping } from '../../src/config/load-mapping.ts';
import { testMappings } from '../../src/inspection/test-mapping.ts';

const folder = join(resolve(import.meta.dirname, '..', '..'), 'mappings');
const names = readdirSync(folder)
  .filter((name) => /^[\w-]+\.yaml$/.test(name))
  .map((name) => name.replace('.yaml', ''));

/** The page that tells people of a mapping; one page may tell of several. */
function pageOf(name: string): string {
  const pages = readdirSync(folder).filter((file) => file.endsWith('.md'));
  const own = pages.find((page) => name.startsWith(page.replace('.md', '')));
  return own === undefined ? '' : readFileSync(join(folder, own), 'utf8');
}

describe.each(names)('the ready-made mapping %s', (name) => {
  it('passes the tests beside it, one for each stream and each rule that leaves rows out', async () => {
    const [report] = await testMappings([name]);
    expect(report?.problems).toEqual([]);
    expect(report?.tests.filter(({ passed }) => !passed)).toEqual([]);
    const { mapping } = await loadMapping(name, { from: folder, readyMadeFolder: folder });
    const tested = new Set(report?.tests.map(({ stream, expected }) => `${stream}: ${expected}`));
    const wanted = (mapping?.streams ?? []).flatMap(([stream, { skip = {} }]) => [
      `${stream}: hit`,
      ...Object.keys(skip).map((rule) => `${stream}: skip: ${rule}`),
    ]);
    expect(wanted.filter((one) => !tested.has(one))).toEqual([]);
  });

  it('has a page that names its variables, its lookups, its rules, its tests and its example', async () => {
    const { mapping } = await loadMapping(name, { from: folder, readyMadeFolder: folder });
    const rules = (mapping?.streams ?? []).flatMap(([, { skip = {} }]) => Object.keys(skip));
    const wanted = [
      name,
      ...Object.keys(mapping?.variables ?? {}),
      ...Object.keys(mapping?.lookups ?? {}),
      ...rules,
      `${name}.test.yaml`,
    ].map((word) => `\`${word}\``);
    const page = pageOf(name);
    expect(wanted.filter((word) => !page.includes(word))).toEqual([]);
    expect(page).toContain('migrations-examples/');
  });
});
