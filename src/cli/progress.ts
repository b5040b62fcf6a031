import type { JobEvent, JobReport, OnEvent } from '../index.ts';
import { createJobProgress, isPace } from './job-progress.ts';
import { count, duration, plural } from './numbers.ts';
import type { Terminal } from './terminal.ts';

/** Follows a job's events: a live line with an estimate in a terminal, a plain line per event that matters in a pipe. */
export interface Progress {
  readonly onEvent: OnEvent;
  end(): void;
}

const redrawMs = 100;

/** Shows a job as it goes on from where `before` says that it stands; `delivers` is false where nothing will be sent. */
export function createProgress(
  terminal: Terminal,
  before: Pick<JobReport, 'plannedRows' | 'rows' | 'slices' | 'chunks' | 'lanes'>,
  delivers: boolean,
): Progress {
  const job = createJobProgress(before, delivers);
  const told = new Map<string, string>();
  let drawnMs = 0;
  const draw = (): void => {
    drawnMs = performance.now();
    terminal.live(job.line(drawnMs));
  };
  return {
    onEvent: (event) => {
      job.take(event, performance.now());
      if (event.type === 'message')
        terminal.note(event.level === 'warn' ? terminal.paint.yellow(event.text) : event.text);
      else if (!terminal.isLive) tellPlain(event, terminal, told);
      if (terminal.isLive && (event.type !== 'progress' || performance.now() - drawnMs >= redrawMs)) draw();
    },
    end: () => terminal.live(''),
  };
}

/** Says what a lane waits for; one that tries again and again for one reason says so once. `told` is by lane. */
export function tellWait(
  { group, waits, untilMs }: Extract<JobEvent, { type: 'lane' }>,
  terminal: Pick<Terminal, 'note'>,
  told: Map<string, string>,
): void {
  if (untilMs === null || isPace(waits) || told.get(group) === waits) return;
  told.set(group, waits);
  terminal.note(`${group} waits: ${waits}, ${duration((untilMs - Date.now()) / 1000)}`);
}

function tellPlain(event: JobEvent, terminal: Terminal, told: Map<string, string>): void {
  switch (event.type) {
    case 'planned':
      terminal.note(`planned ${plural(event.rows, 'row')} in ${plural(event.slices, 'slice')}`);
      break;
    case 'sealed':
      terminal.note(
        `sealed slice ${event.slice}: ${plural(event.hits, 'hit')} in ${plural(event.chunks, 'chunk')}, ` +
          `${count(event.rejected)} rejected, ${count(event.filtered)} filtered`,
      );
      break;
    case 'chunk':
      if (event.state === 'linted' || event.state === 'sending') break;
      told.delete(event.group);
      terminal.note(`${event.state} ${event.group} ${event.name} (${plural(event.rows, 'row')})`);
      break;
    case 'lane':
      tellWait(event, terminal, told);
      break;
    default:
      break;
  }
}
