import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Migration } from '../../../src/config/migration.ts';
import type { JobEvent } from '../../../src/domain/event.ts';
import { type ClientHold, takeClient } from '../../../src/migration/deliver/client-lock.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

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
    for (const host of ['analytics-collection-eu.adobe.io', 'analytics-collection.adobe.io:8443', 'stage.adobe.com.'])
      expect(take(migration('/other', { baseUrl: `https://${host}` }))).toBe(busy);
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

  it('is held, and given up again, where its holder cannot be written down', (context) => {
    const temporary = scratchFolder(context);
    vi.stubEnv('TMPDIR', temporary);
    context.onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const before = take(migration('/work'));
    if (typeof before === 'string') throw new Error(before);
    before.release();
    const [holder] = readdirSync(temporary, { recursive: true, encoding: 'utf8' })
      .map((name) => join(temporary, name))
      .filter((path) => path.endsWith('holder'));
    // A folder in its place, to stand for a full disk.
    rmSync(holder!);
    mkdirSync(holder!);
    const hold = take(migration('/work'));
    if (typeof hold === 'string') throw new Error(hold);
    expect(take(migration('/other'))).toBe(
      `another migration is sending with the client id ${clientId}; Adobe counts requests per client id`,
    );
    hold.release();
    const next = take(migration('/other'));
    if (typeof next === 'string') throw new Error(next);
    next.release();
  });

  it('keeps its files touched for as long as it is held, as systems remove what lies untouched for days', (context) => {
    const temporary = scratchFolder(context);
    vi.stubEnv('TMPDIR', temporary);
    vi.useFakeTimers();
    context.onTestFinished(() => {
      vi.useRealTimers();
      vi.unstubAllEnvs();
    });
    const hold = take(migration('/work'));
    if (typeof hold === 'string') throw new Error(hold);
    const files = readdirSync(temporary, { recursive: true, encoding: 'utf8' })
      .map((name) => join(temporary, name))
      .filter((path) => statSync(path).isFile());
    expect(files.length).toBe(2);
    const age = (): void => {
      for (const path of files) utimesSync(path, 1, 1);
    };
    const touched = (): boolean[] => files.map((path) => statSync(path).mtimeMs > 1000);
    age();
    vi.advanceTimersByTime(3_600_000);
    expect(touched()).toEqual([true, true]);
    expect(take(migration('/other'))).toContain('another migration is sending');
    hold.release();
    age();
    vi.advanceTimersByTime(3_600_000);
    expect(touched()).toEqual([false, false]);
  });
});
