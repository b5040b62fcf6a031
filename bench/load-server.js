import { columns } from './generate.js';
import { runClient } from './start-server.js';

/** The whole legacy table, in order of time. */
export const wholeTable = `SELECT ${columns.join(', ')} FROM hits ORDER BY local_time, hit_id`;

/** Fills the table `hits` of a started server from the generated CSV, with the index that a migration needs. */
export function loadServer({ engine, client }, csvPath) {
  const [id, time, ...texts] = columns;
  const types = engine === 'postgres' ? ['timestamp', 'text'] : ['DATETIME', 'TEXT'];
  const table = `CREATE TABLE hits (${id} bigint PRIMARY KEY, ${time} ${types[0]} NOT NULL, ${texts.join(` ${types[1]}, `)} ${types[1]})`;
  const index = `CREATE INDEX hits_by_time ON hits (${time}, ${id})`;
  const quoted = csvPath.replaceAll("'", "''");
  if (engine === 'postgres') {
    runClient(client, table);
    runClient(client, `\\copy hits FROM '${quoted}' WITH (FORMAT csv, HEADER)`);
    runClient(client, index);
    runClient(client, 'VACUUM ANALYZE hits');
    return;
  }
  const variables = texts.map((name) => `@${name}`);
  const values = texts.map((name) => `${name} = NULLIF(@${name}, '')`);
  runClient(client, `${table} CHARACTER SET utf8mb4`);
  runClient(
    client,
    `LOAD DATA LOCAL INFILE '${quoted.replaceAll('\\', '\\\\')}' INTO TABLE hits CHARACTER SET utf8mb4
      FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\\n' IGNORE 1 LINES
      (${[id, time, ...variables].join(', ')}) SET ${values.join(', ')}`,
  );
  runClient(client, index);
  runClient(client, 'ANALYZE TABLE hits');
}
