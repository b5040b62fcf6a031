import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import { cellsOf, cutToCells } from './cell-width.ts';
import { visibleControls } from './visible-controls.ts';

/** Where a command writes: its result to standard output, everything else to standard error. */
export interface Terminal {
  /** A line of the result. */
  out(line: string): void;
  /** A line about the work. */
  note(line: string): void;
  /** A line that must be read, whatever else is asked for: why the command stops. */
  error(line: string): void;
  /** Writes to the live line over the one before, cut to the terminal as it is now; nothing where there is none. */
  live(line: string): void;
  readonly isLive: boolean;
  /** True once a line of the result was written. */
  hasResult(): boolean;
  /** False once nobody reads the result any more (`| head`). */
  hasReader(): boolean;
  /** The width to write for. */
  readonly width: number;
  /** The width that lines are wrapped or cut to; no limit in a pipe or a file, where they are searched and kept. */
  readonly screen: number;
  readonly paint: ReturnType<typeof pc.createColors>;
}

/** The process's own terminal. `quiet` drops notes and the live line. Nothing that is printed for people acts on it. */
export function openTerminal(
  { quiet, color, json }: { quiet: boolean; color: boolean; json: boolean },
  { stdout, stderr, env }: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env'> = process,
): Terminal {
  // A dumb terminal cannot take a line back.
  const isLive = stderr.isTTY === true && env['TERM'] !== 'dumb' && !quiet && !json;
  const isPainted = color && !json && stdout.isTTY === true && pc.isColorSupported;
  const width = (): number => widthOf(stdout.columns ?? Number(env['COLUMNS']));
  let shown = false;
  let written = false;
  const clear = (): void => {
    if (shown) stderr.write('\r\u001B[2K');
    shown = false;
  };
  const error = (line: string): void => {
    clear();
    // One of the two may be a file.
    const plain = isPainted && stderr.isTTY !== true ? stripVTControlCharacters(line) : line;
    stderr.write(`${visibleControls(plain, isPainted)}\n`);
  };
  return {
    out: (line) => {
      clear();
      written = true;
      stdout.write(`${json ? line : visibleControls(line, isPainted)}\n`);
    },
    note: (line) => {
      if (!quiet) error(line);
    },
    error,
    live: (line) => {
      if (!isLive) return;
      clear();
      if (line === '') return;
      stderr.write(shorten(line, widthOf(stderr.columns) - 1));
      shown = true;
    },
    isLive,
    hasResult: () => written,
    hasReader: () => stdout.errored === null,
    get width() {
      return width();
    },
    get screen() {
      return stdout.isTTY === true ? width() : Number.POSITIVE_INFINITY;
    },
    paint: pc.createColors(isPainted),
  };
}

/** The width to write for; 100 where nobody says. */
export function widthOf(columns: number): number {
  return Number.isInteger(columns) && columns > 0 ? columns : 100;
}

/** `text` within `width` cells, with an ellipsis where it was cut; line breaks, tabs and controls become visible. */
export function shorten(text: string, width: number): string {
  const flat = visibleControls(text.replace(/\r?\n|\r/g, '⏎').replaceAll('\t', '⇥'));
  return cellsOf(flat) <= width ? flat : `${cutToCells(flat, width - 1)}…`;
}
