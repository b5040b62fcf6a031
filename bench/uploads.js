// How much memory and how many descriptors uploads side by side take: the transport of the built program against a
// sandbox in a process of its own, which reads every byte and answers at the end.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { createTransport } from '../dist/delivery/transport.js';

const { values } = parseArgs({
  options: {
    lanes: { type: 'string', default: '30' },
    megabytes: { type: 'string', default: '50' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const lanes = Number(values.lanes);
const bytes = Number(values.megabytes) * 1_000_000;
const folder = mkdtempSync(join(values.folder, 'bdia-uploads-'));
const program = join(import.meta.dirname, '..', 'dist', 'cli', 'main.js');
const sandbox = spawn(process.execPath, [program, 'sandbox', '--rate', '0', '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});

try {
  const access = await firstLine(sandbox.stdout);
  const chunk = await writeChunk(join(folder, 'chunk.csv.gz'), bytes);
  const timeouts = { connectMs: 30_000, idleMs: 120_000, answerMs: 600_000 };
  const transport = createTransport({ timeouts, expect: true });
  const token = await askToken(transport, access);
  const send = (group) =>
    transport.send({
      method: 'POST',
      url: `${access.baseUrl}/aa/collect/v1/events`,
      headers: { authorization: `Bearer ${token}`, 'x-api-key': access.clientId, 'x-adobe-vgid': group },
      chunk,
    });

  const rest = sample();
  const peak = { ...rest };
  const sampling = setInterval(() => {
    const now = sample();
    for (const key of Object.keys(peak)) peak[key] = Math.max(peak[key], now[key]);
  }, 20);
  const began = performance.now();
  const answers = await Promise.all(Array.from({ length: lanes }, (_, lane) => send(`bench_${lane}`)));
  const seconds = (performance.now() - began) / 1000;
  clearInterval(sampling);

  const taken = answers.filter(({ status, body }) => status === 200 && JSON.parse(body).status_code === 'UPLOADED');
  const gzMegabytes = chunk.gzBytes / 1e6;
  console.log(
    `${lanes} uploads of ${gzMegabytes.toFixed(1)} MB side by side: ${taken.length} taken, ${seconds.toFixed(1)} s`,
  );
  for (const key of Object.keys(peak))
    console.log(
      `  ${key.padEnd(24)} ${String(rest[key]).padStart(6)} at rest ${String(peak[key]).padStart(6)} at most`,
    );
  if (taken.length < lanes) process.exitCode = 1;
} finally {
  sandbox.kill();
  rmSync(folder, { recursive: true });
}

function sample() {
  const { rss, external, arrayBuffers } = process.memoryUsage();
  const toMegabytes = (size) => Math.round(size / 1e6);
  return {
    'resident memory, MB': toMegabytes(rss),
    'external memory, MB': toMegabytes(external),
    'array buffers, MB': toMegabytes(arrayBuffers),
    'open descriptors': openDescriptors(),
  };
}

/** Linux tells; elsewhere 0. */
function openDescriptors() {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

/** Rows of one visitor each, stored without compression so that gzip costs nobody anything. */
async function writeChunk(path, size) {
  await pipeline(Readable.from(csv(size)), createGzip({ level: 0 }), createWriteStream(path));
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece);
  return { path, name: 'chunk.csv.gz', gzBytes: statSync(path).size, gzSha256: hash.digest('hex') };
}

function* csv(size) {
  yield 'timestamp,reportSuiteID,visitorID,userAgent,pageURL\n';
  for (let written = 0, row = 0; written < size; ) {
    let lines = '';
    for (const end = row + 100; row < end; row += 1)
      lines += `${1_600_000_000 + row},bench,v${row},Mozilla,https://example.org/${'x'.repeat(440)}\n`;
    written += lines.length;
    yield lines;
  }
}

async function askToken(transport, { tokenUrl, clientId, clientSecret }) {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: 'openid' };
  const { body } = await transport.send({ method: 'POST', url: tokenUrl, headers: {}, form });
  return JSON.parse(body).access_token;
}

async function firstLine(stream) {
  let text = '';
  for await (const piece of stream) {
    text += piece;
    if (text.includes('\n')) break;
  }
  return JSON.parse(text.slice(0, text.indexOf('\n')));
}
