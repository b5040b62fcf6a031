import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readEnvFile } from '../../src/config/read-env-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'env-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, '.env');

describe('readEnvFile', () => {
  const files: [name: string, text: string, variables: Record<string, string>, lines: number[]][] = [
    ['names and values', 'A=1\n\n# note\nexport B = "2"\n', { A: '1', B: '2' }, []],
    ['a byte order mark and Windows line ends', '\uFEFFA=1\r\nB=2\r\n', { A: '1', B: '2' }, []],
    ['a line without =, beside which the others hold', 'A=1\ntop secret\nB=2\n', { A: '1', B: '2' }, [2]],
    ['a name with a colon for =', 'A: 1\n', {}, [1]],
    ['a value alone', 'A=1\n=2', { A: '1' }, [2]],
    ['a value of several lines', "A='one\ntwo\n# three'\nfour\nB=5\n", { A: 'one\ntwo\n# three', B: '5' }, [4]],
    ['a quote that never ends', 'A="one\ntwo\nB=3\n', { A: '"one', B: '3' }, [2]],
  ];
  it.each(files)('%s', async (_, text, variables, lines) => {
    writeFileSync(path, text);
    const read = await readEnvFile(path);
    expect({ ...read.variables }).toEqual(variables);
    expect(read.problems.map(({ file, line }) => [file, line])).toEqual(lines.map((line) => [path, line]));
    for (const { message, hint } of read.problems)
      expect([message, hint]).toEqual(['this line sets nothing', 'write NAME=value, or # before it']);
  });

  it('tells values that a # without quotes would cut, and takes comments behind a blank', async () => {
    writeFileSync(
      path,
      [
        'A=#x',
        'B=pa#ss',
        'export C=1 2#3',
        'D=a #b#c',
        'E= # none',
        'F="p#q"',
        "G='#'",
        'I="a=b#c"',
        '# h=i#j',
        '',
      ].join('\n'),
    );
    const read = await readEnvFile(path);
    expect(read.problems).toEqual([]);
    expect(
      [...read.valueProblems].map(([name, { line, code, message, hint }]) => [name, line, code, message, hint]),
    ).toEqual(
      ['A', 'B', 'C'].map((name, index) => [
        name,
        index + 1,
        'env.line',
        `without quotes the value of ${name} ends before its #`,
        'put the value in quotes, or a blank before a comment',
      ]),
    );
    expect(read.variables).toMatchObject({ D: 'a', E: '', F: 'p#q', G: '#' });
  });

  it('tells values that are not UTF-8, and takes the others and comments as they are', async () => {
    const text = 'A=caf\u00e9\n# gr\u00fc\u00dfe\nB=plain # gr\u00fc\u00dfe\nC="one\ntw\u00f6"\nD=\u00e9\nD=e\n';
    writeFileSync(path, text, 'latin1');
    const read = await readEnvFile(path);
    expect(read.problems).toEqual([]);
    const places = [...read.valueProblems].map(([name, { file, line, code }]) => [name, file, line, code]);
    expect(places).toEqual([
      ['A', path, 1, 'file.encoding'],
      ['C', path, 4, 'file.encoding'],
    ]);
    expect(read.valueProblems.get('A')).toMatchObject({
      message: 'the value of A is not UTF-8',
      hint: 'save the file as UTF-8',
    });
    expect(read.variables).toMatchObject({ B: 'plain', D: 'e' });
  });

  it('takes every character of UTF-8, that of one which was lost too', async () => {
    writeFileSync(path, 'A=caf\u00e9\nB=\uFFFD\n');
    const { variables, valueProblems } = await readEnvFile(path);
    expect([{ ...variables }, valueProblems.size]).toEqual([{ A: 'caf\u00e9', B: '\uFFFD' }, 0]);
  });

  it('tells a file in UTF-16, of which no line says anything', async () => {
    writeFileSync(path, '\uFEFFA=1\nsecret\n', 'utf16le');
    const { variables, problems } = await readEnvFile(path);
    expect({ ...variables }).toEqual({});
    expect(problems).toMatchObject([
      { file: path, line: 1, message: 'the file is UTF-16', hint: 'save the file as UTF-8' },
    ]);
  });

  it('a file that is not there, and a folder of that name, have no variables', async () => {
    const nothing = { variables: {}, problems: [], valueProblems: new Map() };
    expect(await readEnvFile(join(folder, 'none'))).toEqual(nothing);
    mkdirSync(join(folder, 'venv'));
    expect(await readEnvFile(join(folder, 'venv'))).toEqual(nothing);
  });

  it('a file that cannot be read is a problem', async () => {
    const loop = join(folder, 'loop');
    symlinkSync(loop, loop);
    expect(await readEnvFile(loop)).toMatchObject({
      problems: [{ file: loop, line: null, message: 'the file cannot be read (ELOOP)' }],
    });
  });
});
