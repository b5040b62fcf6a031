import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileSetSpec } from '../../../src/config/mapping-schema.ts';
import type { Cell, RowFault } from '../../../src/domain/row.ts';
import { openFiles } from '../../../src/source/files/open-files.ts';
import { readStream } from './read-stream.ts';

const folder = join(import.meta.dirname, 'hostile');
const suffix = '.expected.json';

/** What stands beside each file: how it is read, and what comes of it. */
interface Expected {
  readonly set: FileSetSpec;
  /** The set's own columns; not every file says. */
  readonly columns?: readonly string[];
  /** Cells, then the file where `files` is true, then the line. */
  readonly rows?: readonly (readonly Cell[])[];
  readonly files?: boolean;
  readonly faults?: readonly (readonly [line: string, reason: string, text: string])[];
  /** The beginning of the message with which reading stops; then nothing else is expected. */
  readonly stops?: string;
}

const names = readdirSync(folder);
const inputs = names.filter((name) => !name.endsWith(suffix));

const read = async (name: string, set: FileSetSpec) =>
  readStream(await openFiles({ paths: { hits: [join(folder, name)] }, files: { hits: set } }));

const line = ({ key }: RowFault) => Number(key[1]);

describe('hostile files', () => {
  it('are at least sixty, each with what is expected of it', () => {
    expect(inputs.length).toBeGreaterThanOrEqual(60);
    expect(names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length))).toEqual(inputs);
  });

  it.each(inputs)('%s', async (name) => {
    const expected = JSON.parse(readFileSync(join(folder, name + suffix), 'utf8')) as Expected;
    if (expected.stops !== undefined) {
      await expect(read(name, expected.set)).rejects.toMatchObject({
        code: expect.stringMatching(/^input\./),
        message: expect.stringMatching(new RegExp(`^${expected.stops.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`)),
        next: expect.any(String),
      });
      return;
    }
    const { columns, rows, faults } = await read(name, expected.set);
    if (expected.columns !== undefined) expect(columns.slice(0, -2)).toEqual(expected.columns);
    const files = expected.files === true;
    expect(rows.map((row) => (files ? row : [...row.slice(0, -2), row.at(-1)]))).toEqual(expected.rows);
    const told = [...faults].sort((a, b) => line(a) - line(b));
    expect(told.map(({ key, reason, text }) => [key[1], reason, text])).toEqual(expected.faults);
  });
});
