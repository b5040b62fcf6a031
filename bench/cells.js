// What one cell costs on its way into a chunk: taking out control characters, keeping it within its bytes, and quoting.
// The program makes a search of its own for each, which the engine has in machine code; the other way is one loop over
// the characters that answers all three.
//
// npm run build && node bench/cells.js        (--rows, --rounds, --seed, --json)
import { parseArgs } from 'node:util';
import { cutToBytes } from '../dist/adobe/cut.js';
import { encodeCell } from '../dist/csv/encode-csv.js';
import { compileClean, compileLimit } from '../dist/mapping/tidy.js';
import { hits } from './generate.js';
import { median } from './summary.js';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '9' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const limitBytes = 255;
const rounds = Number(values.rounds);

// As a reader hands them out, each a text of its own; those of the generator are joined when they are first looked into.
const cells = [...hits(Number(values.rows), Number(values.seed))]
  .flat()
  .filter((cell) => cell !== '')
  .map((cell) => Buffer.from(cell).toString());
const ways = { 'separate searches (the program)': separateSearches(), 'one scan': oneScan };
const [searched, scanned] = Object.values(ways).map((write) => cells.map(write));
const different = searched.findIndex((cell, index) => cell !== scanned[index]);

const samples = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
for (let round = -1; round < rounds; round++) {
  for (const [name, write] of Object.entries(ways)) {
    const nanoseconds = timeOf(write) / cells.length;
    // The first round is for the compiler.
    if (round >= 0) samples[name].push(nanoseconds);
  }
}

const characters = cells.reduce((sum, cell) => sum + cell.length, 0) / cells.length;
const result = Object.entries(samples).map(([name, own]) => ({ name, nanosecondsPerCell: median(own), samples: own }));
if (values.json) {
  process.stdout.write(`${JSON.stringify({ cells: cells.length, characters, rounds, ways: result }, null, 2)}\n`);
} else {
  process.stdout.write(
    `${cells.length} cells of ${characters.toFixed(1)} characters, medians of ${rounds} rounds, Node ${process.version}\n`,
  );
  for (const { name, nanosecondsPerCell, samples: own } of result) {
    const [least, most] = [Math.min(...own), Math.max(...own)].map((number) => number.toFixed(0));
    process.stdout.write(`${name.padEnd(32)} ${nanosecondsPerCell.toFixed(0)} ns a cell (${least} to ${most})\n`);
  }
}
if (different >= 0) {
  process.stderr.write(`WRONG OUTPUT: both ways differ in ${JSON.stringify(cells[different])}\n`);
  process.exitCode = 1;
}

/** Nanoseconds; the length of what was made is used, so that no engine leaves the work out. */
function timeOf(write) {
  let length = 0;
  const begin = process.hrtime.bigint();
  for (const cell of cells) length += write(cell).length;
  const end = process.hrtime.bigint();
  if (length === 0) throw new Error('nothing was written');
  return Number(end - begin);
}

function separateSearches() {
  const state = { counter: () => 0, bump: () => {} };
  const clean = compileClean('eVar1', state);
  const limit = compileLimit('eVar1', limitBytes, 'cut', state);
  return (cell) => encodeCell(limit(clean(cell)));
}

function oneScan(cell) {
  const text = cell.trim();
  let bytes = text.length;
  let needsQuotes = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) {
      if (code < 0x20 || code === 0x7f) return afterControls(text);
      if (code === 0x22 || code === 0x2c) needsQuotes = true;
    } else if (code < 0xa0 || code === 0x2028 || code === 0x2029) return afterControls(text);
    else if (code < 0x800) bytes += 1;
    else if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) {
      // Two units, four bytes.
      bytes += 2;
      at++;
    } else bytes += 2;
  }
  if (bytes > limitBytes) return encodeCell(cutToBytes(text, limitBytes).trimEnd());
  return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Seldom: what is left is looked at again. */
function afterControls(text) {
  return oneScan(text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' '));
}
