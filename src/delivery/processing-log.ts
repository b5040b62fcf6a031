/** One data row that Adobe names, 1-based, with its words. A row with two faults is named once, its reasons joined. */
export interface NamedRow {
  readonly row: number;
  readonly reason: string;
}

/** What a `processing_log` says. The counts are `null` where it does not end with its summary. */
export interface ProcessingLog {
  readonly named: readonly NamedRow[];
  readonly submitted: number | null;
  readonly invalid: number | null;
}

const log4jPrefix = /\d{2}:\d{2}:\d{2}[.,]\d{3}\s+\[[^\]]{0,80}\]\s+[A-Z]{4,5}\s+\S{0,80}\s*-\s/g;
const summary =
  /processing\s+complete:\s*([\d,]{1,20})\s+rows?\s+will\s+be\s+submitted[.,;]?\s*([\d,]{1,20})\s+rows?\s+(?:were|was)\s+invalid/i;
const rowStart = /on\s+row:?\s*#?\s*(\d{1,12})\s*[,:;]?\s*/gi;
const tail = /\s*this\s+row\s+will\s+not\s+be\s+submitted\.?\s*$/i;
const longestReason = 300;

/**
 * Reads a `processing_log` (Adobe docs, BDIA troubleshooting). Separators between its sentences vary (blanks, line
 * breaks) and older answers carry a logger's prefix, so only the sentences themselves are looked for; text that is not
 * understood is passed over. Never throws.
 */
export function parseProcessingLog(text: string): ProcessingLog {
  const plain = text.replace(log4jPrefix, '\n');
  const end = summary.exec(plain);
  const rows = end === null ? plain : plain.slice(0, end.index);
  const starts = [...rows.matchAll(rowStart)];
  const reasons = new Map<number, string[]>();
  starts.forEach((start, index) => {
    const words = rows
      .slice(start.index + start[0].length, starts[index + 1]?.index ?? rows.length)
      .replace(/\s+/g, ' ')
      .replace(tail, '')
      .trim()
      .slice(0, longestReason);
    const row = Number(start[1]);
    const said = reasons.get(row);
    if (said === undefined) reasons.set(row, [words]);
    else if (!said.includes(words)) said.push(words);
  });
  return {
    named: [...reasons].map(([row, said]) => ({ row, reason: said.join('; ') })),
    submitted: end === null ? null : count(end[1]),
    invalid: end === null ? null : count(end[2]),
  };
}

function count(digits: string | undefined): number {
  return Number((digits ?? '').replaceAll(',', ''));
}
