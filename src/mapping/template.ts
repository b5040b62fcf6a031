/** A piece of a template: text, a source column, or a part that vanishes with its columns. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'optional'; readonly parts: readonly TemplatePart[] };

/** Brackets inside brackets; more is a text that nobody wrote. */
const deepest = 20;

/**
 * Reads `https://{host}{path}[?{query}]`. A backslash makes one of `{ } [ ] \` plain text; brackets may nest.
 * A name in braces is taken as written, so it may hold brackets and, in quotes, braces.
 */
export function parseTemplate(template: string): { parts: readonly TemplatePart[] } | { fault: string } {
  const stack: TemplatePart[][] = [[]];
  let text = '';
  const top = () => stack[stack.length - 1] as TemplatePart[];
  const flush = () => {
    if (text !== '') top().push({ kind: 'text', text });
    text = '';
  };
  for (let index = 0; index < template.length; index += 1) {
    const char = template[index] as string;
    if (char === '\\') {
      const next = template[index + 1] ?? '';
      if (!'{}[]\\'.includes(next) || next === '') return { fault: `"\\" must stand before one of { } [ ] \\` };
      text += next;
      index += 1;
    } else if (char === '{') {
      const name = /\{((?:"[^"]*"|[^{}"])*)\}/y;
      name.lastIndex = index;
      const match = name.exec(template);
      if (match === null) return { fault: `"{" at character ${index + 1} is never closed` };
      if ((match[1] ?? '').trim() === '') return { fault: `"{}" at character ${index + 1} names no column` };
      flush();
      top().push({ kind: 'column', name: (match[1] as string).trim() });
      index = name.lastIndex - 1;
    } else if (char === '}') {
      return { fault: `"}" at character ${index + 1} closes nothing` };
    } else if (char === '[') {
      flush();
      if (stack.length > deepest) return { fault: `brackets stand more than ${deepest} deep` };
      stack.push([]);
    } else if (char === ']') {
      flush();
      const parts = stack.pop() as TemplatePart[];
      if (stack.length === 0) return { fault: `"]" at character ${index + 1} closes nothing` };
      if (!parts.some((part) => part.kind !== 'text')) {
        return {
          fault: `the part in brackets before character ${index + 2} names no column, so it would never vanish`,
        };
      }
      top().push({ kind: 'optional', parts });
    } else {
      text += char;
    }
  }
  if (stack.length > 1) return { fault: '"[" is never closed' };
  flush();
  return { parts: top() };
}
