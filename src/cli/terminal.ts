import pc from 'picocolors';
import { cellsOf, cutToCells } from './cell-width.ts';

/** Where a command writes: its result to standard output, everything else to standard error. */
export interface Terminal {
  /** A line of the result. */
  out(line: string): void;
  /** A line about the work. */
  note(line: string): void;
  /** Writes to the live line over the one before; nothing where there is no terminal. */
  live(line: string): void;
  readonly isLive: boolean;
  /** True once a line of the result was written. */
  hasResult(): boolean;
  /** False once nobody reads the result any more (`| head`). */
  hasReader(): boolean;
  readonly width: number;
  readonly paint: ReturnType<typeof pc.createColors>;
}

/** The process's own terminal. `quiet` drops notes and the live line. */
export function openTerminal(options: { quiet: boolean; color: boolean; json: boolean }): Terminal {
  const isLive = process.stderr.isTTY === true && !options.quiet && !options.json;
  const paint = pc.createColors(options.color && !options.json && process.stdout.isTTY === true && pc.isColorSupported);
  let shown = false;
  let written = false;
  const clear = (): void => {
    if (shown) process.stderr.write('\r\u001B[2K');
    shown = false;
  };
  return {
    out: (line) => {
      clear();
      written = true;
      process.stdout.write(`${line}\n`);
    },
    note: (line) => {
      if (options.quiet) return;
      clear();
      process.stderr.write(`${line}\n`);
    },
    live: (line) => {
      if (!isLive) return;
      clear();
      if (line === '') return;
      process.stderr.write(line);
      shown = true;
    },
    isLive,
    hasResult: () => written,
    hasReader: () => process.stdout.errored === null,
    width: widthOf(process.stdout.columns ?? Number(process.env['COLUMNS'])),
    paint,
  };
}

/** The width to write for; 100 where nobody says. */
export function widthOf(columns: number): number {
  return Number.isInteger(columns) && columns > 0 ? columns : 100;
}

/** `text` within `width` cells, with an ellipsis where it was cut; line breaks and tabs become visible. */
export function shorten(text: string, width: number): string {
  const flat = text.replace(/\r?\n|\r/g, '⏎').replaceAll('\t', '⇥');
  return cellsOf(flat) <= width ? flat : `${cutToCells(flat, width - 1)}…`;
}
