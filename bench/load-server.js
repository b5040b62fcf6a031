import { columns } from './generate.js';
import { runClient } from './start-server.js';

/** The legacy table, or those of its rows that a condition holds for, in order of time. */
export function tableInOrder(condition = null) {
  const where = condition === null ? '' : ` WHERE ${condition}`;
  return `SELECT ${columns.join(', ')} FROM hits${where} ORDER BY local_time, hit_id`;
}

/** Fills the table `hits` of a started server anew from the generated CSV, with the index that a migration needs. */
export function loadServer({ engine, client }, csvPath) {
  const [id, time, ...texts] = columns;
  const types = engine === 'postgres' ? ['timestamp', 'text'] : ['DATETIME', 'TEXT'];
  const table = `CREATE TABLE hits (${id} bigint PRIMARY KEY, ${time} ${types[0]} NOT NULL, ${texts.join(` ${types[1]}, `)} ${types[1]})`;
  const index = `CREATE INDEX hits_by_time ON hits (${time}, ${id})`;
  const quoted = csvPath.replaceAll("'", "''");
  runClient(client, 'DROP TABLE IF EXISTS hits');
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
