import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnNames } from '../../src/adobe/columns.ts';
import { encodeLine } from '../../src/csv/encode-csv.ts';
import { createCsvParser } from '../../src/csv/parse-csv.ts';
import { bindMapping, type MappingSource, parseMapping } from '../../src/mapping/bind-mapping.ts';
import { HIT } from '../../src/mapping/mapper.ts';
import { bound, cellOf, errors, mapperOf } from './mapped.ts';

const base = { visitorID: 'v', userAgent: { const: 'UA' } };
const stream = (hit: Record<string, unknown>, rest: object = {}) =>
  ({ key: ['id'], time: { from: 'ts', unit: 's' }, hit, ...rest }) as MappingSource['streams'][number][1];

function mappingOf(streams: MappingSource['streams'], rest: Partial<MappingSource> = {}): MappingSource {
  return { streams, lookups: {}, variables: {}, locate: () => null, ...rest };
}

const views = stream({ ...base, pageName: 'page', evar12: 'page' });
const orders = stream({ ...base, linkName: { const: 'order' }, EVAR2: 'page', products: { name: 'page', events: [] } });
const binding = {
  columnsOf: { views: ['id', 'ts', 'v', 'page'], orders: ['page', 'v', 'ts', 'id'] },
  target: { reportSuiteID: 'rs' },
  suite: { seed: null, currency: null, delimiters: {} },
  lookups: {},
  variables: {},
};

describe('the header', () => {
  const header = 'timestamp,reportSuiteID,visitorID,userAgent,pageName,linkType,linkName,events,products,eVar2,eVar12';

  it('is the union of all streams in one order, in the spelling of Adobe, whatever the order of streams', () => {
    const there = bindMapping({
      ...binding,
      mapping: mappingOf([
        ['views', views],
        ['orders', orders],
      ]),
    });
    const back = bindMapping({
      ...binding,
      mapping: mappingOf([
        ['orders', orders],
        ['views', views],
      ]),
    });
    expect([there.mapping?.header, back.mapping?.header]).toEqual([header, header]);
    expect(back.mapping?.streams.map((mapper) => mapper.stream)).toEqual(['orders', 'views']);
  });

  it('gives each stream its own columns and leaves the others empty', () => {
    const { mapping } = bindMapping({
      ...binding,
      mapping: mappingOf([
        ['views', views],
        ['orders', orders],
      ]),
    });
    const [first, second] = mapping?.streams ?? [];
    expect([first?.map(['1', '1425204000', 'v1', 'P']), second?.map(['P', 'v1', '1425204001', '1'])]).toEqual([
      HIT,
      HIT,
    ]);
    expect(encodeLine(first!.output.cells)).toBe('1425204000,rs,v1,UA,P,,,,,,P');
    expect(encodeLine(second!.output.cells)).toBe('1425204001,rs,v1,UA,,o,order,,;P,P,');
  });
});

describe('columns of a hit', () => {
  it.each([
    [
      { evar1: 'id', eVar1: 'ts' },
      'mapping.column-twice: "eVar1" is given twice (also as "evar1"): Adobe would reject the file',
    ],
    [
      { eVar251: 'id' },
      'mapping.unknown-column: Adobe has no column "eVar251": it would ignore it and the data would be lost',
    ],
    [
      { pageNmae: 'id' },
      'mapping.unknown-column: Adobe has no column "pageNmae": it would ignore it and the data would be lost',
    ],
    [{ timestamp: 'ts' }, 'mapping.column-written: "timestamp" is not mapped: it is written from the stream\'s "time"'],
    [
      { reportsuiteid: 'ts' },
      'mapping.column-written: "reportSuiteID" is not mapped: it is written from the migration\'s target',
    ],
    [
      { 'customerID.crm.authState': { const: '1' } },
      'mapping.customer: customerID.crm.authState says something of a customer ID that is not mapped: Adobe would refuse it',
    ],
  ])('%o', (hit, expected) => {
    expect(errors({ hit })[0]).toBe(expected);
  });

  it('hints at the nearest name', () => {
    const { problems } = bound({ hit: { pageNmae: 'id', g: 'id', eVar251: 'id' } });
    expect(problems.map(({ hint }) => hint)).toEqual([
      'did you mean "pageName"?',
      '"g" is how queryString says pageURL; the column is pageURL',
      'Adobe has eVar1 to eVar250',
    ]);
  });

  it('tells all faults at once', () => {
    const said = {
      hit: { eVar999: 'id', eVar1: 'nope', eVar2: { const: '' } },
      skip: { s: { gone: '1' } },
    };
    expect(
      bound(said)
        .problems.map(({ code }) => code)
        .sort(),
    ).toEqual([
      'mapping.empty-text',
      'mapping.unknown-column',
      'mapping.unknown-source-column',
      'mapping.unknown-source-column',
    ]);
  });
});

describe('what Adobe requires of every row', () => {
  it.each([
    [{ userAgent: 'v', pageName: 'page' }, 'visitor'],
    [{ visitorID: 'v', pageName: 'page' }, 'userAgent'],
    [{ visitorID: 'v', userAgent: 'v', linkType: 'page' }, 'page or link'],
    [{ 'customerID.crm.id': 'v', userAgent: 'v', pageName: 'page' }, 'visitor'],
    [{ visitorID: 'v', userAgent: 'v', queryString: { v1: 'page' } }, 'page or link'],
  ])('%o cannot be filled', (hit, need) => {
    const { problems } = bindMapping({ ...binding, mapping: mappingOf([['views', stream(hit)]]) });
    expect(problems.map(({ message }) => message)).toEqual([
      `the stream "views" fills no ${need}: Adobe would skip each of its rows`,
    ]);
  });

  it.each([
    ['the page in queryString', { visitorID: 'v', userAgent: 'v', queryString: { g: 'page' } }],
    ['a whole queryString', { visitorID: 'v', userAgent: 'v', queryString: 'page' }],
    ['a user agent that is built', { visitorID: 'v', userAgent: { os: 'v' }, pageName: 'page' }],
  ])('takes %s', (_name, hit) => {
    expect(bindMapping({ ...binding, mapping: mappingOf([['views', stream(hit)]]) }).problems).toEqual([]);
  });

  it('takes the customer id that seeds, where it is marked as such', () => {
    const marked = { 'customerID.crm.id': 'v', 'customerID.crm.isMCSeed': { const: '1' } };
    const problemsOf = (hit: object, seed: string | null) =>
      bindMapping({
        ...binding,
        suite: { ...binding.suite, seed },
        mapping: mappingOf([['views', stream({ ...hit, userAgent: 'v', pageName: 'page' })]]),
      }).problems.map(({ severity, message, hint }) => [severity, message, hint]);
    expect(problemsOf(marked, 'crm')).toEqual([]);
    expect(problemsOf({ 'customerID.crm.id': 'v' }, 'crm')).toEqual([
      [
        'error',
        'the stream "views" fills no visitor: Adobe would skip each of its rows',
        'map visitorID, marketingCloudVisitorID, ipaddress or customerID.crm.id with customerID.crm.isMCSeed: { const: 1 }',
      ],
    ]);
    const ignored = 'customerID.crm.isMCSeed: Adobe ignores the seed of this type, since';
    const cure =
      'say target.suite.seed: crm if Adobe has provisioned it, or leave the mark out; the case of the type counts';
    expect(problemsOf({ ...marked, visitorID: 'v' }, null)).toEqual([
      ['warning', `${ignored} none is provisioned (target.suite.seed)`, cure],
    ]);
    expect(problemsOf({ ...marked, visitorID: 'v' }, 'CRM')).toEqual([
      ['warning', `${ignored} the provisioned one is "CRM" (target.suite.seed)`, cure],
    ]);
  });
});

describe('the source', () => {
  it('must not give a column twice', () => {
    expect(errors({ columns: ['a', 'a'] })).toEqual([
      'mapping.source-column-twice: the source gives "a" twice in the stream "hits"',
    ]);
  });

  it('must give the window column', () => {
    expect(errors({ columns: ['a'], window: { column: 'b', type: 's' } })).toEqual([
      'mapping.unknown-source-column: the query of the stream "hits" does not give the window column "b"',
    ]);
  });

  it('of files gives file and line as the key', () => {
    const columnsOf = { views: ['id', 'ts', 'v', 'page', '#file', '#line'] };
    const mapping = mappingOf([['views', stream({ ...base, pageName: 'page' }, { key: undefined })]]);
    const [mapper] = bindMapping({ ...binding, columnsOf, mapping }).mapping?.streams ?? [];
    mapper?.readKey(['1', '2', 'v', 'p', 'a.csv', '12']);
    expect(mapper?.output.key).toEqual(['a.csv', '12']);
    expect(bindMapping({ ...binding, mapping }).problems.map(({ code }) => code)).toEqual(['mapping.key-missing']);
  });
});

describe('lookups and secrets', () => {
  const declared = { goals: { key: 'id', values: ['event'] } };
  const hit = { eVar1: { from: 'a', then: [{ lookup: 'goals.event' }], else: { const: 'none' } } };

  it('an unfilled lookup is empty', () => {
    expect(cellOf('eVar1', { columns: ['a'], declared, hit }, { a: '1' })).toBe('none');
  });

  it('a lookup knows only its own members', () => {
    const lookups = { goals: new Map([['1', { event: 'event1' }]]) };
    expect(cellOf('eVar1', { columns: ['a'], declared, lookups, hit }, { a: '1' })).toBe('event1');
    expect(cellOf('eVar1', { columns: ['a'], declared, lookups, hit }, { a: 'constructor' })).toBe('none');
  });

  it('a salt is a secret variable', () => {
    const salted = (salt: string) => ({ columns: ['a'], hit: { eVar1: { from: 'a', then: [{ hash: { salt } }] } } });
    expect(errors(salted('pepper'))).toEqual([]);
    expect(errors(salted('sugar'))).toHaveLength(1);
  });
});

describe('the report suite', () => {
  it('is told where the migration names it', () => {
    const place = { file: 'migration.yaml', line: 9, column: 3 };
    const target = { reportSuiteID: { from: 'siet' }, place };
    const columnsOf = { views: [...binding.columnsOf.views, 'site'] };
    expect(bindMapping({ ...binding, columnsOf, target, mapping: mappingOf([['views', views]]) }).problems).toEqual([
      {
        code: 'mapping.unknown-source-column',
        message: 'the source has no column "siet"',
        ...place,
        hint: 'did you mean "site"?',
        severity: 'error',
      },
    ]);
  });
});

describe('parseMapping', () => {
  it('needs no source columns', () => {
    expect(
      parseMapping(
        mappingOf([
          ['views', views],
          ['orders', orders],
        ]),
      ),
    ).toEqual([]);
  });

  it('tells what can be seen without them, with places', () => {
    const locate = (path: readonly (string | number)[], what?: string) => ({
      file: `${path.join('.')} ${what}`,
      line: 3,
      column: 5,
    });
    const broken = stream({ ...base, pageName: { template: '{a' }, eVar0: 'x' });
    expect(parseMapping(mappingOf([['views', broken]], { locate }))).toEqual([
      {
        code: 'mapping.unknown-column',
        message: 'Adobe has no column "eVar0": it would ignore it and the data would be lost',
        file: 'streams.views.hit.eVar0 key',
        line: 3,
        column: 5,
        hint: 'Adobe has eVar1 to eVar250',
        severity: 'error',
      },
      {
        code: 'mapping.template',
        message: 'in the template "{a": "{" at character 1 is never closed',
        file: 'streams.views.hit.pageName.template value',
        line: 3,
        column: 5,
        hint: 'such as "https://{host}{path}[?{query}]"; a backslash makes one of { } [ ] \\ plain text',
        severity: 'error',
      },
    ]);
  });

  describe('tells of a seed before any source is asked', () => {
    const seeded = {
      'customerID.crm.id': 'v',
      'customerID.crm.isMCSeed': { const: '1' },
      userAgent: 'v',
      pageName: 'p',
    };
    const told = (hit: object, ...seed: (string | null)[]) => {
      const suite = seed.length === 0 ? undefined : { seed: seed[0] ?? null, currency: null, delimiters: {} };
      return parseMapping(mappingOf([['views', stream({ ...hit })]]), suite).map(
        ({ severity, code, message }) => `${severity} ${code} ${message}`,
      );
    };
    const nobody = 'error mapping.required the stream "views" fills no visitor: Adobe would skip each of its rows';
    const ignored = 'warning mapping.seed customerID.crm.isMCSeed: Adobe ignores the seed of this type, since';
    it.each<[string, object, (string | null)[], string[]]>([
      ['of this suite', seeded, ['crm'], []],
      ['of another type', seeded, ['CRM'], [nobody, `${ignored} the provisioned one is "CRM" (target.suite.seed)`]],
      ['of no suite', seeded, [null], [nobody, `${ignored} none is provisioned (target.suite.seed)`]],
      [
        'of a suite that is not known yet',
        seeded,
        [],
        [
          'warning mapping.seed customerID.crm.isMCSeed: Adobe takes the visitor from it only where "crm" is the type that it has provisioned',
        ],
      ],
      ['that is not marked', { ...seeded, 'customerID.crm.isMCSeed': undefined }, [], [nobody]],
    ])('%s', (_name, hit, seed, expected) => {
      expect(told(hit, ...seed)).toEqual(expected);
    });
  });

  it('warns that texts without an offset have no zone', () => {
    const [problem] = parseMapping(mappingOf([['views', { ...views, time: 'ts' }]]));
    expect([problem?.severity, problem?.code]).toEqual(['warning', 'mapping.zone-missing']);
  });

  it('warns of a zone that a count since 1970 does not know', () => {
    const told = (zone: string | { from: string }) =>
      parseMapping(mappingOf([['views', { ...views, time: { from: 'ts', unit: 'ms', zone } }]])).map(
        ({ severity, code }) => `${severity} ${code}`,
      );
    expect(told('Europe/Berlin')).toEqual(['warning mapping.zone-unused']);
    expect(told({ from: 'tz' })).toEqual(['warning mapping.zone-unused']);
    expect(told('UTC')).toEqual([]);
  });
});

describe('whatever a row holds', () => {
  const columns = ['v', 'a', 'b', 'json'];
  const hit = {
    visitorID: 'v',
    pageName: 'a',
    pageURL: 'b',
    linkName: 'json.link',
    ipaddress: 'b',
    resolution: 'a',
    eVar1: { template: '{a}[ {b}]', overflow: 'hash' },
    events: ['a', { event: 'event5', value: 'b' }],
    products: { each: 'json', name: 'n', quantity: 'q', unitPrice: 'p' },
  };

  it('nothing is thrown, and a hit is one CSV line with a cell for each column', () => {
    const { mapper, header } = mapperOf({ columns, hit });
    const width = header.split(',').length;
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.constantFrom('0', 'event1', '1.2.3.4', '[{"n":"a","q":2,"p":1.005}]'),
    );
    const cell = fc.oneof(fc.constant(null), fc.constant('x1'), text, fc.constant(new Uint8Array([1])));
    let hits = 0;
    fc.assert(
      fc.property(fc.array(cell, { minLength: 6, maxLength: 6 }), (cells) => {
        const outcome = mapper.map(['7', '1425204000', ...cells.slice(2)]);
        if (outcome !== HIT) return;
        hits++;
        expect(mapper.output.visitor).not.toBe('');
        const parsed = createCsvParser({ delimiter: ',', quote: '"' }).push(
          `${encodeLine(mapper.output.cells)}\n`,
          true,
        );
        expect(parsed.rows).toHaveLength(1);
        expect(parsed.rows[0]).toHaveLength(width);
      }),
      { numRuns: 300 },
    );
    expect(hits).toBeGreaterThan(5);
  });

  it('nothing is thrown by any column of Adobe, whatever words it gets', () => {
    const links = ['linkType', 'linkName', 'linkURL'];
    const own = ['timestamp', 'reportSuiteID', 'userAgent', 'events', 'products', 'queryString', ...links];
    const names = columnNames().filter((name) => !own.includes(name) && !/^(?:eVar|prop)(?!1$)\d/.test(name));
    const keyed = ['customerID.crm.id', 'customerID.crm.authState', 'customerID.crm.isMCSeed', 'contextData.k'];
    const parts = { browser: 'a', browserVersion: 'b', os: 'a', osVersion: 'b', device: 'a', codes: 'matomo' };
    const { mapper } = mapperOf({
      columns,
      suite: { seed: 'crm', delimiters: { list1: ',' }, numericEvents: [] },
      hit: {
        ...Object.fromEntries([...names, ...keyed].map((name) => [name, 'a'])),
        visitorID: 'v',
        userAgent: parts,
        events: { from: 'a', then: ['feedEvents'] },
        products: { from: 'b', then: ['feedProducts'] },
        queryString: { state: 'a', 'c.other': 'b' },
      },
    });
    const words = [
      'constructor',
      '__proto__',
      'toString',
      'hasOwnProperty',
      'CH',
      'WIN',
      '1',
      'eur',
      '1e9',
      '200=1.5',
      ';A',
    ];
    const cell = fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary' }));
    let hits = 0;
    fc.assert(
      fc.property(cell, cell, (a, b) => {
        const outcome = mapper.map(['7', '1425204000', 'v1', a, b, null]);
        if (outcome !== HIT) return;
        hits++;
        expect(mapper.output.cells.filter((text) => typeof text !== 'string')).toEqual([]);
      }),
      { numRuns: 500, examples: words.map((word) => [word, word]) },
    );
    expect(hits).toBeGreaterThan(5);
  });

  it('the same row gives the same line again', () => {
    const { mapper } = mapperOf({ columns, hit });
    const row = ['7', '1425204000', 'v', 'A', 'https://b', '[{"n":"a","q":2,"p":1.005}]'];
    mapper.map(row);
    const line = encodeLine(mapper.output.cells);
    mapper.map(['8', '1425204001', 'w', 'B', 'c', '{"link":"L"}']);
    mapper.map(row);
    expect(encodeLine(mapper.output.cells)).toBe(line);
    expect(line).toBe('1425204000,rs,v,,UA,A,https://b,,,,;a;2;2.01,,A https://b');
  });
});
