import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip, gunzipSync } from 'node:zlib';
import Papa from 'papaparse';
import { csvCell } from './generate.js';

/** The chunks of each lane below `folder`, in lane order: one folder per lane, or one file per lane. */
export function readLanes(folder) {
  const lanes = readdirSync(folder)
    .sort()
    .map((name) => {
      const path = `${folder}/${name}`;
      if (!statSync(path).isDirectory()) return { name: name.replace(/\.csv\.gz$/, ''), paths: [path] };
      const files = readdirSync(path).sort();
      return { name, paths: files.map((file) => `${path}/${file}`) };
    });
  return lanes.map(({ name, paths }) => ({ name, chunks: paths.map(readChunk) }));
}

/**
 * What is wrong with the output of a run, as texts; empty when nothing is. `builds` and `naive` are lanes, builds by
 * name. Every contender must hold each generated row once, the builds in time order; all builds must give the same bytes
 * in every chunk; and the naive pipeline, which shares no code with the builds, must give the same cells in every lane.
 */
export function faultsOf({ builds, naive, rows }) {
  const faults = [];
  for (const [name, lanes] of [...builds, ['naive', naive]]) {
    const found = lanes.flatMap(({ chunks }) => chunks).reduce((sum, chunk) => sum + chunk.rows, 0);
    if (found !== rows) faults.push(`${name}: ${found} rows instead of ${rows}`);
    if (name !== 'naive' && !lanes.every(isInTimeOrder)) faults.push(`${name}: a lane is not in time order`);
  }
  const [[first, lanes], ...others] = builds;
  for (const [name, other] of others) {
    if (differ(lanes, other, ({ sha256 }) => sha256))
      faults.push(`${first} and ${name} differ in the raw bytes of a chunk`);
  }
  if (differ(lanes, naive, null)) faults.push('the build and the naive pipeline differ in the cells of a lane');
  return faults;
}

/**
 * Whether a client wrote every line of the generated CSV once, in whatever order: local times go back in autumn. The CSV
 * of `psql` is taken as it is; the lines of `mariadb --batch` are put back into CSV first, `NULL` as nothing.
 */
export async function isSameTable(csvPath, dumpPath, isBatch) {
  const dump = createReadStream(dumpPath).pipe(createGunzip());
  const toCsv = (line) => line.split('\t').map(csvOfBatch).join(',').split('\n');
  const wanted = await sumOfLines(createReadStream(csvPath), (line) => [line]);
  return wanted === (await sumOfLines(dump, isBatch ? toCsv : (line) => [line]));
}

/** The sum of the digests of all lines: the same for the same lines in another order. */
async function sumOfLines(input, linesOf) {
  let sum = 0n;
  for await (const line of createInterface({ input })) {
    for (const each of linesOf(line)) sum += createHash('sha256').update(each).digest().readBigUInt64BE();
  }
  return sum;
}

const escapes = { n: '\n', t: '\t', 0: '\0', '\\': '\\' };

function csvOfBatch(cell) {
  if (cell === 'NULL') return '';
  return csvCell(cell.replace(/\\(.)/g, (_, letter) => escapes[letter] ?? letter));
}

function readChunk(path) {
  const raw = gunzipSync(readFileSync(path));
  const { data, meta } = Papa.parse(raw.toString(), { header: true, skipEmptyLines: true });
  const columns = [...(meta.fields ?? [])].sort();
  return {
    rows: data.length,
    sha256: createHash('sha256').update(raw).digest('hex'),
    times: data.map((row) => Number(row.timestamp)),
    // One digest per row, whatever the order of columns: all cells of a million rows would not fit into memory.
    digests: data.map((row) => digestOf(JSON.stringify(columns.map((column) => [column, row[column]])))),
  };
}

function digestOf(text) {
  return createHash('sha256').update(text).digest('base64').slice(0, 16);
}

function isInTimeOrder({ chunks }) {
  const times = chunks.flatMap((chunk) => chunk.times);
  return times.every((time, index) => index === 0 || times[index - 1] <= time);
}

/** Compares lanes by name: chunk by chunk with `key`; without it, the rows of a lane in any order. */
function differ(left, right, key) {
  const view = ({ name, chunks }) => {
    const parts = key === null ? chunks.flatMap((chunk) => chunk.digests).sort() : chunks.map(key);
    return `${name} ${digestOf(parts.join('\n'))}`;
  };
  return left.map(view).join('\n') !== right.map(view).join('\n');
}
