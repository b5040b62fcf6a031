import type { Migration } from '../../config/migration.ts';

/** The least wall-clock time of sending, in seconds, and the limit that decides it. */
export interface SendingTime {
  readonly seconds: number;
  readonly bound: string;
}

/** How long sending takes at least at this pace, where each of `groups` lanes has `chunksPerLane` of these rows. */
export function sendingTime(
  { rows, groups, chunksPerLane }: { readonly rows: number; readonly groups: number; readonly chunksPerLane: number },
  pace: Pick<Migration['pace'], 'requestsPerSecond' | 'secondsPerLane' | 'rowsPerSecondPerLane'>,
): SendingTime {
  const bounds = [
    {
      seconds: (chunksPerLane * groups) / pace.requestsPerSecond,
      bound: `the pace of ${pace.requestsPerSecond} a second for requests${groups === 1 ? '' : `, over all ${groups} visitor groups`}`,
    },
    {
      seconds: chunksPerLane * pace.secondsPerLane,
      bound: `${pace.secondsPerLane} s between the uploads of one visitor group`,
    },
    {
      seconds: pace.rowsPerSecondPerLane === 0 ? 0 : rows / groups / pace.rowsPerSecondPerLane,
      bound: `${pace.rowsPerSecondPerLane} rows a second in each visitor group`,
    },
  ];
  const { seconds, bound } = bounds.reduce((most, one) => (one.seconds > most.seconds ? one : most));
  return { seconds: Math.ceil(seconds), bound };
}
