import { stringify } from 'yaml';

/** Plain data as YAML on one line; texts that could be misread stand in quotes. */
export function inlineYaml(value: unknown): string {
  // Texts with line breaks would take several lines; JSON is YAML that does not.
  const json = JSON.stringify(value);
  if (/\\[nr]/.test(json)) return json;
  // Not trimmed: a name may end with a blank that YAML takes for a letter, such as U+00A0.
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, aliasDuplicateObjects: false }).replace(/\n$/, '');
}

const width = 118;

/**
 * A line with a remark behind it, where that is short enough; else the remark stands above. No line break of a remark,
 * which may quote a source, ends a comment.
 */
export function remarked(line: string, remark: string): string[] {
  if (remark === '') return [line];
  const together = `${line.padEnd(44)}  # ${remark.replace(/\s+/g, ' ')}`;
  return together.length <= width ? [together] : [...comment(remark, /^ */.exec(line)?.[0]), line];
}

/** A remark as lines of comments. */
export function comment(text: string, indent = ''): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}# ${word}`);
  }
  return lines;
}
