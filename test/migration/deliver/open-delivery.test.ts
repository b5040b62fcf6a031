import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Migration } from '../../../src/config/migration.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import { MigrationError } from '../../../src/domain/error.ts';
import { openDelivery } from '../../../src/migration/deliver/open-delivery.ts';

const migration = {
  folder: '/folder',
  target: {
    baseUrl: 'http://127.0.0.1:1',
    auth: { kind: 'token', clientId: `open-test-${randomUUID()}`, token: 't' },
    timeouts: { connectMs: 1, idleMs: 1, answerMs: 1, gatewayMs: null },
    expect: true,
    ca: null,
    proxy: 'none',
  },
  pace: { requestsPerSecond: 1, secondsPerLane: 0, rowsPerSecondPerLane: 0 },
} as unknown as Migration;
const context = { clock: systemClock, env: {}, onEvent: () => undefined };
const ledger = {
  lastRequestAt: () => Promise.resolve(null),
  lastStarts: () => Promise.resolve([]),
  noteRequest: () => Promise.resolve(),
};
const full = new MigrationError('disk.failed', 'The ledger cannot be read');

it.each(['lastRequestAt', 'lastStarts'] as const)('leaves the client id free where %s cannot be read', async (read) => {
  await expect(openDelivery(migration, { ...ledger, [read]: () => Promise.reject(full) }, context)).rejects.toBe(full);
  const path = await openDelivery(migration, ledger, context);
  path.close();
});
