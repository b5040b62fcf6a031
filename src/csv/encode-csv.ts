const mustQuote = (code: number): boolean => code === 34 || code === 44 || code === 10 || code === 13;

/**
 * One cell as RFC 4180 writes it: in quotes, with quotes doubled, only where it holds a comma, a quote or a line break.
 * Everything else stands as it is, blanks at either end included.
 */
export function encodeCell(text: string): string {
  return needsQuotes(text) ? `"${text.includes('"') ? text.replaceAll('"', '""') : text}"` : text;
}

/**
 * Cells joined by commas, without a line end. A single empty cell is `""`, so that its line is not blank. `plain` has 1 at
 * the place of each cell that is known to be plain (`plain-cell.ts`): those are not looked at.
 */
export function encodeLine(cells: readonly string[], plain?: Uint8Array): string {
  let line = '';
  for (let index = 0; index < cells.length; index++) {
    if (index > 0) line += ',';
    const cell = cells[index]!;
    if (cell !== '') line += plain?.[index] === 1 ? cell : encodeCell(cell);
  }
  return cells.length === 1 && line === '' ? '""' : line;
}

// Measured: below about two dozen characters a loop beats four searches.
function needsQuotes(text: string): boolean {
  if (text.length >= 24) {
    return text.includes(',') || text.includes('"') || text.includes('\n') || text.includes('\r');
  }
  for (let i = 0; i < text.length; i++) if (mustQuote(text.charCodeAt(i))) return true;
  return false;
}
