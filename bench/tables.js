/** Above this share of the machine, what others did may have changed the outcome. */
const mostOthers = 0.05;

/** The report of a suite in Markdown: what was measured against what, what to think of it, whether the output was right. */
export function renderSuite({ rows, rounds, memory, input, machine, contenders, goals, faults }) {
  return page([
    `# ${grouped(rows)} rows, medians of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}`,
    ...machineLines(machine),
    `${(input.bytes / 1e6).toFixed(1)} MB of CSV, SHA-256 \`${input.sha256.slice(0, 16)}…\`; \`build.memory\` ${memory} MB`,
    contenderTable(contenders),
    table(
      ['contender', 'against', 'speed', 'CPU, with server', 'RSS MB more'],
      contenders.flatMap(({ name, against }) =>
        against.map((one) => [name, one.name, times(one.speed), times(one.cpu), fixed(one.moreMegabytes, 0)]),
      ),
      2,
    ),
    goalTable(goals),
    ...remarks({ rounds, contenders, faults }),
  ]);
}

/** Meant for a million rows on two cores. */
function goalTable(goals) {
  const kinds = { speed: 'speed', cpu: 'CPU, with server', peakMegabytes: 'RSS MB', moreMegabytes: 'RSS MB more' };
  const shown = (key, number) => (key.endsWith('Megabytes') ? fixed(number, 0) : times(number));
  return table(
    ['for 1 M rows on two cores', 'against', 'figure', 'verdict', 'must', 'goal', 'measured'],
    goals.map(({ of, against = '', key, isMost = false, must, goal, measured, verdict }) => {
      const bound = (number) => `${isMost ? '≤' : '≥'} ${shown(key, number)}`;
      return [of, against, kinds[key], verdict, bound(must), bound(goal), shown(key, measured)];
    }),
    4,
  );
}

/** The report of the growth series in Markdown. */
export function renderGrowth({ rows, rounds, memory, machine, growth, faults }) {
  const { byRows, byGroups, bySlices, restarts } = growth;
  const points = [...byRows, ...byGroups, ...bySlices].flatMap(({ contenders }) => contenders);
  return page([
    `# Growth, medians of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}`,
    ...machineLines(machine),
    `\`build.memory\` ${memory} MB`,
    '## Over rows',
    seriesTable('rows', byRows),
    growthTable(byRows),
    ...[
      ['groups', byGroups],
      ['slices', bySlices],
    ].flatMap(([name, series]) => [
      `## Over ${name}, ${grouped(rows)} rows`,
      seriesTable(name, series),
      growthTable(series),
    ]),
    `## After kill -9, ${grouped(rows)} rows`,
    'The cost is what both parts took together, less the same build in one piece.',
    table(
      [
        'contender',
        'killed at',
        'slices sealed by then',
        'in one piece s',
        'until the kill s',
        'the rest s',
        'cost s',
        'cost',
      ],
      restarts.map((one) => [
        one.name,
        `${(100 * one.share).toFixed(0)} %`,
        `${one.sealedSlices} of ${one.slices}`,
        fixed(one.wholeSeconds, 2),
        fixed(one.killedSeconds, 2),
        fixed(one.restSeconds, 2),
        fixed(one.costSeconds, 2),
        `${((100 * one.costSeconds) / one.wholeSeconds).toFixed(0)} %`,
      ]),
      1,
    ),
    ...remarks({ rounds, contenders: points, faults }),
  ]);
}

function seriesTable(name, series) {
  return table(
    [name, 'contender', 'wall s', 'rows/s', 'CPU s', 'RSS MB', 'server CPU s', 'others'],
    series.flatMap(({ x, contenders }) => contenders.map((one) => [grouped(x), ...cellsOf(one)])),
    2,
    1,
  );
}

/** The last point of a series against the first. */
function growthTable(series) {
  const first = series[0];
  const last = series.at(-1);
  const of = (after, before, key) => (after[key] === null || before[key] === null ? null : after[key] / before[key]);
  return table(
    [`from ${grouped(first.x)} to ${grouped(last.x)}`, 'rows/s', 'RSS'],
    first.contenders.map((before) => {
      const after = last.contenders.find(({ name }) => name === before.name);
      return [before.name, times(of(after, before, 'rowsPerSecond')), times(of(after, before, 'peakMegabytes'))];
    }),
    1,
  );
}

function contenderTable(contenders) {
  return table(
    ['contender', 'wall s', 'rows/s', 'CPU s', 'RSS MB', 'server CPU s', 'others'],
    contenders.map(cellsOf),
    1,
  );
}

function cellsOf(one) {
  return [
    one.name,
    fixed(one.wallSeconds, 2),
    grouped(Math.round(one.rowsPerSecond)),
    fixed(one.cpuSeconds, 2),
    fixed(one.peakMegabytes, 0),
    fixed(one.serverCpuSeconds, 2),
    `${fixed(100 * one.othersShare, 0)} %`,
  ];
}

function machineLines({ node, cores, processor, versions }) {
  return [[`Node ${node}, ${cores} cores, ${processor}`, ...versions].map((line) => `- ${line}`).join('\n')];
}

function remarks({ rounds, contenders, faults }) {
  return [
    ...(rounds < 3 ? ['Fewer than three rounds: a look, not a result.'] : []),
    ...(contenders.some((one) => one.othersShare > mostOthers)
      ? ['Others used more than 5 % of the machine: repeat on a quiet one before quoting a ratio.']
      : []),
    ...(faults.length === 0 ? ['Output checked: right.'] : faults.map((fault) => `**WRONG OUTPUT:** ${fault}`)),
  ];
}

/** A table of Markdown that is read as it stands too: the first `texts` columns to the left but for `numbersFirst`. */
function table(head, rows, texts, numbersFirst = 0) {
  const lines = [head, ...rows].map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, at) => Math.max(3, ...lines.map((cells) => cells[at].length)));
  const isText = (at) => at >= numbersFirst && at < texts;
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const [first, ...rest] = lines.map((cells) =>
    line(cells.map((cell, at) => (isText(at) ? cell.padEnd(widths[at]) : cell.padStart(widths[at])))),
  );
  const rule = line(widths.map((width, at) => (isText(at) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)));
  return [first, rule, ...rest].join('\n');
}

function page(blocks) {
  return `${blocks.join('\n\n')}\n`;
}

function grouped(number) {
  return number.toLocaleString('en-US');
}

function times(number) {
  return number === null ? '-' : `${number.toFixed(2)} ×`;
}

function fixed(number, digits) {
  return number === null ? '-' : number.toFixed(digits);
}
