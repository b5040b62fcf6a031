/**
 * What becomes of a file, a row or a value that breaks one of Adobe's rules. Files and skipped rows show in the answer
 * to an upload; the others do not. A late hit is whole, and shows in reports later than others. `unsure` where Adobe says nothing and no harm is known.
 */
export type Consequence =
  | 'file rejected'
  | 'row skipped'
  | 'hit dropped'
  | 'value cut'
  | 'value misread'
  | 'value lost'
  | 'hit late'
  | 'unsure';
