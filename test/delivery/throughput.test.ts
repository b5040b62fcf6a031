import { describe, expect, test } from 'vitest';
import { createThroughput, tooSlow } from '../../src/delivery/throughput.ts';

const gatewayMs = 120_000;

describe('the throughput', () => {
  test('is unknown before the first upload, and small ones say nothing', () => {
    const throughput = createThroughput();
    expect(throughput.expectedMs(50_000_000)).toBeNull();
    throughput.note({ bytes: 999_999, ms: 1 });
    throughput.note({ bytes: 2_000_000, ms: 0 });
    expect(throughput.expectedMs(50_000_000)).toBeNull();
  });

  test('is that of the last eight uploads, by their bytes', () => {
    const throughput = createThroughput();
    throughput.note({ bytes: 1_000_000, ms: 10_000 });
    throughput.note({ bytes: 3_000_000, ms: 10_000 });
    expect(throughput.expectedMs(50_000_000)).toBe(250_000);
    for (let count = 0; count < 8; count += 1) throughput.note({ bytes: 5_000_000, ms: 1000 });
    expect(throughput.expectedMs(50_000_000)).toBe(10_000);
    expect(throughput.recent()).toHaveLength(8);
  });
});

describe('a file', () => {
  const measured = (...sent: [bytes: number, ms: number][]) => {
    const throughput = createThroughput();
    for (const [bytes, ms] of sent) throughput.note({ bytes, ms });
    return throughput;
  };

  test.each<[string, number, ReturnType<typeof createThroughput>]>([
    ['nothing is measured', 90_000_000, measured()],
    ['it just fits', 12_000_000, measured([1_000_000, 10_000])],
  ])('goes where %s', (_, bytes, throughput) => {
    expect(tooSlow('c', bytes, throughput, gatewayMs)).toBeNull();
  });

  test('stops where it would not be through in time, with numbers and the cure', () => {
    const stop = tooSlow('000003-0000.csv.gz', 48_200_000, measured([1_000_000, 3000], [2_000_000, 7000]), gatewayMs);
    expect(stop?.code).toBe('delivery.too-slow');
    expect(stop?.message).toBe(
      'chunk 000003-0000.csv.gz of 48.2 MB would take 161 s to upload at 300 kB/s, measured over the last 2 uploads; target.timeouts.gateway is 120 s',
    );
    expect(stop?.next).toContain('target.timeouts.gateway over 161s, or leave it out');
    expect(stop?.next).toContain('at most 36 MB');
    expect(stop?.next).toContain('chunks.maxRawBytes');
  });
});
