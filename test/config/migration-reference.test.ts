import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migrationForms, migrationJsonSchema } from '../../src/config/json-schema.ts';
import { migrationReference } from '../../src/config/migration-reference.ts';

const update =
  'UPDATE_DOCS=1 npx vitest run --config test/vitest.config.ts --project pure test/config/migration-reference';

/** Every key of the schema with its path, and what is said of it. */
function keysOf(part: unknown, path: string, into: Map<string, Record<string, unknown>>): typeof into {
  if (typeof part !== 'object' || part === null) return into;
  for (const [key, member] of Object.entries(part)) {
    if (key === '$defs') continue;
    if (key !== 'properties') keysOf(member, path, into);
    else {
      for (const [name, own] of Object.entries(member as Record<string, Record<string, unknown>>)) {
        into.set(`${path}.${name}`, own);
        keysOf(own, `${path}.${name}`, into);
      }
    }
  }
  return into;
}

describe('docs/migration-reference.md', () => {
  const text = migrationReference();

  it('is what the code says', () => {
    const path = join(import.meta.dirname, '../../docs/migration-reference.md');
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, text);
    expect(
      readFileSync(path, 'utf8') === text,
      `the reference has drifted from the code; write it anew: ${update}`,
    ).toBe(true);
  });

  it('has a word on every key of the schema', () => {
    const keys = keysOf(migrationForms(), '', new Map());
    expect(keys.size).toBeGreaterThan(90);
    expect([...keys].filter(([, { description }]) => description === undefined)).toEqual([]);
    for (const name of keys.keys()) expect(text).toContain(`\n| \`${name.slice(name.lastIndexOf('.') + 1)}\` | `);
  });

  it.each([
    ['## The keys', '| `migration` | text | *required* |'],
    ['## The keys', '| `lookups` | map of name to text |  |'],
    ['### `source, engine: sqlite`', '| `engine` | `sqlite` |  |'],
    ['### `source, engine: files`', '| `paths` | map of name to text or list of texts | *required* |'],
    ['### `source, engine: mysql`', '| `port` | whole number from 1 to 65535 |  | Default: 3306. |'],
    ['### `source.tls`', '| `mode` | `disable`, `require`, `verify-ca`, `verify-full` |  |'],
    ['### `source.timeouts`', '| `lock` | duration from 0s to 24d | `5s` |'],
    ['## `target`', '| `reportSuiteID` | [value](mapping-reference.md#a-value) | *required* |'],
    ['## `target`', '| `baseUrl` | origin, https | *required* |'],
    ['#### `target.auth, kind: oauth`', '| `clientSecret` | text or list of texts | *required* |'],
    ['#### `target.auth, kind: token`', '| `token` | text | *required* |'],
    ['### `target.suite`', '| `unlistedCurrency` | `reject`, `empty`, `send` | `reject` |'],
    ['## `range`', '| `from` | date, or instant with seconds and zone | *required* |'],
    ['## `range`', '| `zone` | time zone | `UTC` |'],
    ['## `visitorGroups`', '| `count` | whole number from 1 to 256 | `1` |'],
    ['## `chunks`', '| `maxRawBytes` | size from 1KB to 95MB | `95MB` |'],
    ['## `slices`', '| `rows` | auto, or a whole number from 1 to 100000000 | `auto` |'],
    ['## `pace`', '| `requestsPerSecond` | number from 0.01 to 1000 | `1` |'],
    ['## `settle`', '| `grace` | duration from 0s to 12h | `180s` |'],
    ['## The keys', '| `onInvalidRows` | map | `{ stop: true }` |'],
    ['## `rejects`', '| `budget` | percentage from 0% to 100% | *required* |'],
    ['## `build`', '| `memory` | size from 16MB to 64GB | `256MB` |'],
    ['## `disk`', '| `keep` | `all`, `undelivered` | `all` |'],
    ['## `notify`', '| `webhook` | URL, https |  |'],
  ])('below %s shows %s', (heading, row) => {
    const section = text.split(/\n(?=##)/).filter((part) => part.startsWith(`${heading}\n`));
    expect(section).toHaveLength(1);
    expect(section[0]).toContain(`\n${row}`);
  });

  it('says in the schema of editors too what may be written', () => {
    expect(JSON.stringify(migrationJsonSchema())).not.toContain('"form":"');
    const { pace } = migrationJsonSchema()['properties'] as Record<string, { properties: Record<string, unknown> }>;
    expect(pace?.properties['requestsPerSecond']).toEqual({
      default: '1',
      description: "Number from 0.01 to 1000. Of all lanes together; Adobe's hosts take at most 1.",
      type: ['string', 'number', 'boolean'],
    });
  });
});
