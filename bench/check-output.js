import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import Papa from 'papaparse';

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
 * What is wrong with the output of a run, as texts; empty when nothing is. `lanes` is by contender. Every contender must
 * hold each generated row once, the builds in time order; CSV and SQLite must give the same bytes in every chunk; and
 * the naive pipeline, which shares no code with the builds, must give the same cells in every lane.
 */
export function faultsOf({ csv, sqlite, naive, rows }) {
  const faults = [];
  for (const [name, lanes] of Object.entries({ csv, sqlite, naive })) {
    const found = lanes.flatMap(({ chunks }) => chunks).reduce((sum, chunk) => sum + chunk.rows, 0);
    if (found !== rows) faults.push(`${name}: ${found} rows instead of ${rows}`);
    if (name !== 'naive' && !lanes.every(isInTimeOrder)) faults.push(`${name}: a lane is not in time order`);
  }
  if (differ(csv, sqlite, ({ sha256 }) => sha256)) faults.push('CSV and SQLite differ in the raw bytes of a chunk');
  if (differ(csv, naive, null)) faults.push('the build and the naive pipeline differ in the cells of a lane');
  return faults;
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
