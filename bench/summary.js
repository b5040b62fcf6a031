/**
 * Medians over the rounds, and each contender's speed, CPU and memory against those that it names: the median of the
 * ratios inside each round, since what slows one round down slows all of its contenders. A speed of 2 is half the wall
 * time; a CPU ratio of 2 is twice the CPU, that of the database server included. `samples` maps a name to its
 * measurements, round by round.
 */
export function summarise(samples, contenders, rows) {
  return contenders.map(({ name, against, isBuild = false }) => {
    const own = samples.get(name);
    const wallSeconds = medianOf(own, 'wallSeconds');
    return {
      name,
      isBuild,
      rows,
      wallSeconds,
      rowsPerSecond: rows / wallSeconds,
      cpuSeconds: medianOf(own, 'cpuSeconds'),
      serverCpuSeconds: medianOf(own, 'serverCpuSeconds'),
      peakMegabytes: medianOf(own, 'peakMegabytes'),
      othersShare: medianOf(own, 'othersShare'),
      against: against.map((other) => ({ name: other, ...ratiosOf(own, samples.get(other)) })),
      samples: own,
    };
  });
}

function ratiosOf(own, base) {
  const ratio = (one) => median(own.map((sample, round) => one(sample, base[round])));
  const cpu = ({ cpuSeconds, serverCpuSeconds }) => cpuSeconds + (serverCpuSeconds ?? 0);
  const hasPeaks = [...own, ...base].every(({ peakMegabytes }) => peakMegabytes !== null);
  return {
    speed: ratio((one, other) => other.wallSeconds / one.wallSeconds),
    cpu: ratio((one, other) => cpu(one) / cpu(other)),
    moreMegabytes: hasPeaks ? ratio((one, other) => one.peakMegabytes - other.peakMegabytes) : null,
  };
}

function medianOf(samples, key) {
  const numbers = samples.map((sample) => sample[key]);
  return numbers.includes(null) ? null : median(numbers);
}

/** The middle one of some numbers; of an even number of them, the mean of both in the middle. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
