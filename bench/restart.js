import { existsSync, readdirSync } from 'node:fs';
import { bodiesOf, readLanes } from './check-output.js';
import { killAfter, measure, measureRest } from './measure.js';
import { median } from './summary.js';

/** When a build is killed, as shares of what it takes in one piece. */
const shares = [0.5, 0.25, 0.75];

/**
 * What an interruption costs: each build is measured in one piece, then killed with SIGKILL at a share of that time and
 * started again, which goes on where it stopped. Medians over the rounds; `sealedSlices` of `slices` were there at the
 * kill. What was built in two parts must have the lines of what was built in one. Builds that end before the kill, since
 * the machine was busier before, are killed earlier.
 */
export async function measureRestarts(builds, { rounds, points, folder, signal, say }) {
  const found = [];
  for (const build of builds) {
    const whole = `${folder}/output/whole`;
    const parted = `${folder}/output/parted`;
    for (const share of shares.slice(0, points)) {
      const samples = [];
      const faults = [];
      for (let round = 0; round < rounds; round++) {
        const { wallSeconds } = await measure(build, whole, signal);
        const killedSeconds = await killWithin(build, parted, share * wallSeconds, signal);
        const sealed = sealedSlices(`${parted}/${build.lanes}`);
        const rest = await measureRest(build, parted, signal);
        samples.push({ wallSeconds, killedSeconds, sealed, restSeconds: rest.wallSeconds });
        say(`${build.name}, killed after ${killedSeconds.toFixed(2)} s, rest ${rest.wallSeconds.toFixed(2)} s`);
      }
      const lanes = (output) => bodiesOf(readLanes(`${output}/${build.lanes}`, false));
      if (lanes(whole) !== lanes(parted)) faults.push(`${build.name}: other lines after a kill at ${share}`);
      const of = (read) => median(samples.map(read));
      found.push({
        name: build.name,
        share,
        slices: sealedSlices(`${whole}/${build.lanes}`),
        sealedSlices: of(({ sealed }) => sealed),
        wholeSeconds: of(({ wallSeconds }) => wallSeconds),
        killedSeconds: of(({ killedSeconds }) => killedSeconds),
        restSeconds: of(({ restSeconds }) => restSeconds),
        costSeconds: of((one) => one.killedSeconds + one.restSeconds - one.wallSeconds),
        samples,
        faults,
      });
    }
  }
  return found;
}

async function killWithin(build, folder, seconds, signal) {
  for (let wait = seconds; ; wait /= 2) {
    const killed = await killAfter(build, folder, wait, signal);
    if (killed !== null) return killed;
  }
}

/** How many slices have chunks in a folder of lanes, which need not be there yet. */
export function sealedSlices(lanes) {
  if (!existsSync(lanes)) return 0;
  const files = readdirSync(lanes).flatMap((lane) => readdirSync(`${lanes}/${lane}`));
  return new Set(files.map((file) => /^(\d+)-\d+\.csv\.gz$/.exec(file)?.[1]).filter(Boolean)).size;
}
