import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMapping } from '../../src/config/load-mapping.ts';
import { bindMapping } from '../../src/mapping/bind-mapping.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mapping-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const yaml = `mapping: small
engine: files
files:
  hits: { format: csv, header: "true" }
streams:
  hits:
    rows: hits
    key: [id]
    time: { from: at, zone: Europe/Berln }
    skip:
      pings: { knd: ping }
    hit:
      visitorID: visitor
      userAgent: { const: UA }
      pageNmae: title
      pageURL: { template: "https://{host}{pth}" }
      currencyCode: EUR
`;

describe('a mapping file', () => {
  it('has all its faults told with line and column', async () => {
    writeFileSync(join(folder, 'small.yaml'), yaml);
    const { mapping } = await loadMapping('./small.yaml', { from: folder, readyMadeFolder: folder });
    if (mapping === undefined) throw new Error('the file itself is good');
    const { problems } = bindMapping({
      mapping,
      columnsOf: { hits: ['id', 'at', 'kind', 'visitor', 'title', 'host', 'path', '#file', '#line'] },
      target: { reportSuiteID: { const: 'rs' } },
      suite: { seed: null, currency: null, delimiters: {} },
      lookups: {},
      variables: {},
    });
    expect(problems.map(({ line, column, code, hint }) => [line, column, code, hint])).toEqual([
      [
        9,
        29,
        'mapping.zone',
        'write an IANA name such as Europe/Berlin, UTC, an offset such as +02:00, or { from: column }',
      ],
      [11, 21, 'mapping.unknown-source-column', 'did you mean "kind"?'],
      [15, 7, 'mapping.unknown-column', 'did you mean "pageName"?'],
      [16, 28, 'mapping.unknown-source-column', 'did you mean "path"?'],
      [17, 21, 'mapping.unknown-source-column', 'a text that is the same for all rows is written { const: "EUR" }'],
    ]);
  });
});
