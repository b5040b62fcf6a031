import type { LegacyRow } from './legacy-hits.ts';

/** Rows as one CSV export, in the order given; every cell quoted. */
export function legacyCsv(rows: readonly LegacyRow[]): string {
  const lines = rows.map(({ id, time, visitor, url, title, agent }) =>
    [id, time, visitor, url, title, agent].map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(','),
  );
  return `${['id,time,visitor,url,title,agent', ...lines].join('\n')}\n`;
}

/** The mapping for such an export. */
export const csvMapping = `
mapping: scenario-csv
engine: files
files:
  log: { format: csv, header: true }
streams:
  views:
    rows: log
    key: [id]
    time: { from: time, unit: ms }
    skip: { health checks: { url: { matches: '/health' } } }
    hit: { visitorID: visitor, userAgent: agent, pageURL: url, pageName: title }
`;
