import { textStep } from './step.ts';

/** Elements that begin a line of their own, so that words on both sides of their tags stay apart. */
const blocks: ReadonlySet<string> = new Set(
  (
    'address article aside blockquote br dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main ' +
    'nav ol option p pre section table tbody td tfoot th thead title tr ul'
  ).split(' '),
);
const tagName = /^<\/?([A-Za-z][A-Za-z0-9-]*)/;

/**
 * `stripTags`: the text without HTML tags, comments, declarations, and the contents of `script` and `style`. Tags of
 * blocks and line breaks leave a blank, others nothing; runs of blanks become one. A tag that is cut off at the end
 * goes too; a `<` that begins no tag stays. Entities are not touched. Absent where nothing is left. Takes time in
 * proportion to the text.
 */
export const stripTags = textStep((text) => {
  let at = text.indexOf('<');
  if (at < 0) return text;
  let kept = '';
  let from = 0;
  let stripped = false;
  while (at >= 0) {
    const end = endOfMarkup(text, at);
    if (end > at) {
      stripped = true;
      kept += text.slice(from, at);
      if (blocks.has(nameOf(text, at))) kept += ' ';
      from = end;
    }
    at = text.indexOf('<', Math.max(end, at + 1));
  }
  if (!stripped) return text;
  return (kept + text.slice(from)).replace(/\s+/g, ' ').trim();
});

/** The place after the markup that begins at `at`; `at` itself where none does. */
function endOfMarkup(text: string, at: number): number {
  if (text.startsWith('<!--', at)) return after(text, '-->', at + 4);
  const next = text[at + 1] ?? '';
  if (next === '!' || next === '?') return after(text, '>', at + 2);
  const name = nameOf(text, at);
  if (name === '') return at;
  const end = endOfTag(text, at + name.length + 1);
  if (next === '/' || (name !== 'script' && name !== 'style')) return end;
  const closing = text.slice(end).search(name === 'script' ? /<\/script/i : /<\/style/i);
  return closing < 0 ? text.length : after(text, '>', end + closing);
}

/** The place after the `>` that ends a tag; one inside a quoted attribute does not. */
function endOfTag(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    const char = text[at] as string;
    if (char === '>') return at + 1;
    if ((char === '"' || char === "'") && text[at - 1] === '=') {
      const close = text.indexOf(char, at + 1);
      if (close < 0) return after(text, '>', at);
      at = close;
    }
  }
  return text.length;
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found + mark.length;
}

function nameOf(text: string, at: number): string {
  return tagName.exec(text.slice(at, at + 20))?.[1]?.toLowerCase() ?? '';
}
