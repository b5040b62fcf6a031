import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareDemo } from '../../../src/cli/demo/prepare-demo.ts';
import { emptyFolder, root } from '../command-line-runner.ts';

let place: ReturnType<typeof emptyFolder>;
beforeEach(() => {
  place = emptyFolder();
});
afterEach(() => place.remove());

const prepare = (folder: string) => prepareDemo(folder, 100, () => {});
const demoFiles = ['actions.csv', 'legacy.sqlite', 'mapping.yaml', 'migration.yaml', 'schema.sql'];

describe('the folder of a demo', () => {
  it('is made, and taken up again', () => {
    const folder = join(place.path, 'a', 'demo');
    prepare(folder);
    expect(readdirSync(folder).sort()).toEqual(demoFiles);
    const database = readFileSync(join(folder, 'legacy.sqlite'));
    rmSync(join(folder, 'schema.sql'));
    prepare(folder);
    expect(readFileSync(join(folder, 'legacy.sqlite'))).toEqual(database);
  });

  it('is taken up where the demo was killed at its first file', () => {
    prepare(place.path);
    for (const name of demoFiles.filter((name) => name !== 'migration.yaml')) rmSync(join(place.path, name));
    renameSync(join(place.path, 'migration.yaml'), join(place.path, 'migration.yaml.tmp'));
    prepare(place.path);
    expect(readdirSync(place.path).sort()).toEqual(demoFiles);
  });

  it.each([
    ['another migration', 'csv-export', "holds a migration.yaml that is not the demo's"],
    ['anything else', 'csv-export/export', "holds files that are not the demo's"],
  ])('that holds %s is refused, and nothing is written', (_, example, says) => {
    const folder = join(place.path, 'mine');
    cpSync(join(root, 'migrations-examples', example), folder, { recursive: true });
    const before = readdirSync(folder, { recursive: true }).sort();
    expect(() => prepare(folder)).toThrow(
      expect.objectContaining({
        code: 'input.invalid',
        message: `${folder} ${says}`,
        next: 'name a folder that is empty or not there yet, with --folder',
      }),
    );
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
  });

  it.each(['file', 'file/below'])('that cannot be made (%s) is a stop with its cure', (name) => {
    writeFileSync(join(place.path, 'file'), '');
    expect(() => prepare(join(place.path, name))).toThrow(
      expect.objectContaining({
        code: 'disk.failed',
        message: expect.stringContaining(`the demo cannot be put into ${join(place.path, name)}: ENOTDIR`),
        next: 'name a folder that this user may write to, with --folder',
      }),
    );
  });
});
