import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scratchFolder } from '../support/scratch-folder.ts';
import { runProgram, startProgram } from '../support/start-program.ts';

/** As npx and npm call the program. */
const byNpx = { npm_command: 'exec' };

it('names the command that goes on with a demo that was stopped, as it is typed, and that one ends it', async (context) => {
  const folder = join(scratchFolder(context), 'a demo');
  const words = ['demo', '--folder', folder, '--rows', '2000'];
  const program = startProgram(words, byNpx);
  program.onNote((text) => {
    if (text.includes('sealed slice')) program.kill('SIGINT');
  });
  const { exitCode, stdout } = await program.ended;
  expect(exitCode).toBe(130);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(`Next: npx bdia-migrate demo --folder '${folder}'`);
  expect(await runProgram(words, byNpx)).toMatchObject({ exitCode: 0 });
});
