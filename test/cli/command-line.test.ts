import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { build, interruption } from '../../src/index.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { sqliteFolder } from '../migration/job-fixture.ts';
import { bdia, copyExample, emptyFolder, main, nowhere, start } from './command-line-runner.ts';

const place = emptyFolder();
const sandboxEnv: Record<string, string> = {};
let sandbox: ReturnType<typeof start>;

beforeAll(async () => {
  copyExample('csv-export', place.path);
  copyExample('legacy-shop', place.path);
  sandbox = start(process.execPath, [main, 'sandbox', '--json', '--rate', '0'], { cwd: place.path });
  let line = '';
  sandbox.child.stdout?.on('data', (text: string) => {
    line += text;
  });
  await sandbox.printed('clientSecret');
  const { baseUrl, tokenUrl, clientId, clientSecret } = JSON.parse(line) as Record<string, string>;
  Object.assign(sandboxEnv, {
    BDIA_BASE_URL: baseUrl,
    BDIA_TOKEN_URL: tokenUrl,
    BDIA_CLIENT_ID: clientId,
    BDIA_CLIENT_SECRET: clientSecret,
  });
});

afterAll(async () => {
  sandbox.child.kill('SIGINT');
  await sandbox.ended;
  place.remove();
});

const csv = 'csv-export/migration.yaml';
const shop = 'legacy-shop/migration.yaml';
const work = (name: string): string => join(place.path, name, 'work');

describe('words that are off', () => {
  it.each([
    [
      [],
      'which command? One of: demo, init, check, test, doctor, preview, diff, plan, build, validate, run, status, settle, verify, report, rejects, explain, lint, sandbox, completion',
    ],
    [['rnu', csv], 'there is no command rnu; did you mean run?'],
    [['run'], 'run needs a file'],
    [['plan', csv, 'more'], 'plan takes fewer words; too many: more'],
    [['run', csv, '--dryrun'], 'run has no option --dryrun; did you mean --dry-run?'],
    [['status', '--watc', csv], 'status has no option --watc; did you mean --watch?'],
    [['status', '--log-file', csv], 'status needs a file'],
    [['status', '--no-color', '--logLevel', 'warn'], 'status needs a file'],
    [['run', csv, '--zzzzzz'], 'run has no option --zzzzzz'],
    [['status', csv, '--no-colr'], 'status has no option --no-colr; did you mean --no-color?'],
    [['preview', csv, '-n', 'x'], '-n needs a number'],
    [['preview', csv, '--stream'], '--stream needs a value'],
    [['preview', csv, '--stream', 'a', '--stream', 'b'], '--stream is given more than once'],
  ])('%j: exit code 2, the nearest name, and nothing is run', async (words, says) => {
    const { code, out, err } = await bdia(words, place.path);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err.split('\n')[0]).toBe(`bdia-migrate: ${says}`);
    expect(existsSync(work('csv-export'))).toBe(false);
  });

  it('are one document with --json', async () => {
    const { code, out } = await bdia(['run', '--json'], place.path);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({
      stopped: { code: 'input.invalid', message: 'run needs a file', next: 'bdia-migrate run --help' },
      problems: [],
    });
  });
});

describe('help', () => {
  it('of the program', async () => {
    const { code, out } = await bdia(['--help'], place.path);
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "bdia-migrate <command>

      Moves web-analytics history into Adobe Analytics through the Bulk Data Insertion API.

      Commands:
        bdia-migrate demo               A whole migration against the sandbox
        bdia-migrate init [sources..]   Looks at a source and writes a migration for it
        bdia-migrate check <files..>    Lints mappings and migrations: all faults
        bdia-migrate test <mappings..>  Runs the tests beside mappings
        bdia-migrate doctor <file>      Looks at source, disk, credentials and hosts
        bdia-migrate preview <file>     Shows rows beside the hits they become
        bdia-migrate diff <old> <new>   What a changed mapping changes, on a sample
        bdia-migrate plan <file>        Counts rows, visitors, slices, chunks and the time to send
        bdia-migrate build <file>       Builds sealed chunks on disk; sends nothing
        bdia-migrate validate <file>    The dry run, with Adobe's validate endpoint
        bdia-migrate run <file>         The whole migration; goes on where it stopped
        bdia-migrate status <file>      Where it stands, and the command that goes on
        bdia-migrate settle <file>      Settles chunks of unknown fate; sends nothing
        bdia-migrate verify <file>      Proves the promises from files and ledger
        bdia-migrate report <file>      Data quality of a build, as one HTML page
        bdia-migrate rejects <file>     Why rows became no hits, with samples
        bdia-migrate explain <file>     From Adobe's row number to the source, and back
        bdia-migrate lint <files..>     Checks BDIA files, whoever made them
        bdia-migrate sandbox            A local Adobe, with faults on demand
        bdia-migrate completion         Prints a completion script for your shell

      Options of every command:
        --json       one JSON document on standard output                       [boolean] [default: false]
        --quiet      no progress and no remarks                                 [boolean] [default: false]
        --no-color   no colours; NO_COLOR=1 says the same                                        [boolean]
        --log-file   append what happens here, one JSON line each                                 [string]
        --log-level  what goes to the log file        [choices: "debug", "info", "warn"] [default: "info"]
        --help       this help                                                                   [boolean]
        --version    the version of this program                                                 [boolean]

      Begin with: bdia-migrate demo

      Exit codes: 0 done · 1 bug · 2 wrong input · 3 stopped, can be resumed ·
      4 a promise does not hold, or rows were lost over the budget · 130 interrupted
      "
    `);
  });

  it.each([
    'demo',
    'init',
    'check',
    'test',
    'doctor',
    'preview',
    'diff',
    'plan',
    'build',
    'validate',
    'run',
    'status',
    'settle',
    'verify',
    'report',
    'rejects',
    'explain',
    'lint',
    'sandbox',
    'completion',
  ])('of %s has an example, and the options of every command', async (command) => {
    const { code, out } = await bdia([command, '--help'], place.path);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`Examples:\n  # .+\n  bdia-migrate ${command}`));
    for (const option of ['--json', '--quiet', '--no-color', '--log-file', '--log-level'])
      expect(out).toContain(option);
    // yargs puts the type right behind a text that fills its line.
    expect(out).not.toMatch(/[^\s[]\[\w/);
  });

  it('of run', async () => {
    expect((await bdia(['run', '--help'], place.path)).out).toMatchInlineSnapshot(`
      "bdia-migrate run <file>

      The whole migration; goes on where it stopped

      Options:
        --dry-run        stop before the first upload                           [boolean] [default: false]
        --accept-change  go on although what hits say has changed               [boolean] [default: false]

      Positionals:
        file  the migration file                                                       [string] [required]

      Options of every command:
        --json       one JSON document on standard output                       [boolean] [default: false]
        --quiet      no progress and no remarks                                 [boolean] [default: false]
        --no-color   no colours; NO_COLOR=1 says the same                                        [boolean]
        --log-file   append what happens here, one JSON line each                                 [string]
        --log-level  what goes to the log file        [choices: "debug", "info", "warn"] [default: "info"]
        --help       this help                                                                   [boolean]
        --version    the version of this program                                                 [boolean]

      Examples:
        # run it again after any stop
        bdia-migrate run migration.yaml
        # everything but the first upload
        bdia-migrate run migration.yaml --dry-run
        # goes on with changed columns, lookups or versions
        bdia-migrate run migration.yaml --accept-change
      "
    `);
  });

  it('is a completion script for shells', async () => {
    const { code, out } = await bdia(['completion'], place.path);
    expect(code).toBe(0);
    expect(out).toContain('complete -o bashdefault -o default -F _bdia-migrate_yargs_completions bdia-migrate');
  });
});

describe('looking', () => {
  it('check names file, line and column, from where the person is', async () => {
    copyExample('csv-export', join(place.path, 'faulty'));
    const mapping = join(place.path, 'faulty/csv-export/mapping.yaml');
    writeFileSync(mapping, readFileSync(mapping, 'utf8').replace('prop5:', 'propp5:'));
    const { code, out } = await bdia(['check', 'faulty/csv-export/mapping.yaml'], place.path);
    expect(code).toBe(2);
    expect(out).toMatch(/^faulty\/csv-export\/mapping\.yaml:\d+:\d+: error: .*propp5/);
    const well = await bdia(['check', csv, 'csv-export/mapping.yaml'], place.path);
    expect(well.code).toBe(0);
    expect(well.out).toMatch(
      /^csv-export\/migration\.yaml:\d+:\d+: warning: the range begins before .* keeps 25 months .*target\.suite\.retention.*\ncsv-export\/migration\.yaml: migration without faults, 1 warning\ncsv-export\/mapping\.yaml: mapping without faults\n$/,
    );
  });

  it('check tells a fault of a mapping and its migration once, and calls neither faultless', async () => {
    copyExample('csv-export', join(place.path, 'misspelt'));
    const mapping = join(place.path, 'misspelt/csv-export/mapping.yaml');
    writeFileSync(
      mapping,
      readFileSync(mapping, 'utf8').replace('prop5:', 'propp5:').replace('userAgent: browser', 'userAgent: browsr'),
    );
    const files = ['misspelt/csv-export/mapping.yaml', 'misspelt/csv-export/migration.yaml'];
    const { code, out, err } = await bdia(['check', ...files], place.path);
    expect(code).toBe(2);
    expect(out.match(/propp5/g)).toHaveLength(1);
    expect(out.match(/browsr/g)).toHaveLength(1);
    expect(out).not.toContain('without faults');
    expect(err).toBe('2 faults\n');
    // What only the source tells stands in no report of the mapping itself.
    writeFileSync(mapping, readFileSync(mapping, 'utf8').replace('propp5:', 'prop5:'));
    const one = await bdia(['check', ...files], place.path);
    expect(one.out).toContain('browsr');
    expect(one.out).not.toContain('without faults');
    expect(one.err).toBe('1 fault\n');
  });

  it('preview shows a row and its hit', async () => {
    const { code, out } = await bdia(['preview', csv, '-n', '1'], place.path);
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "log 1004  2023-03-26 00:59:59 UTC  hit in newspaper_1
        hit_id             1004
        local_time         2023-03-26 01:59:59
        kind               page
        cookie             7f3a-11c2
        ip                 198.51.100.4
        browser            Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/1…
        url                https://news.example.com/politics/vote
        headline           Vote &amp; count
        author             Müller
        tags               Politics|Europe
        consent            yes
        #file              log-2023-03.csv
        #line              2
        →
        timestamp          1679792399
        reportSuiteID      newspaperdev
        visitorID          7f3a11c2
        ipaddress          198.51.100.4
        userAgent          Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/1…
        pageName           Vote & count
        pageURL            https://news.example.com/politics/vote
        channel            politics
        prop5              müller
        list1              politics,europe

      "
    `);
  });

  it('plan counts', async () => {
    const { code, out } = await bdia(['plan', shop], place.path);
    expect(code).toBe(0);
    expect(out).toContain('legacy-shop-2023-2024  12 rows in the source, 11 in the range');
    expect(out).toContain('  pageviews: 7 rows\n  events: 3 rows\n  orders: 2 rows\n');
    expect(out).toContain(`0  2023-01-01 00:00:00  2025-01-01 00:00:00    11`);
    expect(out).toContain(
      '\nat least 2 visitors, so many are in a sample of 7 hits; the most frequent has 57.1 % of these,',
    );
    expect(existsSync(work('legacy-shop'))).toBe(false);
  });

  it('plan counts the visitors of files', async () => {
    const { code, out } = await bdia(['plan', csv], place.path);
    expect(code).toBe(0);
    expect(out).toContain('\n4 visitors; the most frequent has 66.7 % of the hits, the fullest visitor group 66.7 %\n');
    const { visitors } = JSON.parse((await bdia(['plan', csv, '--json'], place.path)).out);
    expect(visitors).toEqual({ basis: 'all', hits: 9, visitors: 4, exact: true, mostOfVisitor: 6, mostOfGroup: 6 });
  });

  it('plan and build of a range without rows say so, and do not go on to send', async () => {
    const early = join(place.path, 'csv-export', 'early.yaml');
    const text = readFileSync(join(place.path, csv), 'utf8');
    writeFileSync(
      early,
      text
        .replace(/^range: .*$/m, 'range: { from: 2010-01-01, to: 2011-01-01, zone: UTC }')
        .replace(/^migration: .*$/m, 'migration: early')
        .replace('./work', './early'),
    );
    for (const verb of ['plan', 'build']) {
      const { code, out } = await bdia([verb, 'csv-export/early.yaml'], place.path, sandboxEnv);
      expect(code).toBe(0);
      expect(out).toContain('No row became a hit: is the range right, and does the source hold rows?');
      expect(out).toMatch(/\nNext: node .*main\.js preview csv-export\/early\.yaml\n$/);
    }
  });

  it('status of what has not begun says so and what is next', async () => {
    const { code, out } = await bdia(['status', csv], place.path);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^csv-export-2023 {2}new: nothing is built yet\n\nNext: node .*main\.js preview csv-export\/migration\.yaml\n$/,
    );
  });

  it('a reader that has seen enough is no fault', () => {
    const line = `"${process.execPath}" "${main}" preview ${csv} | head -1; echo "\${PIPESTATUS[0]}"`;
    const ended = spawnSync('bash', ['-c', line], {
      cwd: place.path,
      encoding: 'utf8',
      env: { ...process.env, ...sandboxEnv },
    });
    expect(ended.stderr).toBe('');
    expect(ended.stdout).toMatch(/^log 1004 .*\n0\n$/);
  });
});

const reportKeys = [
  'changes',
  'chunks',
  'duplicateKeys',
  'folder',
  'lanes',
  'lost',
  'lostRows',
  'migration',
  'plannedRows',
  'rows',
  'slices',
  'state',
  'tallies',
];

describe('a whole migration', () => {
  it('0: run, its report as JSON, and every promise', async () => {
    const { code, out, err } = await bdia(['run', csv, '--json', '--log-file', 'run.log'], place.path, sandboxEnv);
    expect(code, err).toBe(0);
    const report = JSON.parse(out);
    expect(Object.keys(report).sort()).toEqual([...reportKeys, 'promises'].sort());
    expect(report).toMatchObject({
      migration: 'csv-export-2023',
      state: 'finished',
      rows: { read: 14, hits: 9, rejected: 3, filtered: 2 },
      slices: { total: 1, sealed: 1 },
      chunks: { built: 2, uploaded: 2, partial: 0, unknown: 0, rejected: 0 },
      lanes: [
        { group: 'newspaper_0', chunks: 1, uploaded: 1, rows: 3 },
        { group: 'newspaper_1', chunks: 1, uploaded: 1, rows: 6 },
      ],
    });
    expect(report.promises.map((promise: object) => Object.keys(promise).sort())).toEqual(
      report.promises.map(() => ['detail', 'holds', 'id']),
    );
    const log = readFileSync(join(place.path, 'run.log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(log.filter(({ type, state }) => type === 'chunk' && state === 'uploaded')).toHaveLength(2);
    expect(JSON.stringify(log)).not.toContain(sandboxEnv['BDIA_CLIENT_SECRET']);
  });

  it('0: a finished one says so and does nothing', async () => {
    const { code, out, err } = await bdia(['run', csv], place.path);
    expect(code).toBe(0);
    expect(err).toBe('This migration is finished; there is nothing to do.\n');
    expect(out).toMatch(/^csv-export-2023 {2}finished\n/);
    expect(out).toMatch(/\nNext: node .*main\.js verify csv-export\/migration\.yaml\n$/);
    expect((await bdia(['run', csv, '--quiet'], place.path)).err).toBe('');
  });

  it.each([
    ['plan', [...reportKeys, 'estimate', 'host']],
    ['status', [...reportKeys, 'host']],
    ['verify', [...reportKeys, 'host', 'promises', 'removed', 'strays']],
  ] as const)('%s --json is one document', async (verb, keys) => {
    const { code, out, err } = await bdia([verb, csv, '--json'], place.path);
    expect([code, err]).toEqual([0, '']);
    const report = JSON.parse(out);
    expect(Object.keys(report).sort()).toEqual([...keys].sort());
    expect(report).toMatchObject({
      state: 'finished',
      chunks: { uploaded: 2 },
      lanes: [{ uploaded: 1 }, { uploaded: 1 }],
    });
  });

  it.each(['plan', 'build', 'validate'])('%s says that it is finished, and names nothing to go on to', async (verb) => {
    const { code, out } = await bdia([verb, csv], place.path, sandboxEnv);
    expect(code).toBe(0);
    expect(out).toMatch(/(?:^|\n\n)csv-export-2023 {2}finished\n/);
    expect(out).not.toContain('Next:');
  });

  it('3: a stop without a report says in its document where the migration stands', async () => {
    const other = await openLedger(work('csv-export'));
    onTestFinished(() => other.close());
    const { code, out } = await bdia(['run', csv, '--json'], place.path);
    expect(code).toBe(3);
    const document = JSON.parse(out);
    expect(Object.keys(document)).toEqual([
      'migration',
      'state',
      'rows',
      'slices',
      'chunks',
      'lanes',
      'stopped',
      'problems',
    ]);
    expect(document).toMatchObject({
      migration: 'csv-export-2023',
      state: 'finished',
      rows: { hits: 9 },
      stopped: { code: 'ledger.locked' },
    });
  });

  it('4: verify finds a chunk that was changed', async () => {
    const chunk = join(work('csv-export'), 'chunks/newspaper_0/000000-0000.csv.gz');
    const before = readFileSync(chunk);
    appendFileSync(chunk, 'x');
    const { code, out } = await bdia(['verify', csv], place.path);
    writeFileSync(chunk, before);
    expect(code).toBe(4);
    expect(out).toContain('✘ P4');
  });
});

it('goes on with what the library began', async () => {
  const begin = Date.UTC(2021, 0, 1) / 1000;
  const rows = Array.from({ length: 40 }, (_, id) => ({ id, at: begin + id * 3_600, hit: begin + id * 3_600 }));
  const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';
  const fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { range, slices: 5 });
  onTestFinished(() => fixture.remove());
  const env = { BDIA_BASE_URL: 'http://127.0.0.1:9' };
  const stop = new AbortController();
  const { stopped, slices } = await build(fixture.file, {
    env,
    signal: stop.signal,
    onEvent: ({ type }) => {
      if (type === 'sealed') stop.abort(interruption());
    },
  });
  expect(stopped?.code).toBe('interrupted');
  expect(slices.sealed).toBeLessThan(slices.total);
  const { code, out, err } = await bdia(['build', fixture.file, '--json'], fixture.folder, env);
  expect(code, err).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ rows: { read: 40, hits: 40, rejected: 0, filtered: 0 } });
});

describe('stops', () => {
  it('2: a file that is not there', async () => {
    const { code, out, err } = await bdia(['run', 'missing.yaml'], place.path);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('missing.yaml: error: the migration file cannot be read');
  });

  it('2: nothing in the environment, told with the places', async () => {
    const { code, err } = await bdia(['run', shop], place.path, {});
    expect(code).toBe(2);
    expect(err).toContain('legacy-shop/migration.yaml:11:13: error: the environment variable BDIA_BASE_URL is not set');
  });

  it('2: --watch with --json', async () => {
    expect((await bdia(['status', csv, '--watch', '--json'], place.path)).code).toBe(2);
  });

  it('2: a log file that cannot be written', async () => {
    expect((await bdia(['status', csv, '--log-file', `${csv}/run.log`], place.path)).code).toBe(2);
  });

  it('3: nobody listens at Adobe; said within seconds, and status remembers', async () => {
    const { code, out } = await bdia(['run', shop], place.path);
    expect(code).toBe(3);
    expect(out).toContain('Stopped: no token from 127.0.0.1:9: ECONNREFUSED');
    const { stopped, state } = JSON.parse((await bdia(['status', shop, '--json'], place.path)).out);
    expect(state).toBe('stopped');
    expect(Object.keys(stopped)).toEqual(['code', 'message', 'next']);
    rmSync(work('legacy-shop'), { recursive: true });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('130: %s ends a sandbox, and a status that watches', async (signal) => {
    const local = start(process.execPath, [main, 'sandbox'], { cwd: place.path });
    await local.printed('clientSecret');
    const watching = start(process.execPath, [main, 'status', shop, '--watch'], { cwd: place.path, env: nowhere });
    await watching.printed('nothing is built yet');
    for (const { child } of [local, watching]) child.kill(signal);
    expect([(await local.ended).code, (await watching.ended).code]).toEqual([130, 130]);
  });

  it('130: a signal while a sandbox starts', async () => {
    // It waits for its faults, which nobody has written yet.
    const faults = join(place.path, 'faults.pipe');
    execFileSync('mkfifo', [faults]);
    const local = start(process.execPath, [main, 'sandbox', '--faults', faults], { cwd: place.path });
    onTestFinished(() => {
      local.child.kill('SIGKILL');
    });
    const pipe = await open(faults, 'w');
    local.child.kill('SIGINT');
    await local.printed('stopping after what is under way');
    await pipe.writeFile('[]');
    await pipe.close();
    const ended = await Promise.race([local.ended, local.printed('A local Adobe listens')]);
    expect(ended).toMatchObject({ code: 130, out: '' });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('130: %s while it waits; the last line goes on', async (signal) => {
    const faults = join(place.path, 'faults.json');
    writeFileSync(faults, '[{ "at": "/aa/collect/v1/events", "fault": "e503", "times": 1000 }]');
    const envFile = join(place.path, `${signal}.env`);
    const failing = start(
      process.execPath,
      [main, 'sandbox', '--rate', '0', '--faults', faults, '--write-env', envFile],
      { cwd: place.path },
    );
    onTestFinished(() => {
      failing.child.kill('SIGINT');
    });
    await failing.printed('clientSecret');
    const env = Object.fromEntries(
      readFileSync(envFile, 'utf8')
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    const run = start(process.execPath, [main, 'run', shop], { cwd: place.path, env });
    await run.printed('waits: a look-up without a clear answer');
    run.child.kill(signal);
    const { code, out, err } = await run.ended;
    expect(code).toBe(130);
    expect(err).toContain('stopping after what is under way; once more stops at once');
    expect(out.trimEnd().split('\n').at(-1)).toMatch(/^Next: node .*main\.js run legacy-shop\/migration\.yaml$/);
    rmSync(work('legacy-shop'), { recursive: true });
  });
});
