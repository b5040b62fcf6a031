/**
 * The parts of a dotted name: `a.b."odd. name"` gives `a`, `b` and `odd. name`; inside quotes `""` is one quote.
 * `null` where the name is malformed: an empty part, or a quote that never closes.
 */
export function parseSourceName(name: string): readonly string[] | null {
  const parts: string[] = [];
  let position = 0;
  while (position <= name.length) {
    if (name[position] === '"') {
      const quoted = /"((?:[^"]|"")*)"(?=\.|$)/y;
      quoted.lastIndex = position;
      const match = quoted.exec(name);
      if (match === null) return null;
      parts.push((match[1] ?? '').replaceAll('""', '"'));
      position = quoted.lastIndex + 1;
    } else {
      const dot = name.indexOf('.', position);
      const end = dot === -1 ? name.length : dot;
      if (end === position) return null;
      parts.push(name.slice(position, end));
      position = end + 1;
    }
    if (position > name.length) return parts;
  }
  return null;
}

/** The dotted name of parts that `parseSourceName` takes apart again; parts that could be misread are quoted. */
export function writeSourceName(parts: readonly string[]): string {
  return parts.map((part) => (part === '' || /[."]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part)).join('.');
}
