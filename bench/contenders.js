import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { tableInOrder } from './load-server.js';

const fromHere = (path) => fileURLToPath(new URL(path, import.meta.url));

/** How many visitor groups every contender that groups rows uses, where nothing else is said. */
export const groupCount = 8;
/** Group n is named `<groupPrefix>_<n>`. */
export const groupPrefix = 'bench';
/** How many rows each file of the split baseline holds: as many as a chunk at most. */
const rowsPerFile = 40_000;

/** What the yardsticks are called. */
export const names = {
  gzip: 'gzip -6 < rows.csv',
  copy: 'psql COPY | gzip -6',
  quick: 'mariadb --quick | gzip -6',
  naive: 'naive pipeline',
  split: `${groupCount} × psql COPY WHERE group | split | gzip -6`,
};

/** How `psql` and `mariadb` write the whole table to their standard output. */
const dumps = {
  postgres: {
    name: names.copy,
    words: ({ words, execute }) => [...words, execute, `COPY (${tableInOrder()}) TO STDOUT WITH (FORMAT csv, HEADER)`],
  },
  mysql: {
    name: names.quick,
    words: ({ words, execute }) => [...words, '--quick', '--batch', execute, tableInOrder()],
  },
};

/** What the same rows can be built from, by the title that a build from it has in its name. */
export function sourcesOf({ csvPath, shuffledPath, sqlitePath, servers }) {
  const files = (path) => ({ engine: 'csv', source: `{ engine: files, paths: { hits: ${JSON.stringify(path)} } }` });
  return new Map([
    ['CSV', files(csvPath)],
    ['unordered CSV', files(shuffledPath)],
    ['SQLite', { engine: 'sqlite', source: `{ engine: sqlite, path: ${JSON.stringify(sqlitePath)} }` }],
    ...servers.map(({ engine, title, url, pid }) => [
      title,
      { engine, source: `{ engine: ${engine}, url: "\${env:BENCH_URL}" }`, env: { BENCH_URL: url }, server: pid },
    ]),
  ]);
}

/**
 * What one contender is: its `name`; `prepare`, which is given an empty folder and answers with the words of Node, or the
 * words and the script of bash; where its output lies: `lanes` in folders or files, a `dump` of the whole table, or
 * `parts` by group; the process id of the `server` that it asks; and the names `against` which it is compared.
 *
 * This one is a build from one of `sourcesOf`, by settings that all have a default but `sliceRows` and `memory`.
 */
export function buildFrom([title, from], { sliceRows, memory, groups = groupCount, workers = 1 }, against = []) {
  return {
    name: `build from ${title}${workers === 1 ? '' : `, ${workers} workers`}`,
    prepare: (folder) => {
      const migration = `${folder}/migration.yaml`;
      writeFileSync(migration, migrationText(from, { sliceRows, memory, groups, workers }));
      return { words: [fromHere('../dist/cli/main.js'), 'build', migration, '--quiet'], env: from.env ?? {} };
    },
    lanes: 'work/chunks',
    isBuild: true,
    server: from.server,
    against,
  };
}

/** Only compresses the input. */
export function gzipAlone(csvPath) {
  return {
    name: names.gzip,
    prepare: (folder) => ({ script: 'gzip -6 < "$2" > "$1"', words: [`${folder}/rows.csv.gz`, csvPath], env: {} }),
    against: [],
  };
}

/** A server's own client writes the whole table, and gzip compresses it. */
export function dumpOf({ engine, client, pid }) {
  return {
    name: dumps[engine].name,
    prepare: (folder) => ({
      script: '"${@:2}" | gzip -6 > "$1" && exit "${PIPESTATUS[0]}"',
      words: [`${folder}/rows.gz`, ...dumps[engine].words(client)],
      env: client.env,
    }),
    dump: 'rows.gz',
    isBatch: engine === 'mysql',
    server: pid,
    against: [],
  };
}

/**
 * What an expert types to have groups and files of a limited size: one query for each group, cut by lines, as many at a
 * time as there are cores. PostgreSQL only. It maps nothing, and a row with a line break may lie in two files.
 */
export function splitByGroup({ client: { words, execute, env }, pid }) {
  const copy = `COPY (${tableInOrder(`${groupOfRow} = @group@`)}) TO STDOUT WITH (FORMAT csv)`;
  return {
    name: names.split,
    prepare: (folder) => ({
      script: 'bash "$@"',
      words: [
        ...[fromHere('./split-by-group.sh'), folder, groupPrefix, groupCount, availableParallelism(), rowsPerFile],
        ...[copy, ...words, execute],
      ].map(String),
      env,
    }),
    parts: true,
    server: pid,
    against: [],
  };
}

/** The group that a build puts a row into, in PostgreSQL: six bytes of the SHA-256 of the visitor. */
const groupOfRow = `('x' || substr(encode(sha256(convert_to('vid:' || visitor_id, 'UTF8')), 'hex'), 1, 12))::bit(48)::bigint % ${groupCount}`;

/** What one writes in an afternoon: `naive.js`. */
export function naivePipeline(csvPath) {
  return {
    name: names.naive,
    prepare: (folder) => {
      mkdirSync(`${folder}/chunks`);
      // The clock of the process is the clock of the rows, which spares dayjs its slow zone plugin.
      return { words: [fromHere('./naive.js'), csvPath, `${folder}/chunks`], env: { TZ: 'Europe/Warsaw' } };
    },
    lanes: 'chunks',
    against: [],
  };
}

/** Nothing is sent by a build: the target only has to be complete. */
function migrationText({ engine, source }, { sliceRows, memory, groups, workers }) {
  return `migration: bench
mapping: ${JSON.stringify(fromHere(`./mapping-${engine}.yaml`))}
source: ${source}
target:
  reportSuiteID: benchdev
  baseUrl: http://127.0.0.1:9
  auth: { kind: token, clientId: bench, token: bench }
range: { from: 2022-01-01, to: 2024-01-01, zone: UTC }
visitorGroups: { count: ${groups}, prefix: ${groupPrefix} }
chunks: { maxRows: ${rowsPerFile} }
slices: { rows: ${sliceRows} }
build: { workers: ${workers}, memory: ${memory}MB, gzipLevel: 6 }
folder: ./work
`;
}
