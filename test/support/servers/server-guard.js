// Holds one database server for the tests: ends it and removes its folder as soon as the process that asked for it is
// gone, however that went. Plain JavaScript, since Node 20 runs no TypeScript.
import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const { folder, account, quickEnd } = JSON.parse(process.argv[2]);
let server;

function tell(message) {
  if (process.connected) process.send(message);
}

function start([program, ...words]) {
  const log = openSync(join(folder, 'server.log'), 'a');
  server = spawn(program, words, { cwd: folder, stdio: ['ignore', log, log], ...account });
  closeSync(log);
  server.on('spawn', () => tell({ pid: server.pid }));
  server.on('error', (error) => tell({ ended: error.message }));
  server.on('exit', (code, signal) => {
    server = undefined;
    tell({ ended: signal ?? `exit code ${code}` });
  });
}

process.on('message', (order) => {
  if (order.start) start(order.start);
  else server?.kill(order.signal);
});

process.on('disconnect', () => {
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  if (server === undefined) remove();
  else {
    server.once('exit', remove);
    server.kill(quickEnd);
  }
});
