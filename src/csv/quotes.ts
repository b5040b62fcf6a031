/** The first quote after `content` that is not doubled; -1 where there is none. */
export function closingQuote(text: string, mark: string, content: number): number {
  let at = text.indexOf(mark, content);
  while (at !== -1 && text[at + 1] === mark) at = text.indexOf(mark, at + 2);
  return at;
}
