import { rmSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { generate } from './generate.js';
import { loadServer } from './load-server.js';
import { startServer } from './start-server.js';

/** The files that are read, made anew in `folder`, and what is to be told of them. */
export async function generateInto(folder, { rows, seed, signal, say }) {
  const paths = {
    csvPath: `${folder}/rows.csv`,
    shuffledPath: `${folder}/shuffled.csv`,
    sqlitePath: `${folder}/rows.sqlite`,
  };
  for (const path of Object.values(paths)) rmSync(path, { force: true });
  say(`generating ${rows} rows, seed ${seed}, in ${folder}`);
  return { ...paths, facts: await generate({ rows, seed, signal, ...paths }) };
}

/** The servers whose programs are here, each to be stopped at the end; what is missing is said. */
export async function startServers({ folder, signal, atEnd, say }) {
  const servers = [];
  for (const engine of ['postgres', 'mysql']) {
    const server = await startServer(engine, `${folder}/${engine}`);
    if (typeof server === 'string') {
      say(server);
      continue;
    }
    atEnd(server.stop);
    signal.throwIfAborted();
    servers.push(server);
  }
  return servers;
}

/** Puts the rows of the CSV into every server, in the place of those before. */
export async function fillServers(servers, csvPath, { signal, say }) {
  for (const server of servers) {
    say(`filling ${server.version}`);
    loadServer(server, csvPath);
    // Signals are heard between two turns of the event loop only.
    await setImmediate();
    signal.throwIfAborted();
  }
}
