import type { JobEvent, OnEvent } from '../index.ts';
import { count, duration, plural } from './numbers.ts';
import type { Terminal } from './terminal.ts';

/** Follows a job's events: a live line with an estimate in a terminal, a plain line per event that matters in a pipe. */
export interface Progress {
  readonly onEvent: OnEvent;
  end(): void;
}

const redrawMs = 100;
const barWidth = 24;

/** A progress line for `run`, `build` and `validate`. What is already done when it starts is told by `start`. */
export function createProgress(
  terminal: Terminal,
  start: { readonly plannedHits: number; readonly sealedHits: number; readonly uploadedHits: number },
  delivers: boolean,
): Progress {
  let planned = start.plannedHits;
  let slices = 0;
  let sealedSlices = 0;
  let sealed = start.sealedHits;
  let sent = start.uploadedHits;
  let chunks = 0;
  let sentChunks = 0;
  let doing = '';
  const began = performance.now();
  let drawn = 0;

  const doneOf = (): number => (delivers ? sealed + sent : sealed);
  const draw = (force: boolean): void => {
    if (!terminal.isLive) return;
    const now = performance.now();
    if (!force && now - drawn < redrawMs) return;
    drawn = now;
    const total = Math.max(planned, sealed) * (delivers ? 2 : 1);
    const share = total === 0 ? 0 : Math.min(1, doneOf() / total);
    const begun = delivers ? start.sealedHits + start.uploadedHits : start.sealedHits;
    const speed = (doneOf() - begun) / ((now - began) / 1000);
    const left = speed > 0 && share < 1 ? ` · ${duration((total - doneOf()) / speed)} left` : '';
    const filled = Math.round(share * barWidth);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
    const parts = [
      `${bar} ${String(Math.floor(share * 100)).padStart(3)} %`,
      ...(slices > 0 ? [`built ${count(sealed)} hits`] : [doing]),
      ...(delivers && chunks > 0 ? [`sent ${count(sent)} in ${plural(sentChunks, 'chunk')}`] : []),
    ];
    terminal.live((parts.filter((part) => part !== '').join(' · ') + left).slice(0, Math.max(20, terminal.width - 1)));
  };

  const plain = (line: string): void => {
    if (!terminal.isLive) terminal.note(line);
  };
  const take = (event: JobEvent): void => {
    switch (event.type) {
      case 'planned':
        planned = event.rows;
        slices = event.slices;
        plain(`planned ${plural(event.rows, 'hit')} in ${plural(event.slices, 'slice')}`);
        break;
      case 'progress':
        doing = `${event.doing} ${plural(event.rows, 'row')}`;
        break;
      case 'sealed':
        sealedSlices += 1;
        slices = Math.max(slices, sealedSlices);
        sealed += event.hits;
        chunks += event.chunks;
        plain(
          `sealed slice ${event.slice}: ${plural(event.hits, 'hit')} in ${plural(event.chunks, 'chunk')}, ` +
            `${count(event.rejected)} rejected, ${count(event.filtered)} filtered`,
        );
        break;
      case 'chunk':
        if (event.state === 'uploaded' || event.state === 'partial') {
          sent += event.rows;
          sentChunks += 1;
        }
        if (event.state !== 'linted' && event.state !== 'sending')
          plain(`${event.state} ${event.group} ${event.name} (${plural(event.rows, 'row')})`);
        break;
      case 'lane':
        if (event.untilMs !== null && event.untilMs - Date.now() > 15_000)
          plain(`${event.group} waits: ${event.waits}`);
        break;
      case 'message':
        terminal.note(event.level === 'warn' ? terminal.paint.yellow(event.text) : event.text);
        break;
    }
  };
  return {
    onEvent: (event) => {
      take(event);
      draw(event.type === 'sealed' || event.type === 'chunk');
    },
    end: () => terminal.live(''),
  };
}
