import type { JobEvent, JobReport } from '../index.ts';
import { count, duration, plural } from './numbers.ts';

/** How far a job is; told by its events, shown as one line. Times are milliseconds of one monotonic clock. */
export interface JobProgress {
  take(event: JobEvent, nowMs: number): void;
  /** The live line. */
  line(nowMs: number): string;
}

const barWidth = 20;

interface Pass {
  readonly atMs: number;
  readonly hits: number;
}

/**
 * Follows a job from where `before` says that it stands. `delivers` is false where nothing will be sent.
 *
 * A plan counts the rows of a windowed source, not hits: what is still to build is what was planned, less the rows that
 * sealed slices accounted for. The plan of a single-pass source counts hits themselves.
 */
export function createJobProgress(
  before: Pick<JobReport, 'plannedRows' | 'rows' | 'slices' | 'chunks' | 'lanes'>,
  delivers: boolean,
): JobProgress {
  let planned = before.plannedRows;
  let slices = before.slices.total;
  let sealedSlices = before.slices.sealed;
  let sealed = before.rows.hits;
  let misfits = before.rows.rejected + before.rows.filtered;
  let sent = before.lanes.reduce((sum, lane) => sum + lane.uploadedRows, 0);
  let sentChunks = before.lanes.reduce((sum, lane) => sum + lane.uploaded, 0);
  let singlePass = false;
  let building = 0;
  let reading = '';
  let buildBegan: Pass | null = null;
  let sendBegan: Pass | null = null;
  const waits = new Map<string, { readonly text: string; readonly untilMs: number | null }>();

  const allSealed = (): boolean => slices > 0 && sealedSlices >= slices;
  const total = (): number =>
    allSealed() ? sealed : sealed + Math.max(0, planned - sealed - (singlePass ? 0 : misfits));
  const built = (): number => (allSealed() ? sealed : Math.min(total(), sealed + building));

  function left(nowMs: number): string {
    const buildMs = allSealed() ? 0 : restMs(total() - built(), built(), buildBegan, nowMs);
    const sendMs = delivers ? restMs(total() - sent, sent, sendBegan, nowMs) : 0;
    if (buildMs === null || sendMs === null) return '';
    const most = Math.max(buildMs, sendMs);
    return most > 0 ? `${duration(most / 1000)} left` : '';
  }

  function waiting(): string {
    const first = [...waits].find(([, { text }]) => !isPace(text));
    return first === undefined ? '' : `${first[0]} waits: ${first[1].text}`;
  }

  return {
    take: (event, nowMs) => {
      switch (event.type) {
        case 'planned':
          planned = event.rows;
          slices = event.slices;
          reading = '';
          break;
        case 'progress':
          singlePass ||= event.doing === 'reading';
          reading = event.doing === 'building' ? '' : `${event.doing} ${plural(event.rows, 'row')}`;
          if (event.doing !== 'building') break;
          buildBegan ??= { atMs: nowMs, hits: sealed };
          building = event.rows;
          break;
        case 'sealed':
          reading = '';
          sealedSlices += 1;
          sealed += event.hits;
          misfits += event.rejected + event.filtered;
          building = 0;
          buildBegan ??= { atMs: nowMs, hits: sealed };
          break;
        case 'chunk':
          waits.delete(event.group);
          sendBegan ??= { atMs: nowMs, hits: sent };
          if (event.state !== 'uploaded' && event.state !== 'partial') break;
          sent += event.rows;
          sentChunks += 1;
          break;
        case 'lane':
          if (event.untilMs === null) waits.delete(event.group);
          else waits.set(event.group, { text: event.waits, untilMs: event.untilMs });
          break;
        case 'message':
          break;
      }
    },
    line: (nowMs) => {
      const all = total();
      if (reading !== '' || all === 0) return reading;
      const share = (built() + (delivers ? sent : 0)) / (all * (delivers ? 2 : 1));
      const filled = Math.round(Math.min(1, share) * barWidth);
      const parts = [
        `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${String(Math.floor(share * 100)).padStart(3)} %`,
        allSealed() && delivers ? '' : `built ${count(built())}`,
        delivers ? `sent ${count(sent)} of ${count(all)}` : `of ${count(all)} hits`,
        waiting(),
        waiting() === '' ? left(nowMs) : '',
        sentChunks > 0 && delivers ? plural(sentChunks, 'file') : '',
      ];
      return parts.filter((part) => part !== '').join(' · ');
    },
  };
}

/** Waits that are part of the plan, and no news. */
export function isPace(waits: string): boolean {
  return waits === 'for its pace';
}

/** What the rest takes at the speed so far; `null` where there is no speed yet. */
function restMs(rest: number, done: number, began: Pass | null, nowMs: number): number | null {
  if (rest <= 0) return 0;
  if (began === null || done <= began.hits || nowMs <= began.atMs) return null;
  return (rest * (nowMs - began.atMs)) / (done - began.hits);
}
