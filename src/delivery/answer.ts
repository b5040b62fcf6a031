/** The members of Adobe's answers that this program reads; each `null` where missing or of an unexpected kind. */
export interface Answer {
  readonly fileId: string | null;
  readonly rows: number | null;
  readonly invalidRows: number | null;
  readonly size: number | null;
  readonly statusCode: string | null;
  readonly status: string | null;
  readonly processingLog: string | null;
  readonly error: string | null;
  /** The gateway's own code, as `429050`. */
  readonly gatewayCode: string | null;
  readonly message: string | null;
  /** `success` of the validate endpoint. */
  readonly success: string | null;
}

/**
 * Reads a body leniently: Adobe may add members at any time and has sent numbers as strings (Adobe docs, BDIA
 * endpoints). `null` where the body is no JSON object.
 */
export function parseAnswer(body: string): Answer | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const members = new Map<string, unknown>(Object.entries(value));
  return {
    fileId: text(members.get('file_id')),
    rows: count(members.get('rows')),
    invalidRows: count(members.get('invalid_rows')),
    size: count(members.get('size')),
    statusCode: text(members.get('status_code'))?.toUpperCase() ?? null,
    status: text(members.get('status')),
    processingLog: text(members.get('processing_log')),
    error: text(members.get('error')),
    gatewayCode: text(members.get('error_code')),
    message: text(members.get('message')),
    success: text(members.get('success')),
  };
}

const longestWords = 600;

/** Adobe's words for people: what its answer says about a fault, or the start of a body that is no JSON; one line. */
export function adobeWords(status: number, body: string): string {
  const answer = parseAnswer(body);
  const said =
    answer === null
      ? body
      : [answer.error, answer.gatewayCode, answer.message, answer.status, answer.processingLog]
          .filter((part) => part !== null)
          .join('; ');
  const words = said.replace(/\s+/g, ' ').trim();
  const cut = words.length > longestWords ? `${words.slice(0, longestWords)}…` : words;
  return cut === '' ? `HTTP ${status}` : `HTTP ${status}: ${cut}`;
}

function text(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function count(value: unknown): number | null {
  const number = typeof value === 'string' && /^\s*\d{1,15}\s*$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}
