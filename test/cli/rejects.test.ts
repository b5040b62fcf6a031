import pc from 'picocolors';
import { expect, it } from 'vitest';
import { sampleLine } from '../../src/cli/commands/rejects.ts';

const row = { id: '4711', title: 'a title that is as long as titles are', url: 'https://shop.example/a/page' };
const reject = { stream: 'hits', reason: 'time', column: 'timestamp', key: ['4711'], value: '2020-13-01', row };
const line = (width: number, key = reject.key): string => sampleLine({ ...reject, key }, pc.createColors(false), width);

it('a rejected row fits the terminal with its key and what was wrong', () => {
  expect(line(60)).toBe('  4711  "2020-13-01"  id=4711  title=a title that is as lon…');
  expect(line(60)).toHaveLength(60);
  expect(line(200)).toBe(`  4711  "2020-13-01"  id=4711  title=${row.title}  url=${row.url}`);
});

it('a long key stands whole, and some of the row behind it', () => {
  const key = 'k'.repeat(70);
  expect(line(60, [key])).toBe(`  ${key}  "2020-13-01"  id=4711  title=a ti…`);
});
