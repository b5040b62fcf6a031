import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { wholeTable } from './load-server.js';

const fromHere = (path) => fileURLToPath(new URL(path, import.meta.url));

/** How many visitor groups every contender that groups rows uses. */
export const groupCount = 8;
/** Group n is named `<groupPrefix>_<n>`. */
export const groupPrefix = 'bench';

/** How `psql` and `mariadb` write the whole table to their standard output. */
const dumps = {
  postgres: ({ words, execute }) => [...words, execute, `COPY (${wholeTable}) TO STDOUT WITH (FORMAT csv, HEADER)`],
  mysql: ({ words, execute }) => [...words, '--quick', '--batch', execute, wholeTable],
};
const dumpNames = { postgres: 'psql COPY | gzip -6', mysql: 'mariadb --batch | gzip -6' };

/**
 * What is measured against what: name, the command of one run, and where its output lies. Every run gets an empty
 * folder of its own. `runs` says whether the command is Node's, which reports its own use of the machine, or bash's.
 * A build from a server names what reads `beside` it; `server` is the process id of the server that both ask.
 */
export function contendersFor({ csvPath, sqlitePath, servers, hasGzip, rows }) {
  const build = (engine, source, env = {}) => ({
    prepare: (folder) => {
      const migration = `${folder}/migration.yaml`;
      writeFileSync(migration, migrationText(engine, source, rows));
      return { words: [fromHere('../dist/cli/main.js'), 'build', migration, '--quiet'], env };
    },
    runs: 'node',
    lanes: 'work/chunks',
  });
  const contenders = [
    {
      ...build('csv', `{ engine: files, paths: { hits: ${JSON.stringify(csvPath)} } }`),
      name: 'build from CSV',
    },
    {
      ...build('sqlite', `{ engine: sqlite, path: ${JSON.stringify(sqlitePath)} }`),
      name: 'build from SQLite',
    },
    {
      name: 'naive pipeline',
      prepare: (folder) => {
        mkdirSync(`${folder}/chunks`);
        // The clock of the process is the clock of the rows, which spares dayjs its slow zone plugin.
        return { words: [fromHere('./naive.js'), csvPath, `${folder}/chunks`], env: { TZ: 'Europe/Warsaw' } };
      },
      runs: 'node',
      lanes: 'chunks',
    },
  ];
  for (const { engine, title, url, client, pid } of servers) {
    const beside = hasGzip ? dumpNames[engine] : null;
    const source = `{ engine: ${engine}, url: "\${env:BENCH_URL}" }`;
    contenders.push({ ...build(engine, source, { BENCH_URL: url }), name: `build from ${title}`, beside, server: pid });
    if (beside === null) continue;
    contenders.push({
      name: beside,
      prepare: (folder) => ({
        script: '"${@:2}" | gzip -6 > "$1" && exit "${PIPESTATUS[0]}"',
        words: [`${folder}/rows.gz`, ...dumps[engine](client)],
        env: client.env,
      }),
      runs: 'bash',
      dump: 'rows.gz',
      isBatch: engine === 'mysql',
      server: pid,
    });
  }
  if (!hasGzip) return contenders;
  const gzip = {
    name: 'gzip -6 < rows.csv',
    prepare: (folder) => ({ script: 'gzip -6 < "$2" > "$1"', words: [`${folder}/rows.csv.gz`, csvPath], env: {} }),
    runs: 'bash',
  };
  return [gzip, ...contenders];
}

/** Nothing is sent by a build: the target only has to be complete. */
function migrationText(engine, source, rows) {
  return `migration: bench
mapping: ${JSON.stringify(fromHere(`./mapping-${engine}.yaml`))}
source: ${source}
target:
  reportSuiteID: benchdev
  baseUrl: http://127.0.0.1:9
  auth: { kind: token, clientId: bench, token: bench }
range: { from: 2022-01-01, to: 2024-01-01, zone: UTC }
visitorGroups: { count: ${groupCount}, prefix: ${groupPrefix} }
build: { gzipLevel: 6, memory: ${Math.max(256, Math.ceil(rows / 1000))}MB }
folder: ./work
`;
}
