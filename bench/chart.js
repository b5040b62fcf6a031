const width = 820;
const height = 420;
const plot = { left: 72, right: 560, top: 52, bottom: 356 };
const labelHeight = 18;

// The colours of Okabe and Ito, which those see too who do not tell red from green; lighter where the ground is dark.
const light = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#56708f', '#000000'];
const dark = ['#56b4e9', '#f0833a', '#2fc79a', '#e39cc4', '#f0e442', '#a9bdd3', '#ffffff'];

/**
 * A chart of lines as SVG that needs nothing else, light or dark as its reader likes. x is drawn by its logarithm, at
 * `ticks` of [value, text]; y begins at 0. Each line has a `name`, `points` of [x, y] and a
 * `colour`, a number, and may be dashed.
 */
export function lineChart({ title, xLabel, yLabel, ticks, lines }) {
  const most = Math.max(...lines.flatMap(({ points }) => points.map(([, y]) => y)));
  const step = niceStep(most / 5);
  const top = step * Math.max(1, Math.ceil(most / step));
  const logs = ticks.map(([x]) => Math.log(x));
  const [low, span] = [logs[0], logs.at(-1) - logs[0]];
  const atX = (x) => plot.left + 24 + (plot.right - plot.left - 48) * (span === 0 ? 0.5 : (Math.log(x) - low) / span);
  const atY = (y) => plot.bottom - ((plot.bottom - plot.top) * y) / top;
  const levels = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  const ends = placed(lines.map(({ points }) => atY(points.at(-1)[1])));
  return image(
    title,
    height,
    `<text class="ink" x="${plot.left}" y="${plot.top - 10}">${escaped(yLabel)}</text>
${levels.map((y) => level(atY(y), label(y, step))).join('\n')}
${ticks.map(([x, text]) => `<line class="faint" x1="${round(atX(x))}" x2="${round(atX(x))}" y1="${plot.bottom}" y2="${plot.bottom + 5}"/><text class="ink" x="${round(atX(x))}" y="${plot.bottom + 20}" text-anchor="middle">${escaped(text)}</text>`).join('\n')}
<text class="ink" x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 44}" text-anchor="middle">${escaped(xLabel)}</text>
${lines.map((one, index) => drawn(one, { atX, atY, end: ends[index] })).join('\n')}`,
  );
}

/** A chart of bars as SVG, from 0, in the order given, each with its value behind it; pale ones are there to compare. */
export function barChart({ title, label: unit, bars }) {
  const left = 340;
  const right = 720;
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const lines = bars.map(({ name, value, isPale }, index) => {
    const y = plot.top + 26 * index;
    const length = round(((right - left) * value) / most);
    return `<text class="ink" x="${left - 10}" y="${y + 14}" text-anchor="end">${escaped(name)}</text><g class="c0"><rect x="${left}" y="${y}" width="${length}" height="18" stroke="none"${isPale ? ' opacity="0.45"' : ''}/></g><text class="ink" x="${left + length + 6}" y="${y + 14}">${value < 10 ? value.toFixed(1) : Math.round(value)}</text>`;
  });
  const unitLine = `<text class="ink" x="${left}" y="${plot.top - 10}">${escaped(unit)}</text>`;
  return image(title, plot.top + 26 * bars.length + 12, [unitLine, ...lines].join('\n'));
}

function image(title, height, content) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="13">
<title>${escaped(title)}</title>
<style>
${styles(light, { ground: '#ffffff', ink: '#1f2328', faint: '#d8dee4' })}
@media (prefers-color-scheme: dark) {
${styles(dark, { ground: '#0d1117', ink: '#e6edf3', faint: '#30363d' })}
}
</style>
<rect class="ground" width="${width}" height="${height}"/>
<text class="ink" x="${plot.left}" y="24" font-size="16" font-weight="600">${escaped(title)}</text>
${content}
</svg>
`;
}

function drawn({ name, points, colour, isDashed }, { atX, atY, end }) {
  const places = points.map(([x, y]) => [round(atX(x)), round(atY(y))]);
  const [lastX, lastY] = places.at(-1);
  const dashes = isDashed ? ' stroke-dasharray="6 4"' : '';
  return `<g class="c${colour % light.length}">
<polyline points="${places.map((place) => place.join(',')).join(' ')}" fill="none" stroke-width="2"${dashes}/>
${places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3.5"/>`).join('')}
<polyline points="${lastX + 6},${lastY} ${plot.right + 2},${round(end)} ${plot.right + 8},${round(end)}" fill="none" stroke-width="1" opacity="0.6"/>
<text x="${plot.right + 12}" y="${round(end + 4)}" stroke="none">${escaped(name)}</text>
</g>`;
}

function level(y, text) {
  return `<line class="faint" x1="${plot.left}" x2="${plot.right}" y1="${round(y)}" y2="${round(y)}"/><text class="ink" x="${plot.left - 8}" y="${round(y + 4)}" text-anchor="end">${text}</text>`;
}

function styles(colours, { ground, ink, faint }) {
  return [
    `.ground { fill: ${ground} }`,
    `.ink { fill: ${ink} }`,
    `.faint { stroke: ${faint} }`,
    ...colours.map((colour, index) => `.c${index} { stroke: ${colour}; fill: ${colour} }`),
  ].join('\n');
}

/** Heights of labels near those wanted, so far apart that no two overlap, all within the plot where there is room. */
function placed(wanted) {
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  let least = plot.top;
  for (const label of order) {
    label.y = Math.max(label.y, least);
    least = label.y + labelHeight;
  }
  let most = plot.bottom;
  for (const label of order.toReversed()) {
    label.y = Math.min(label.y, most);
    most = label.y - labelHeight;
  }
  return order.toSorted((a, b) => a.index - b.index).map(({ y }) => y);
}

/** 1, 2 or 5 times a power of ten, `least` or the next above. */
function niceStep(least) {
  if (!(least > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= least);
}

function label(y, step) {
  return step >= 1 ? String(Math.round(y)) : y.toFixed(Math.ceil(-Math.log10(step)));
}

function round(number) {
  return Math.round(number * 10) / 10;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
