const placeholders: ReadonlySet<string> = new Set([
  'null',
  '(null)',
  'nil',
  'none',
  '(none)',
  'nan',
  'na',
  'n/a',
  'undefined',
  'unknown',
  '(unknown)',
  '(not set)',
  'not set',
  '(not provided)',
  'anonymous',
]);

/**
 * Whether a text stands for nothing: `0`, `-`, `null`, `unknown`, `(not set)`, a UUID of zeros and their like. As an id
 * they would make one visitor of everybody (Adobe docs, visitorID).
 */
export function isPlaceholder(text: string): boolean {
  if (text.length > 40) return false;
  // Ids are numbers more often than not, and none that stands for nothing begins so.
  const first = text.charCodeAt(0);
  if (first >= 0x31 && first <= 0x39) return false;
  return placeholders.has(text.toLowerCase()) || /^[-0{}.\s]+$/.test(text);
}
