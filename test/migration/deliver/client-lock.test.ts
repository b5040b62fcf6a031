import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Migration } from '../../../src/config/migration.ts';
import type { JobEvent } from '../../../src/domain/event.ts';
import { type ClientHold, takeClient } from '../../../src/migration/deliver/client-lock.ts';

/** A client id that no other test has, since locks are seen by every process of this user. */
const clientId = `lock-test-${randomUUID()}`;

function migration(folder: string, over: { clientId?: string; baseUrl?: string } = {}): Migration {
  const { baseUrl = 'https://analytics-collection.adobe.io' } = over;
  return { folder, target: { baseUrl, auth: { clientId: over.clientId ?? clientId } } } as Migration;
}

function take(job: Migration): ClientHold | string {
  const events: JobEvent[] = [];
  try {
    const lock = takeClient(job, { onEvent: (event) => events.push(event) });
    expect(events).toEqual([]);
    return lock;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('a client id', () => {
  it('serves one migration at a time, and names the one that has it', () => {
    const first = take(migration('/work/of/the/first'));
    if (typeof first === 'string') throw new Error(first);
    expect(first.wasUsed).toBe(false);
    const busy = `another migration is sending with the client id ${clientId}, from /work/of/the/first; Adobe counts requests per client id`;
    expect(take(migration('/other'))).toBe(busy);
    // Adobe's regions share one count.
    expect(take(migration('/other', { baseUrl: 'https://analytics-collection-eu.adobe.io' }))).toBe(busy);
    for (const free of [{ clientId: `${clientId}-2` }, { baseUrl: 'http://127.0.0.1:1' }]) {
      const lock = take(migration('/other', free));
      if (typeof lock === 'string') throw new Error(lock);
      lock.release();
    }
    first.release();
    const next = take(migration('/other'));
    if (typeof next === 'string') throw new Error(next);
    expect(next.wasUsed).toBe(true);
    next.release();
  });
});
