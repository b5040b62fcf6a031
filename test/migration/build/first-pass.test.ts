import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../../src/domain/sqlite.ts';
import { openLedger } from '../../../src/ledger/open-ledger.ts';
import { type Death, exports, exportsFolder, live, liveOn, outcome } from '../first-pass-fixture.ts';
import type { FixtureFolder } from '../job-fixture.ts';

const files = exports(6, 1500);
const names = Object.keys(files);
let fixture: FixtureFolder;
let whole: unknown;

beforeAll(async () => {
  fixture = exportsFolder(files);
  expect(await live(fixture, { memory: 64_000_000 })).toMatchObject({ read: names.slice(0, 5), error: null });
  whole = await outcome(fixture);
  fixture.remove();
});
afterEach(() => fixture.remove());

const pathOf = (name: string): string => join(fixture.folder, 'files', name);
const spool = (): string => join(fixture.folder, 'work/spool');

/** Other rows of the same length under the same time: what a look at the folder cannot tell. */
function replaceUnseen(name: string): void {
  const { mtime } = statSync(pathOf(name));
  const text = readFileSync(pathOf(name), 'utf8');
  writeFileSync(pathOf(name), text.replace(/v(\d)/g, 'w$1'));
  utimesSync(pathOf(name), mtime, mtime);
}

function settleTimes(): void {
  for (const name of names) utimesSync(pathOf(name), 1_600_000_000, 1_600_000_000);
}

describe('a first pass that is stopped', () => {
  it('ends as one that was not, wherever and however often, in memory and on disk', async () => {
    const death = fc.oneof(
      fc.record({ kind: fc.constantFrom('kill' as const, 'signal' as const), batches: fc.nat(225) }),
      fc.record({ kind: fc.constant('kill' as const), sealed: fc.nat(8) }),
    );
    const deaths = fc.array(death, { minLength: 1, maxLength: 3 });
    const memory = fc.constantFrom(20_000, 60_000, 400_000);
    fixture = exportsFolder(files);
    await fc.assert(
      fc.asyncProperty(deaths, memory, async (dying: Death[], bytes) => {
        fixture.remove();
        fixture = exportsFolder(files);
        await liveOn(fixture, dying, bytes);
        expect(await outcome(fixture)).toEqual(whole);
        expect(existsSync(spool())).toBe(false);
        const ledger = await openLedger(join(fixture.folder, 'work'), { readOnly: true });
        expect(await ledger.pass()).toBeNull();
        await ledger.close();
      }),
      { numRuns: 12, endOnFailure: true },
    );
  }, 240_000);

  it('by a signal does not read a whole file again, nor keep anything of the one that it was in', async () => {
    fixture = exportsFolder(files);
    settleTimes();
    const first = await live(fixture, { death: { kind: 'signal', batches: 100 }, memory: 400_000 });
    expect(first.read).toEqual(names.slice(0, 4));
    for (const name of names.slice(0, 3)) replaceUnseen(name);
    const second = await live(fixture, { memory: 400_000 });
    expect(second).toMatchObject({
      read: names.slice(3, 5),
      messages: ['3 input files were read before and will not be read again.'],
      error: null,
    });
    expect(await outcome(fixture)).toEqual(whole);
  });

  it('by a kill does not read again what went to disk', async () => {
    fixture = exportsFolder(files);
    settleTimes();
    const first = await live(fixture, { death: { kind: 'kill', batches: 150 }, memory: 12_000 });
    expect(first.read).toEqual(names.slice(0, 5));
    for (const name of names.slice(0, 4)) replaceUnseen(name);
    expect((await live(fixture, { memory: 12_000 })).read).toEqual(names.slice(4, 5));
    expect(await outcome(fixture)).toEqual(whole);
  });

  it('or in the middle of building, reads no file again where rows are more than memory', async () => {
    fixture = exportsFolder(files);
    settleTimes();
    for (const sealed of [3, 2]) await live(fixture, { death: { kind: 'kill', sealed }, memory: 12_000 });
    for (const name of names) replaceUnseen(name);
    expect((await live(fixture, { memory: 12_000 })).read).toEqual([]);
    expect(await outcome(fixture)).toEqual(whole);
  });

  it('writes nothing while rows fit into memory', async () => {
    fixture = exportsFolder(files);
    await live(fixture, { death: { kind: 'kill', batches: 150 }, memory: 64_000_000 });
    expect(existsSync(spool())).toBe(false);
    expect((await live(fixture, { memory: 64_000_000 })).read).toEqual(names.slice(0, 5));
    expect(await outcome(fixture)).toEqual(whole);
  });

  it('by a full spool goes on where it was raised', async () => {
    fixture = exportsFolder(files);
    const first = await live(fixture, { memory: 12_000, spool: 100_000 });
    expect(first.error).toMatchObject({ code: 'disk.failed', next: expect.stringContaining('Raise disk.spool') });
    const second = await live(fixture, { memory: 12_000 });
    expect(second.read).toEqual(names.slice(first.read.length - 1, 5));
    expect(await outcome(fixture)).toEqual(whole);
  });

  it('merges within the spool that its rows need, also where nothing can be kept beside it', async () => {
    fixture = exportsFolder(files);
    await live(fixture, { death: { kind: 'kill', sealed: 0 }, memory: 3_000, spool: 400_000 });
    expect((await live(fixture, { memory: 3_000, spool: 400_000 })).error).toBeNull();
    expect(await outcome(fixture)).toEqual(whole);
  });

  it('has a query over files as one unit', async () => {
    fixture = exportsFolder(files);
    settleTimes();
    const mapping = join(fixture.folder, 'mapping.yaml');
    const text = readFileSync(mapping, 'utf8');
    const [head, stream = ''] = text.split('  views:\n');
    const query = stream.replace('    rows: rows', '    query: SELECT id, hit, page, visitor FROM rows');
    writeFileSync(mapping, `${head}  queried:\n${query}  views:\n${stream}`);
    const calm = await live(fixture, { memory: 144_000_000 });
    expect(calm).toMatchObject({ error: null });
    const wanted = await outcome(fixture);
    rmSync(join(fixture.folder, 'work'), { recursive: true });

    // In the query, which has 214 batches of rows: nothing is safe. In the files behind it: the query is.
    const first = await live(fixture, { death: { kind: 'signal', batches: 100 }, memory: 144_000_000 });
    expect(first.error).toMatchObject({ message: 'stopped' });
    expect(existsSync(spool())).toBe(false);
    const second = await live(fixture, { death: { kind: 'signal', batches: 400 }, memory: 144_000_000 });
    expect(second).toMatchObject({ read: expect.arrayContaining(names.slice(0, 5)), messages: [] });
    const third = await live(fixture, { memory: 144_000_000 });
    expect(third.messages).toEqual(['6 input files were read before and will not be read again.']);
    expect(third.read).toEqual(names.slice(4, 5));
    expect(await outcome(fixture)).toEqual(wanted);
  });
});

describe('what an earlier process left', () => {
  const stop = { death: { kind: 'signal', batches: 150 }, memory: 12_000 } as const;

  it.each<[string, (path: string) => void]>([
    ['damaged', (path) => writeFileSync(path, Buffer.concat([readFileSync(path).subarray(1), Buffer.of(0)]))],
    ['cut short', (path) => writeFileSync(path, readFileSync(path).subarray(0, 100))],
    ['missing', (path) => rmSync(path)],
  ])('is not used where a file of it is %s: everything is read again', async (_, harm) => {
    fixture = exportsFolder(files);
    await live(fixture, stop);
    const harmed = readdirSync(spool()).sort()[1]!;
    harm(join(spool(), harmed));
    expect(await live(fixture, { memory: 12_000 })).toMatchObject({
      read: names.slice(0, 5),
      messages: [`All input files are read again: spool/${harmed} is not what was written to it.`],
      error: null,
    });
    expect(await outcome(fixture)).toEqual(whole);
  });

  it('is used up to where the ledger says, whatever lies behind or beside', async () => {
    fixture = exportsFolder(files);
    await live(fixture, stop);
    const [some = ''] = readdirSync(spool());
    writeFileSync(join(spool(), some), Buffer.concat([readFileSync(join(spool(), some)), Buffer.from('torn')]));
    writeFileSync(join(spool(), '000999.spool'), 'foreign');
    expect((await live(fixture, { memory: 12_000 })).read).toEqual(names.slice(4, 5));
    expect(await outcome(fixture)).toEqual(whole);
  });

  it('is never kept where it is read for rejected chunks alone, nor are its files', async () => {
    fixture = exportsFolder(files);
    expect((await live(fixture, { memory: 12_000 })).error).toBeNull();
    const ledger = new Database(join(fixture.folder, 'work', 'ledger.sqlite'));
    const last = "slice = (SELECT max(slice) FROM chunks) AND lane = 'acme_0'";
    expect(ledger.prepare(`UPDATE chunks SET state = 'rejected' WHERE ${last}`).run().changes).toBeGreaterThan(0);
    fixture.edit('mapping.yaml', 'pageName: page', 'pageName: { template: "page {page}" }');
    const stopped = await live(fixture, {
      memory: 12_000,
      death: { kind: 'signal', batches: 150 },
      acceptChange: true,
    });
    expect(stopped.error).toMatchObject({ message: 'stopped' });
    expect(ledger.prepare('SELECT count(*) FROM first_pass').pluck().get()).toBe(0);
    expect(existsSync(spool())).toBe(false);
    expect(await live(fixture, { memory: 12_000 })).toMatchObject({ read: names.slice(0, 5), error: null });
    const built = ledger.prepare(`SELECT state, path FROM chunks WHERE ${last}`).all();
    ledger.close();
    for (const chunk of built) expect(chunk).toEqual({ state: 'sealed', path: expect.stringContaining('.again2.') });
    expect(existsSync(spool())).toBe(false);
  });

  it('is forgotten with a change that was accepted', async () => {
    fixture = exportsFolder(files);
    await live(fixture, stop);
    const mapping = join(fixture.folder, 'mapping.yaml');
    writeFileSync(mapping, `${readFileSync(mapping, 'utf8')}      channel: { const: web }\n`);
    const second = await live(fixture, { memory: 12_000, acceptChange: true });
    expect(second).toMatchObject({ read: names.slice(0, 5), error: null });
    expect(readdirSync(join(fixture.folder, 'work')).includes('spool')).toBe(false);
  });
});

describe('the list of input files', () => {
  const stop = { death: { kind: 'kill', batches: 150 }, memory: 12_000 } as const;

  it.each<[string, (name: string) => void, string]>([
    ['grown', (name) => writeFileSync(pathOf(name), `${files[name]}7,,home,v1\n`), 'bytes, it had '],
    ['gone', (name) => rmSync(pathOf(name)), 'rows: 03.csv is gone'],
    ['new', () => writeFileSync(pathOf('0x.csv'), files['00.csv']!), 'rows: 0x.csv is new'],
    ['rewritten', (name) => writeFileSync(pathOf(name), files[name]!.replace(/v1/g, 'v2')), '03.csv has other content'],
  ])('is frozen: a file that is %s is told with the way out, before anything is read', async (_, change, says) => {
    fixture = exportsFolder(files);
    settleTimes();
    await live(fixture, stop);
    change('03.csv');
    const { read, error } = await live(fixture, { memory: 12_000 });
    expect(read).toEqual([]);
    expect(error).toMatchObject({
      code: 'source.changed',
      message: expect.stringContaining(says),
      next: expect.stringMatching(
        /^put the files back as they were, or, since nothing was sent yet, remove .*work .* paths name them alone: .* twice/,
      ),
    });
    rmSync(pathOf('0x.csv'), { force: true });
    writeFileSync(pathOf('03.csv'), files['03.csv']!);
    // Touched, and the same: what was read of it holds.
    expect(await live(fixture, { memory: 12_000 })).toMatchObject({ read: names.slice(4, 5), error: null });
    expect(await outcome(fixture)).toEqual(whole);
  });

  it('takes a packed file with something behind its end as it is', async () => {
    fixture = exportsFolder(files);
    const packed = Buffer.concat([gzipSync(files['01.csv']!), Buffer.alloc(500_000)]);
    writeFileSync(pathOf('01.csv'), packed);
    await live(fixture, stop);
    utimesSync(pathOf('01.csv'), 1_600_000_000, 1_600_000_000);
    expect(await live(fixture, { memory: 12_000 })).toMatchObject({ read: names.slice(4, 5), error: null });
    const [wanted, found] = [whole, await outcome(fixture)].map((each) => (each as { chunks: unknown }).chunks);
    expect(found).toEqual(wanted);
  });

  it('lets files be replaced from the one on that could not be read', async () => {
    fixture = exportsFolder({ ...files, '04.csv': `${files['04.csv']}7,,damaged,v1\n`, '05.csv': files['00.csv']! });
    const damaged = await live(fixture, { death: { kind: 'damage', batches: 150 }, memory: 12_000 });
    expect(damaged.error).toMatchObject({ code: 'input.invalid' });
    writeFileSync(pathOf('04.csv'), files['04.csv']!);
    writeFileSync(pathOf('05.csv'), files['05.csv']!);
    const killed = await live(fixture, { death: { kind: 'kill', batches: 5 }, memory: 12_000 });
    expect(killed).toMatchObject({ read: ['04.csv'], error: { message: 'killed' } });
    // From then on they are frozen as they are now.
    writeFileSync(pathOf('05.csv'), `${files['05.csv']}7,,late,v1\n`);
    expect((await live(fixture, { memory: 12_000 })).error).toMatchObject({ code: 'source.changed' });
    writeFileSync(pathOf('05.csv'), files['05.csv']!);
    expect(await live(fixture, { memory: 12_000 })).toMatchObject({ read: ['04.csv'], error: null });
    expect(await outcome(fixture)).toEqual(whole);
  });
});
