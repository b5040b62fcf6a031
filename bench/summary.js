const gzip = 'gzip -6 < rows.csv';
const naive = 'naive pipeline';
/** Above this share of the machine, what others did may have changed the outcome. */
const mostOthers = 0.05;

/**
 * Medians over the rounds, and the speed and CPU of each contender against gzip and the naive pipeline: the median of the
 * ratios inside each round, since what slows one round down slows all of its contenders. A speed of 2 is half the wall
 * time; a CPU ratio of 2 is twice the CPU. `samples` maps a name to its measurements, round by round; a contender's
 * `beside` names what reads the same from the same server, against which it has ratios of its own.
 */
export function summarise(samples, contenders) {
  const ratios = (own, base, ratio) => (base === undefined ? null : median(own.map((one, at) => ratio(one, base[at]))));
  const speed = (one, other) => other.wallSeconds / one.wallSeconds;
  const cpu = (one, other) => one.cpuSeconds / other.cpuSeconds;
  return contenders
    .map(({ name, beside = null }) => ({ name, beside, own: samples.get(name) }))
    .map(({ own, ...who }) => ({
      ...who,
      wallSeconds: median(own.map((one) => one.wallSeconds)),
      cpuSeconds: median(own.map((one) => one.cpuSeconds)),
      peakMegabytes: own[0].peakMegabytes === null ? null : median(own.map((one) => one.peakMegabytes)),
      serverCpuSeconds: own[0].serverCpuSeconds === null ? null : median(own.map((one) => one.serverCpuSeconds)),
      othersShare: median(own.map((one) => one.othersShare)),
      speedToGzip: ratios(own, samples.get(gzip), speed),
      cpuToGzip: ratios(own, samples.get(gzip), cpu),
      speedToNaive: ratios(own, samples.get(naive), speed),
      cpuToNaive: ratios(own, samples.get(naive), cpu),
      speedToBeside: ratios(own, samples.get(who.beside), speed),
      cpuToBeside: ratios(own, samples.get(who.beside), cpu),
      samples: own,
    }));
}

/** The report for people: a table, what to think of it, and whether the output was right. */
export function renderTable({ rows, rounds, seed, input, machine, contenders, faults }) {
  const head = [
    '',
    'wall s',
    'rows/s',
    'CPU s',
    'RSS MB',
    'server CPU s',
    'speed:gzip',
    'CPU:gzip',
    'speed:naive',
    'CPU:naive',
    'others',
  ];
  const lines = contenders.map((one) => [
    one.name,
    fixed(one.wallSeconds, 2),
    fixed(rows / one.wallSeconds, 0),
    fixed(one.cpuSeconds, 2),
    fixed(one.peakMegabytes, 0),
    fixed(one.serverCpuSeconds, 2),
    ...[one.speedToGzip, one.cpuToGzip, one.speedToNaive, one.cpuToNaive].map((ratio) => fixed(ratio, 2, 'x')),
    `${fixed(100 * one.othersShare, 0)} %`,
  ]);
  const widths = head.map((_, at) => Math.max(...[head, ...lines].map((line) => line[at].length)));
  const text = [head, ...lines].map((line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join('  '),
  );
  const remarks = contenders
    .filter(({ beside }) => beside !== null)
    .map(
      (one) =>
        `${one.name} : ${one.beside}: speed ${fixed(one.speedToBeside, 2, 'x')}, CPU ${fixed(one.cpuToBeside, 2, 'x')}`,
    );
  if (rounds < 3) remarks.push('Fewer than three rounds: a look, not a result.');
  if (contenders.some((one) => one.othersShare > mostOthers)) {
    remarks.push('Others used more than 5 % of the machine: repeat on a quiet one before quoting a ratio.');
  }
  if (faults.length === 0) {
    remarks.push('Output checked: every row once and in order; all builds byte for byte; naive cell by cell.');
  }
  const megabytes = (input.bytes / 1e6).toFixed(1);
  return `${[
    `${rows} rows, ${megabytes} MB of CSV (seed ${seed}, SHA-256 ${input.sha256.slice(0, 16)}…), medians of ${rounds} rounds`,
    `Node ${machine.node}, ${machine.cores} cores, ${machine.processor}`,
    ...machine.versions,
    '',
    ...text,
    '',
    ...remarks,
    ...faults.map((fault) => `WRONG OUTPUT: ${fault}`),
  ].join('\n')}\n`;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function fixed(number, digits, unit = '') {
  return number === null ? '-' : `${number.toFixed(digits)}${unit}`;
}
