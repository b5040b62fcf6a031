import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../domain/clock.ts';
import type { JobEvent } from '../../domain/event.ts';

/** What a lane waits for; `until` is ISO 8601 UTC, `null` where nobody can say. */
export interface LaneWait {
  readonly for: string;
  readonly until: string | null;
}

/** What a running process tells of its lanes, by group: what they wait for, and why they stopped. */
export interface LaneBoard {
  readonly waits: ReadonlyMap<string, LaneWait>;
  readonly stopped: ReadonlyMap<string, string>;
}

/** A board that is being written. */
export interface BoardWriter {
  take(event: JobEvent): void;
  laneStopped(group: string, message: string): void;
  /** Takes the board away: nothing runs any more. Never rejects. */
  close(): Promise<void>;
}

/** How often the board is written. It is for people, so a second is soon enough, and a process that is gone shows after a few. */
const everyMs = 1000;
const deadAfterMs = 15_000;

const boardFile = z.object({
  waits: z.record(z.string(), z.object({ for: z.string(), until: z.string().nullable() })),
  stopped: z.record(z.string(), z.string()),
});

/**
 * Writes what lanes wait for to `lanes.json` in the work folder, for a `status` of another process. Nothing depends on
 * it: it is not made durable, and a disk that does not take it changes nothing.
 */
export function openBoard(folder: string, clock: Clock): BoardWriter {
  const path = join(folder, 'lanes.json');
  const waits = new Map<string, LaneWait>();
  const stopped = new Map<string, string>();
  const closing = new AbortController();
  const writing = writeOften();

  async function writeOften(): Promise<void> {
    while (!closing.signal.aborted) {
      await clock.sleep(everyMs, closing.signal).catch(() => undefined);
      if (!closing.signal.aborted) write();
    }
  }

  function write(): void {
    const text = JSON.stringify({ waits: Object.fromEntries(waits), stopped: Object.fromEntries(stopped) });
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${path}.tmp`, text);
      renameSync(`${path}.tmp`, path);
    } catch {
      // A full disk stops the run elsewhere, with words.
    }
  }

  return {
    take: (event) => {
      if (event.type === 'lane') {
        const until = event.untilMs === null ? null : new Date(event.untilMs).toISOString();
        waits.set(event.group, { for: event.waits, until });
      } else if (event.type === 'chunk') {
        const wait = waitAfter(event.state, event.name);
        if (wait === null) waits.delete(event.group);
        else waits.set(event.group, { for: wait, until: null });
      }
    },
    laneStopped: (group, message) => {
      waits.delete(group);
      stopped.set(group, message);
    },
    close: async () => {
      closing.abort();
      await writing;
      try {
        rmSync(path, { force: true });
      } catch {
        // What is left shows for some seconds after the run, and then not any more.
      }
    },
  };
}

function waitAfter(state: string, name: string): string | null {
  if (state === 'linted') return `for its turn to send ${name}`;
  return state === 'sending' ? `for Adobe's answer to ${name}` : null;
}

/** The board of a process that runs now; `null` where none does. `now` is epoch ms. */
export function readBoard(folder: string, now: number): LaneBoard | null {
  const path = join(folder, 'lanes.json');
  try {
    if (Math.abs(now - statSync(path).mtimeMs) > deadAfterMs) return null;
    const { waits, stopped } = boardFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    return { waits: new Map(Object.entries(waits)), stopped: new Map(Object.entries(stopped)) };
  } catch {
    return null;
  }
}
