import type { QualityReport, RejectReason, RuledTally, StreamQuality } from '../index.ts';
import { count, plural, utcTime, utcTimeOf } from './numbers.ts';
import { pageStyle } from './report-style.ts';
import { columnBeside, reasonWords } from './rule-words.ts';
import { shorten } from './terminal.ts';
import { visibleControls } from './visible-controls.ts';

/** Text that HTML does not take for anything else. */
type Escaped = string;

/** The report as one HTML page without scripts, pictures or anything that is loaded. `at` is when, in epoch milliseconds. */
export function reportPage(report: QualityReport, at: number): string {
  const { job, remarks, streams, rejects, visits, visitors } = report;
  const { rows } = job;
  const filtered = job.tallies.filter(({ outcome }) => outcome === 'filtered');
  const cards = [
    card('rows read', count(rows.read)),
    card('hits', count(rows.hits), share(rows.hits, rows.read)),
    card('rejected', count(rows.rejected), share(rows.rejected, rows.read)),
    card('filtered', count(rows.filtered), share(rows.filtered, rows.read)),
    card('visitors', `≈ ${count(visitors.distinct)}`),
    card('visits', count(visits.visits)),
    card('chunks', count(job.chunks.built), `${count(job.chunks.uploaded)} sent`),
  ];
  const body = [
    `<header><h1>${safe(job.migration)}</h1><p>Data quality of what was built, as of ${utcTime(at / 1000)} UTC · ${safe(job.state)} · ${count(job.slices.sealed)} of ${plural(job.slices.total, 'slice')} sealed</p></header>`,
    `<section class="cards">${cards.join('')}</section>`,
    `<section><h2>Worth a look</h2>${remarks.length === 0 ? '<p>Nothing stands out.</p>' : ''}<ul class="remarks">${remarks
      .map(({ level, text }) => `<li class="${level}">${safe(text)}</li>`)
      .join('')}</ul></section>`,
    changeSection(job.changes),
    ...streams.map((stream) => streamSection(stream, job.tallies)),
    rejectSection(rejects, rows.rejected),
    filterSection(filtered),
    visitorSection(report),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(job.migration)}: data quality</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
${body.join('\n')}
<footer>Made by bdia-migrate. Counts of rows and hits are exact; distinct values are estimates, off by 1.6 % typically. What a <code>rule</code> asks, and where Adobe says so, stands in docs/adobe-rules.md.</footer>
</main>
</body>
</html>
`;
}

function streamSection(
  { stream, hits, firstTime, lastTime, columns, orders, ...rest }: StreamQuality,
  tallies: readonly RuledTally[],
): Escaped {
  const changes = new Map<string, RuledTally[]>();
  for (const tally of tallies)
    if (tally.stream === stream && tally.outcome !== 'rejected' && tally.outcome !== 'filtered')
      changes.set(tally.column, [...(changes.get(tally.column) ?? []), tally]);
  const times = firstTime === null || lastTime === null ? '' : ` · ${utcTime(firstTime)} to ${utcTime(lastTime)} UTC`;
  const shop = orders === 0 ? '' : ` · ${plural(orders, 'order')}, ${count(rest.ordersWithoutRevenue)} without revenue`;
  const names = new Set([...columns.map(({ column }) => column), ...changes.keys()]);
  const rows = [...names].map((name) => {
    const found = columns.find(({ column }) => column === name);
    const filled = found?.filled ?? 0;
    const percent = hits === 0 ? 0 : (100 * filled) / hits;
    const done = (changes.get(name) ?? []).map(
      ({ outcome, reason, rule, count: times }) =>
        `<span class="tag ${outcome.replace(' ', '-')}">${safe(outcome)} ${count(times)}</span> ${safe(reason)}${ruleTag(rule)}`,
    );
    return `<tr${filled === 0 ? ' class="empty"' : ''}><th>${name === '' ? '<i>whole row</i>' : safe(name).replaceAll('.', '.<wbr>')}</th><td class="fill"><span class="bar"><span style="width:${percent.toFixed(1)}%"></span></span><b>${share(filled, hits)}</b></td><td class="number">${filled === 0 ? '' : `${(found?.distinct ?? 0) > 50 ? '≈ ' : ''}${count(found?.distinct ?? 0)}`}</td><td class="done">${done.join('<br>')}</td><td class="example">${safe(shorten(found?.example ?? '', 60))}</td></tr>`;
  });
  const at =
    rest.withoutRevenueAt.length === 0
      ? ''
      : `<p class="note">Orders without revenue, such as ${rest.withoutRevenueAt.map((place) => `<code>${safe(place)}</code>`).join(', ')}: <code>explain</code> leads to their source rows.</p>`;
  return `<section><h2>${safe(stream)}</h2><p>${plural(hits, 'hit')}${times}${shop}</p>${at}
<div class="wide"><table class="columns"><thead><tr><th>column</th><th>filled</th><th class="number">different</th><th>what was done</th><th>for example</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div></section>`;
}

function rejectSection(rejects: readonly RejectReason[], rejected: number): Escaped {
  if (rejects.length === 0) return '<section><h2>Rejected rows</h2><p>None.</p></section>';
  const reasons = rejects.map(({ stream, reason, rule, column, count: rows, samples }) => {
    const shown = samples.map(({ key, value, row }) => {
      const cells = Object.entries(row).flatMap(([name, cell]) =>
        cell === null || cell === '' ? [] : `<span><i>${safe(name)}</i> ${safe(shorten(cell, 80))}</span>`,
      );
      const cause = value === null ? '' : ` <code>${safe(shorten(value, 80))}</code>`;
      return `<li><b>${safe(key.join(' / '))}</b>${cause}<div class="cells">${cells.join('')}</div></li>`;
    });
    const beside = columnBeside(reason, column);
    const where = beside === null ? '' : ` <i>${safe(beside)}</i>`;
    return `<details${rejects.length <= 3 ? ' open' : ''}><summary><b>${count(rows)}</b> ${safe(stream)}: ${safe(reasonWords(reason, column))}${where}${ruleTag(rule)} <small>${share(rows, rejected)}</small></summary><ul class="samples">${shown.join('')}</ul></details>`;
  });
  return `<section><h2>Rejected rows</h2>${reasons.join('\n')}</section>`;
}

function changeSection(changes: QualityReport['job']['changes']): Escaped {
  if (changes.length === 0) return '';
  const items = changes.map(({ at, text }) => `<li>${utcTimeOf(at)}: ${safe(text)}</li>`);
  return `<section><h2>Changed on the way</h2><ul>${items.join('')}</ul></section>`;
}

function filterSection(filtered: readonly RuledTally[]): Escaped {
  if (filtered.length === 0) return '';
  const rows = [...filtered]
    .sort((one, other) => other.count - one.count)
    .map(
      ({ stream, reason, count: times }) =>
        `<tr><td class="number">${count(times)}</td><td>${safe(stream)}</td><td>${safe(reason)}</td></tr>`,
    );
  return `<section><h2>Filtered rows</h2><div class="wide"><table class="narrow"><thead><tr><th class="number">rows</th><th>stream</th><th>rule</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></section>`;
}

function visitorSection({ visitors, visits, streams }: QualityReport): Escaped {
  const read = streams.reduce((sum, { hits }) => sum + hits, 0);
  const rows = visitors.top.map(
    ({ text, count: hits, over }) =>
      `<tr><td><code>${safe(shorten(text, 60))}</code></td><td class="number">${over === 0 ? '' : '≤ '}${count(hits)}</td><td class="number">${share(hits, read)}</td></tr>`,
  );
  const facts = [
    ['visits', visits.visits],
    ['hits in the same second as the visitor’s last', visits.ties],
    ['visits broken off: over 100 hits in 100 seconds', visits.bursts],
    ['visits broken off at 2,500 hits', visits.tooManyHits],
    ['visits broken off at 12 hours', visits.tooLong],
  ] as const;
  const list = facts.map(([name, value]) => `<tr><td>${name}</td><td class="number">${count(value)}</td></tr>`);
  return `<section><h2>Visitors and visits</h2><div class="two"><div class="wide"><table class="narrow"><thead><tr><th>visitors with most hits</th><th class="number">hits</th><th class="number">of all</th></tr></thead><tbody>${rows.join('')}</tbody></table></div><div class="wide"><table class="narrow"><thead><tr><th>visits, as Adobe will count them</th><th></th></tr></thead><tbody>${list.join('')}</tbody></table></div></div></section>`;
}

function ruleTag(rule: RuledTally['rule']): Escaped {
  return rule === null ? '' : ` <code>${rule}</code>`;
}

function card(name: string, value: string, more = ''): Escaped {
  return `<div class="card"><span>${name}</span><b>${value}</b><small>${more}</small></div>`;
}

function share(part: number, whole: number): string {
  if (whole === 0) return '';
  const percent = (100 * part) / whole;
  if (part > 0 && percent < 0.1) return '< 0.1 %';
  if (part < whole && percent > 99.9) return '> 99.9 %';
  return `${percent === 0 || percent === 100 ? percent : percent.toFixed(1)} %`;
}

function safe(text: string): Escaped {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return visibleControls(text).replace(/[&<>"']/g, (sign) => names[sign] ?? sign);
}
