import { expect, it } from 'vitest';
import { type Arrival, tooClose, watchSpacing } from './spacing.ts';

const at = (...timesMs: number[]): Arrival[] => timesMs.map((atMs, place) => ({ atMs, line: `call ${place}` }));

it.each<[string, Arrival[], string[]]>([
  ['nothing', [], []],
  ['one call', at(5), []],
  ['calls that keep their distance to the moment', at(0, 125, 250), []],
  ['one that came too early', at(0, 124.9, 250), ['call 1 came 124.9 ms after call 0']],
  ['a late one, which the next did not wait for', at(0, 300, 400), ['call 2 came 100.0 ms after call 1']],
  ['three at once', at(7, 7, 7), ['call 1 came 0.0 ms after call 0', 'call 2 came 0.0 ms after call 1']],
])('finds what came too close: %s', (_, arrivals, sentences) => {
  expect(tooClose(arrivals, 125)).toEqual(sentences);
});

it('takes ingest calls of every kind, and nothing else', () => {
  let nowMs = 0;
  const spacing = watchSpacing(() => nowMs);
  for (const line of [
    'POST /aa/collect/v1/events HTTP/1.1',
    'POST /ims/token/v3 HTTP/1.1',
    'POST /aa/collect/v1/events/validate HTTP/1.1',
    'GET /aa/collect/v1/events/key/k HTTP/1.1',
    'GET /sandbox/files HTTP/1.1',
  ]) {
    spacing.take(Buffer.from(`${line}\r\nhost: x\r\n\r\n`));
    nowMs += 10;
  }
  expect(spacing.arrivals()).toEqual([
    { atMs: 0, line: 'POST /aa/collect/v1/events HTTP/1.1' },
    { atMs: 20, line: 'POST /aa/collect/v1/events/validate HTTP/1.1' },
    { atMs: 30, line: 'GET /aa/collect/v1/events/key/k HTTP/1.1' },
  ]);
});
