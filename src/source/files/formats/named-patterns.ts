/** A format of lines that is known by name: its regular expression, and what a cell of it means. */
export interface NamedPattern {
  readonly source: string;
  /** The value as it was before the server wrote it; `null` where the server had none. */
  readonly tidy: (cell: string) => string | null;
}

const quoted = String.raw`[^"\\]*(?:\\.[^"\\]*)*`;
const request = String.raw`(?<request>(?<method>[!#$%&'*+.^_\x60|~0-9A-Za-z\-]+) (?<path>[^ "\\]*(?:\\.[^ "\\]*)*) (?<protocol>HTTP/[0-9.]+)|${quoted})`;
// Bounds keep the time for a line that does not match proportional to its length.
const common = String.raw`(?<host>\S+) (?<ident>\S+) (?<user>.{1,999}) \[(?<time>[^\]]{1,99})\] "${request}" (?<status>[0-9]{3}|-) (?<bytes>[0-9]+|-)`;

/**
 * The log formats that Apache httpd names (mod_log_config: `common` is `%h %l %u %t "%r" %>s %b`, `combined` adds
 * `"%{Referer}i" "%{User-agent}i"`); nginx' `combined` is the same. `request` is the request's whole line, of which
 * `method`, `path` and `protocol` are parts; where it has none, as in an attack, these are NULL.
 */
export const namedPatterns: Readonly<Record<string, NamedPattern>> = {
  common: { source: common, tidy: tidyCell },
  combined: { source: `${common} "(?<referer>${quoted})" "(?<agent>${quoted})"`, tidy: tidyCell },
};

const letters: Readonly<Record<string, string>> = { b: '\b', n: '\n', r: '\r', t: '\t', v: '\v', f: '\f' };

/** `-` is how these formats write what is not there; `\"`, `\\`, `\n` and `\xhh` are how they write other characters. */
function tidyCell(cell: string): string | null {
  if (cell === '-') return null;
  return cell.includes('\\') ? unescaped(cell) : cell;
}

/** The text with its escapes undone, `\xhh` being bytes of UTF-8; as written where that gives no text. */
function unescaped(cell: string): string {
  const bytes = cell.replace(/(?:\\x[0-9A-Fa-f]{2})+|\\[^x]/g, (found) => {
    if (found[1] !== 'x') return letters[found[1] ?? ''] ?? found[1] ?? '';
    return Buffer.from(found.replaceAll('\\x', ''), 'hex').toString('utf8');
  });
  return bytes.includes('\uFFFD') ? cell : bytes;
}
