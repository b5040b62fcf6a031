import type { ErrorCode, YAMLError } from 'yaml';
import type { Problem } from '../domain/problem.ts';
import { problemAt } from './problems.ts';
import type { Place } from './yaml-node.ts';

/**
 * What the parser found in our words, each with its cure. What it stumbles over after the first fault of a line or of a
 * broken-off document is left out. No text of the file is quoted: it may be a secret.
 */
export function yamlFaults(
  errors: readonly YAMLError[],
  text: string,
  placeOf: (offset: number) => Place,
): readonly Problem[] {
  const problems: Problem[] = [];
  let lastLine = 0;
  for (const error of errors) {
    const [offset] = error.pos;
    const place = placeOf(offset);
    const followsUp = problems.length > 0 && (place.line === lastLine || error.message.includes('in YAML stream'));
    if (followsUp) continue;
    lastLine = place.line;
    problems.push(
      text.startsWith('${env:', offset - 1)
        ? problemAt(
            placeOf(offset - 1),
            'yaml.env-in-flow',
            '${env:NAME} inside { } or [ ] must be quoted, because YAML reads its braces as a map',
            'write "${env:NAME}"',
          )
        : problemAt(place, 'yaml.syntax', ...told(error, text)),
    );
  }
  return problems;
}

function told({ code, message, pos }: YAMLError, text: string): [message: string, hint: string] {
  if (code === 'MULTIPLE_DOCS') return ['a file holds one document; a second one begins here', 'take the line --- out'];
  if (code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'BLOCK_IN_FLOW') {
    const what = 'a colon and a blank inside a text make a key of what stands before them';
    return [`this is no YAML: ${what}`, quoteIt];
  }
  if (message.includes('at node end') && /[}\]]\s*$/.test(text.slice(0, pos[0]))) {
    const what =
      'more stands here behind a } or ], because YAML reads a text that begins with { or [ as a map or a list';
    return [`this is no YAML: ${what}`, 'put the whole text in quotes, such as template: "{host}{path}"'];
  }
  // What stands behind a colon is the text of the file, which may be a secret.
  const said = message
    .replace(/(?<=\S): .*$/s, '')
    .replace(/\s+/g, ' ')
    .trim();
  return [`this is no YAML: ${said.charAt(0).toLowerCase()}${said.slice(1)}`, cures[code] ?? quoteIt];
}

const quoteIt = 'put the text in quotes';

const cures: Partial<Record<ErrorCode, string>> = {
  BAD_DIRECTIVE: 'take the line that begins with % out',
  BAD_DQ_ESCAPE: 'write \\\\ for a backslash, or take single quotes, in which it is one',
  BAD_INDENT: 'indent the keys of one map alike, with blanks, and close every { and [',
  KEY_OVER_1024_CHARS: 'put the key in quotes, or shorten it',
  MISSING_CHAR: 'close what was opened above: a quote, a bracket, or a key with its colon and blank',
  MULTILINE_IMPLICIT_KEY: 'write the key and its colon in one line; a text over several lines stands in quotes',
  RESOURCE_EXHAUSTION: 'nest less deep',
  TAB_AS_INDENT: 'indent with blanks',
  UNEXPECTED_TOKEN: 'close what was opened above, or put the whole text in quotes',
};
