import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const fromHere = (path) => fileURLToPath(new URL(path, import.meta.url));

/** How many visitor groups every contender that groups rows uses. */
export const groupCount = 8;
/** Group n is named `<groupPrefix>_<n>`. */
export const groupPrefix = 'bench';

/**
 * What is measured against what: name, the command of one run, and where its output lies. Every run gets an empty
 * folder of its own. `hasUsage` says whether the command is Node, which reports its own use of the machine.
 */
export function contendersFor({ csvPath, sqlitePath, hasGzip, rows }) {
  const build = (engine, source) => (folder) => {
    const migration = `${folder}/migration.yaml`;
    writeFileSync(migration, migrationText(engine, source, rows));
    return { words: [fromHere('../dist/cli/main.js'), 'build', migration, '--quiet'], env: {} };
  };
  const contenders = [
    {
      name: 'build from CSV',
      prepare: build('csv', `{ engine: files, paths: { hits: ${JSON.stringify(csvPath)} } }`),
      hasUsage: true,
      chunks: 'work/chunks',
    },
    {
      name: 'build from SQLite',
      prepare: build('sqlite', `{ engine: sqlite, path: ${JSON.stringify(sqlitePath)} }`),
      hasUsage: true,
      chunks: 'work/chunks',
    },
    {
      name: 'naive pipeline',
      prepare: (folder) => {
        mkdirSync(`${folder}/chunks`);
        // The clock of the process is the clock of the rows, which spares dayjs its slow zone plugin.
        return { words: [fromHere('./naive.js'), csvPath, `${folder}/chunks`], env: { TZ: 'Europe/Warsaw' } };
      },
      hasUsage: true,
      chunks: 'chunks',
    },
  ];
  if (!hasGzip) return contenders;
  const gzip = {
    name: 'gzip -6 < rows.csv',
    prepare: (folder) => ({ words: [csvPath, `${folder}/rows.csv.gz`], env: {} }),
    hasUsage: false,
    chunks: null,
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
