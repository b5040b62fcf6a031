import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adobeRule, adobeRules, consequenceOf, rulesOfKind } from '../../src/adobe/rules.ts';
import { rulesReference } from '../../src/adobe/rules-reference.ts';

const update = 'UPDATE_DOCS=1 npx vitest run --config test/vitest.config.ts --project pure test/adobe/rules.test.ts';

describe('the table of rules', () => {
  it('names each rule once, in lower case with hyphens, and says what is done', () => {
    const ids = adobeRules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, done, says, source } of adobeRules) {
      expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      expect(done.length, id).toBeGreaterThan(0);
      expect(says, id).not.toMatch(/[|\n]/);
      expect(source, id).not.toBe('');
    }
  });

  it('has a setting for all that Adobe leaves open and that costs a hit', () => {
    const open = adobeRules.filter(
      ({ certainty, class: broken }) => certainty === 'unsure' && broken === 'hit dropped',
    );
    expect(open.map(({ id }) => id)).toEqual(['currency-unlisted']);
    expect(adobeRule('currency-unlisted').settings).toEqual(['target.suite.unlistedCurrency: reject | empty | send']);
  });

  it('has a setting for all that Adobe leaves open and that is only warned of', () => {
    const open = adobeRules.filter(
      ({ certainty, done }) => certainty === 'unsure' && done.every((deed) => deed === 'warned'),
    );
    expect(open.filter(({ settings = [] }) => settings.length === 0).map(({ id }) => id)).toEqual([]);
    expect(open.length).toBeGreaterThan(5);
  });

  it('calls unsure what Adobe does not say, but assumes the worst for a file', () => {
    expect(consequenceOf('currency')).toBe('hit dropped');
    expect(consequenceOf('currency-unlisted')).toBe('unsure');
    expect(consequenceOf('bare-link')).toBe('hit dropped');
    expect(consequenceOf('purchase-without-id')).toBe('unsure');
    expect(consequenceOf('byte-order-mark')).toBe('file rejected');
  });

  it('tells the rules of a kind of column', () => {
    expect(rulesOfKind('visitorId')).toEqual(['visitor-placeholder', 'visitor-characters']);
    expect(rulesOfKind('currency')).toEqual(['currency-foreign', 'currency', 'currency-unlisted']);
    expect(rulesOfKind('suites')).toEqual(['report-suite', 'suite-twice', 'suite-characters']);
  });
});

it('docs/adobe-rules.md is what the table says', () => {
  const path = join(import.meta.dirname, '../../docs/adobe-rules.md');
  const text = rulesReference();
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, text);
  expect(readFileSync(path, 'utf8') === text, `the page has drifted from the table; write it anew: ${update}`).toBe(
    true,
  );
});
