import { expect, it, vi } from 'vitest';
import { openTerminal } from '../../src/cli/terminal.ts';

// Colours are decided when the module that paints is loaded.
vi.hoisted(() => {
  delete process.env['NO_COLOR'];
  process.env['FORCE_COLOR'] = '1';
});

const people = { quiet: false, color: true, json: false };
const ask = '\u001B[2J\u001B]0;title\u0007';
const shown = '␛[2J␛]0;title␇';

interface Place {
  readonly stdout: { isTTY?: boolean; columns?: number };
  readonly stderr: { isTTY?: boolean; columns?: number };
  readonly env?: Readonly<Record<string, string>>;
}

/** A terminal on streams that keep what is written to them. */
function terminalOn(options: typeof people, { stdout, stderr, env = {} }: Place) {
  const [out, err]: string[][] = [[], []];
  const stream = (fields: object, list: string[] | undefined) =>
    Object.assign(fields, { errored: null, write: (text: string) => list?.push(text) });
  const terminal = openTerminal(options, { stdout: stream(stdout, out), stderr: stream(stderr, err), env } as never);
  return { terminal, out: () => out?.join(''), err: () => err?.join('') };
}

const tty = (columns = 80) => ({ isTTY: true, columns });

it.each<[string, Place['stdout']]>([
  ['in a terminal', tty()],
  ['in a pipe', {}],
])('nothing that is printed acts on a terminal, %s', (_, place) => {
  const { terminal, out, err } = terminalOn(people, { stdout: { ...place }, stderr: { ...place } });
  terminal.out(`${terminal.paint.bold('x')} ${ask}`);
  terminal.note(ask);
  terminal.error(ask);
  terminal.live(ask);
  terminal.live('');
  const isLive = place.isTTY === true;
  expect(out()).toBe(isLive ? `\u001B[1mx\u001B[22m ${shown}\n` : `x ${shown}\n`);
  expect(err()).toBe(`${shown}\n${shown}\n${isLive ? `${shown}\r\u001B[2K` : ''}`);
});

it('a JSON document is printed as it is', () => {
  const { terminal, out } = terminalOn({ ...people, json: true }, { stdout: tty(), stderr: tty() });
  terminal.out('{"a":"\u009B"}');
  expect(out()).toBe('{"a":"\u009B"}\n');
});

it('what goes to a file beside a terminal has no colours', () => {
  const { terminal, out, err } = terminalOn(people, { stdout: tty(), stderr: {} });
  terminal.out(terminal.paint.red('result'));
  terminal.note(terminal.paint.yellow('note'));
  expect([out(), err()]).toEqual(['\u001B[31mresult\u001B[39m\n', 'note\n']);
});

it('the live line fits the terminal that shows it, as wide as that is now', () => {
  const stderr = tty(20);
  const { terminal, err } = terminalOn(people, { stdout: {}, stderr });
  terminal.live('a line that is longer than that');
  stderr.columns = 10;
  terminal.live('a line that is longer than that');
  expect(err()).toBe('a line that is lon…\r\u001B[2Ka line t…');
});

it.each([
  ['a dumb terminal', people, { stdout: tty(), stderr: tty(), env: { TERM: 'dumb' } }],
  ['a pipe', people, { stdout: tty(), stderr: {} }],
  ['--quiet', { ...people, quiet: true }, { stdout: tty(), stderr: tty() }],
])('%s has no live line', (_, options, place) => {
  const { terminal, err } = terminalOn(options, place);
  terminal.live('x');
  expect([terminal.isLive, err()]).toEqual([false, '']);
});

it('--quiet keeps errors', () => {
  const { terminal, err } = terminalOn({ ...people, quiet: true }, { stdout: {}, stderr: {} });
  terminal.note('note');
  terminal.error('error');
  expect(err()).toBe('error\n');
});

it('lines are as long as they are where they are kept', () => {
  const env = { COLUMNS: '60' };
  const kept = terminalOn(people, { stdout: {}, stderr: {}, env }).terminal;
  expect([kept.width, kept.screen]).toEqual([60, Number.POSITIVE_INFINITY]);
  const seen = terminalOn(people, { stdout: tty(72), stderr: {}, env }).terminal;
  expect([seen.width, seen.screen]).toEqual([72, 72]);
});
