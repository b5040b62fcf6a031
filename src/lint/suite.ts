/** What is known of the report suite that a file is for; it makes rules sharper. Absent members are not known. */
export interface LintSuite {
  /** Whether hits with a time are taken. */
  readonly timestamps?: 'optional' | 'required' | 'none';
  /** The suite's own currency; `null` as absent. */
  readonly currency?: string | null;
  /** The one type of customer ID that seeds the visitor; `null`: none does. */
  readonly seed?: string | null;
  /** Column name (`list1`, `hier2`) to the text that divides its values. */
  readonly delimiters?: Readonly<Record<string, string>>;
  /** Events that may hold decimals; `null` as absent. */
  readonly numericEvents?: readonly string[] | null;
  /** eVars that count. */
  readonly counterEVars?: readonly string[];
  /** Whether characters above 127 arrive. */
  readonly multiByte?: boolean;
  /** Months for which a hit is kept. */
  readonly retention?: number;
}
