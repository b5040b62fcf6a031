/** Text to text, where the empty text is absent: it is never given one, and gives one where nothing is left. */
export type TextStep = (text: string) => string;

/** A fault in a transform's arguments, and what to write instead. */
export interface StepFault {
  readonly kind: 'fault';
  readonly message: string;
  readonly hint: string;
}

/**
 * One transform, compiled: `text` acts on a text or on each member of a list, `split` makes a list of a text, `pick`
 * takes one member of a list.
 */
export type Step =
  | { readonly kind: 'text'; readonly apply: TextStep }
  | { readonly kind: 'split'; readonly apply: (text: string) => string[] }
  | { readonly kind: 'pick'; readonly apply: (members: readonly string[]) => string }
  | StepFault;

/** A step that acts on texts. */
export function textStep(apply: TextStep): Step {
  return { kind: 'text', apply };
}

/** A step that cannot be compiled. */
export function stepFault(message: string, hint: string): StepFault {
  return { kind: 'fault', message, hint };
}

/** The whole number that a text writes in full, within bounds; `null` for any other text. */
export function wholeNumber(text: string, least: number, most: number): number | null {
  if (!/^-?\d{1,9}$/.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}
