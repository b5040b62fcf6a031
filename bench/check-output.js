import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip, gunzipSync } from 'node:zlib';
import Papa from 'papaparse';
import { columns, csvCell } from './generate.js';

/**
 * What is wrong with the output of a suite, as texts; empty when nothing is. The first build must hold each generated row
 * once, in time order; all builds must give the same bytes in every chunk; the naive pipeline, which shares no code with
 * the builds, the same cells in every lane; what was split by group as many rows in each; and what clients wrote must be
 * the generated CSV, line for line.
 */
export async function faultsOfSuite({ contenders, outputOf, csvPath, rows }) {
  const [first, ...others] = contenders.filter(({ isBuild }) => isBuild);
  const lanes = readLanes(lanesOf(first, outputOf));
  const faults = faultsOfRows(first.name, lanes, rows);
  for (const other of others) faults.push(...faultsOfSame([first.name, lanes], [other.name, outputOf(other)]));
  for (const naive of contenders.filter(({ lanes, isBuild }) => lanes !== undefined && !isBuild)) {
    if (viewOf(lanes, 'sum') !== viewOf(readLanes(lanesOf(naive, outputOf)), 'sum'))
      faults.push(`${first.name} and ${naive.name} differ in the cells of a lane`);
  }
  for (const split of contenders.filter(({ parts }) => parts)) {
    if (viewOf(lanes, 'rows') !== viewOf(readParts(outputOf(split)), 'rows'))
      faults.push(`${first.name} and ${split.name} differ in the rows of a group`);
  }
  return [...faults, ...(await faultsOfDumps(contenders, outputOf, csvPath))];
}

/** Whether the lanes of one build hold so many rows, each lane in time order. */
export function faultsOfRows(name, lanes, rows) {
  const found = lanes.reduce((sum, lane) => sum + lane.rows, 0);
  return [
    ...(found === rows ? [] : [`${name}: ${found} rows instead of ${rows}`]),
    ...(lanes.every(({ isInOrder }) => isInOrder) ? [] : [`${name}: a lane is not in time order`]),
  ];
}

/** Whether a build, whose folder is given, has the bytes of another one in every chunk. */
export function faultsOfSame([first, lanes], [name, folder]) {
  if (viewOf(lanes, 'chunks') === viewOf(readLanes(`${folder}/work/chunks`, false), 'chunks')) return [];
  return [`${first} and ${name} differ in the raw bytes of a chunk`];
}

/** Whether what the database clients wrote is what was generated. */
export async function faultsOfDumps(contenders, outputOf, csvPath) {
  const dumping = contenders.filter(({ dump }) => dump !== undefined);
  if (dumping.length === 0) return [];
  const wanted = await sumOfLines(createReadStream(csvPath), (line) => [line]);
  const faults = [];
  for (const { name, dump, isBatch } of dumping) {
    const path = `${outputOf({ name })}/${dump}`;
    // Local times go back in autumn: the order of the lines differs. `mariadb --batch` is put back into CSV first.
    const linesOf = isBatch ? (line) => line.split('\t').map(csvOfBatch).join(',').split('\n') : (line) => [line];
    const found = await sumOfLines(createReadStream(path).pipe(createGunzip()), linesOf);
    if (found !== wanted) faults.push(`${name} wrote other rows than were generated`);
  }
  return faults;
}

/**
 * The lanes below a folder by name, one folder or one file each: the digests of their `chunks`, and the digest of their
 * `body`, which is the same wherever chunks are cut. `isRead` adds the number of rows, whether they are in time order,
 * and the `sum` of the digests of all rows, the same in whatever order the rows and columns are.
 */
export function readLanes(folder, isRead = true) {
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const path = `${folder}/${name}`;
      const paths = statSync(path).isDirectory() ? filesIn(path) : [path];
      return { name: name.replace(/\.csv\.gz$/, ''), ...readLane(paths, isRead) };
    });
}

/** The sum of the digests of all rows of all lanes: the same however rows are put into lanes. */
export function sumOfLanes(lanes) {
  return lanes.reduce((sum, lane) => sum + lane.sum, 0n);
}

/** The digests of all lanes, the same wherever their chunks are cut. */
export function bodiesOf(lanes) {
  return viewOf(lanes, 'body');
}

function readLane(paths, isRead) {
  const body = createHash('sha256');
  const chunks = [];
  const lane = { rows: 0, sum: 0n, isInOrder: true };
  let latest = Number.NEGATIVE_INFINITY;
  for (const path of paths) {
    const raw = gunzipSync(readFileSync(path));
    chunks.push(digestOf(raw));
    body.update(raw.subarray(raw.indexOf('\n') + 1));
    if (!isRead) continue;
    const { data, meta } = Papa.parse(raw.toString(), { header: true, skipEmptyLines: true });
    const columns = [...(meta.fields ?? [])].sort();
    for (const row of data) {
      const time = Number(row.timestamp);
      lane.isInOrder &&= time >= latest;
      latest = time;
      lane.rows += 1;
      lane.sum += sumOf(JSON.stringify(columns.map((column) => [column, row[column]])));
    }
  }
  return { ...lane, chunks: chunks.join(), body: body.digest('base64') };
}

/** What was split by lines, by group: a row with a line break may begin in one file and end in the next. */
function readParts(folder) {
  const paths = groupPaths(folder);
  return [...paths].map(([name, parts]) => {
    const text = Buffer.concat(parts.map((path) => gunzipSync(readFileSync(path)))).toString();
    const { data } = Papa.parse(text, { skipEmptyLines: true });
    return { name, rows: data.filter((row) => row.length === columns.length).length };
  });
}

function groupPaths(folder) {
  const paths = new Map();
  for (const path of filesIn(folder)) {
    const [, name] = /([^/]+)-\d+\.csv\.gz$/.exec(path) ?? [];
    paths.set(name, [...(paths.get(name) ?? []), path]);
  }
  return paths;
}

function viewOf(lanes, key) {
  return lanes.map((lane) => `${lane.name} ${lane[key]}`).join('\n');
}

function lanesOf(contender, outputOf) {
  return `${outputOf(contender)}/${contender.lanes}`;
}

function filesIn(folder) {
  return readdirSync(folder)
    .sort()
    .map((file) => `${folder}/${file}`);
}

/** The sum of the digests of all lines: the same for the same lines in another order. */
async function sumOfLines(input, linesOf) {
  let sum = 0n;
  for await (const line of createInterface({ input })) for (const each of linesOf(line)) sum += sumOf(each);
  return sum;
}

const escapes = { n: '\n', t: '\t', 0: '\0', '\\': '\\' };

function csvOfBatch(cell) {
  if (cell === 'NULL') return '';
  return csvCell(cell.replace(/\\(.)/g, (_, letter) => escapes[letter] ?? letter));
}

function digestOf(bytes) {
  return createHash('sha256').update(bytes).digest('base64');
}

function sumOf(text) {
  return createHash('sha256').update(text).digest().readBigUInt64BE();
}
