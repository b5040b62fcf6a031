import type { RowFault } from './row-rules.ts';
import type { FullSettings } from './settings.ts';

/** Gathers what Adobe's `processing_log` says of a file. */
export interface ProcessingLog {
  /** Notes a skipped row; `row` counts data rows from 0. */
  skip(row: number, fault: RowFault): void;
  /** The whole log: skipped rows in row order, a summary for each kind with more than ten, the closing sentence. */
  finish(submitted: number, invalid: number): string;
}

const listedPerKind = 10;

/**
 * Opens a log. Of each kind of fault ten rows are listed, the rest is counted in one sentence, whose words Adobe does
 * not publish (Adobe docs, BDIA endpoints). `now` is epoch ms and stands in the `log4j` style only.
 */
export function createProcessingLog(
  settings: Pick<FullSettings, 'firstRowNumber' | 'logStyle'>,
  now: number,
): ProcessingLog {
  const counts = new Map<string, number>();
  const listed: string[] = [];

  return {
    skip: (row, { kind, text }) => {
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      if (count <= listedPerKind) listed.push(`On row: ${row + settings.firstRowNumber}, ${text}`);
    },
    finish: (submitted, invalid) => {
      const sentences = [...listed];
      for (const [kind, count] of counts) {
        const more = count - listedPerKind;
        if (more > 0) sentences.push(`On ${more} more rows, ${kind}. These rows will not be submitted.`);
      }
      sentences.push(closingSentence(submitted, invalid));
      return joinSentences(sentences, settings.logStyle, now);
    },
  };
}

/** The sentence that ends every log of a file whose rows were read. */
export function closingSentence(submitted: number, invalid: number): string {
  return `Processing complete: ${submitted} rows will be submitted. ${invalid} rows were invalid.`;
}

function joinSentences(sentences: readonly string[], style: FullSettings['logStyle'], now: number): string {
  if (style === 'space') return sentences.join(' ');
  if (style === 'newline') return sentences.map((sentence) => `${sentence}\n`).join('');
  const time = new Date(now).toISOString().slice(11, 23);
  return sentences.map((sentence) => `${time} [main] WARN - ${sentence}\n`).join('');
}
