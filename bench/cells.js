// What one cell costs on its way into a chunk: taking out control characters, keeping it within its bytes, quoting, and
// writing it. The program looks at a cell once, and again only where that look finds something. The other ways are a search
// for each question, and one loop over the characters that answers all of them.
//
// npm run build && node bench/cells.js        (--rows, --rounds, --seed, --json)
import { parseArgs } from 'node:util';
import { cutToBytes } from '../dist/adobe/cut.js';
import { encodeCell, encodeLine } from '../dist/csv/encode-csv.js';
import { compileTidy } from '../dist/mapping/tidy.js';
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
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const everyControl = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
const rounds = Number(values.rounds);

// As a reader hands them out, each a text of its own; those of the generator are joined when they are first looked into.
const cells = [...hits(Number(values.rows), Number(values.seed))]
  .flat()
  .filter((cell) => cell !== '')
  .map((cell) => Buffer.from(cell).toString());
const target = Buffer.alloc(4096);
const ways = {
  'one look (the program)': oneLook(),
  'separate searches': encoded(separateSearches),
  'one loop': encoded(oneLoop),
};
const [looked, ...others] = Object.values(ways).map((write) =>
  cells.map((cell) => target.toString('utf8', 0, write(cell))),
);
const different = looked.findIndex((cell, index) => others.some((other) => other[index] !== cell));

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
  process.stderr.write(`WRONG OUTPUT: the ways differ in ${JSON.stringify(cells[different])}\n`);
  process.exitCode = 1;
}

/** Nanoseconds; the length of what was made is used, so that no engine leaves the work out. */
function timeOf(write) {
  let length = 0;
  const begin = process.hrtime.bigint();
  for (const cell of cells) length += write(cell);
  const end = process.hrtime.bigint();
  if (length === 0) throw new Error('nothing was written');
  return Number(end - begin);
}

/** Ways write a cell to the beginning of `target`, with a comma before it, and return how many bytes that took. */
function oneLook() {
  const state = { counter: () => 0, bump: () => {}, plain: false };
  const tidy = compileTidy({ name: 'eVar1', kind: 'text', limitBytes }, 'cut', state);
  const line = ['', ''];
  const plain = new Uint8Array(2);
  return (cell) => {
    line[1] = tidy(cell);
    plain[1] = state.plain ? 1 : 0;
    return target.write(encodeLine(line, plain));
  };
}

function encoded(way) {
  return (cell) => target.write(`,${way(cell)}`);
}

function separateSearches(cell) {
  const text = cell.trim();
  const clean = controls.test(text) ? text.replace(everyControl, ' ').trim() : text;
  const isShort = clean.length * 3 <= limitBytes || Buffer.byteLength(clean) <= limitBytes;
  return encodeCell(isShort ? clean : cutToBytes(clean, limitBytes).trimEnd());
}

function oneLoop(cell) {
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
  return oneLoop(text.replace(everyControl, ' '));
}
