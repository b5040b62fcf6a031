/** Why a body cannot go: it is not the file that was sealed, or gone, or the system does not give it, by its code word. */
export type BodyFault = 'chunk-damaged' | 'chunk-gone' | `chunk-unreadable: ${string}`;

/** What a request carries; `close` frees what it reads from. */
export interface RequestBody {
  readonly contentType: string;
  /** Exact, before a byte is read. */
  readonly contentLength: number;
  /**
   * Hands every piece to `write`, one after another, and resolves to `null`; to a fault where the body turned out not to
   * be sound, its end withheld; to `'ended'` where `write` said false. The bytes are only valid until `write` has resolved.
   */
  send(write: (piece: Uint8Array, last: boolean) => Promise<boolean>): Promise<BodyFault | 'ended' | null>;
  close(): Promise<void>;
}

/** Fields as an HTML form sends them. */
export function formBody(fields: Readonly<Record<string, string>>): RequestBody {
  return textBody('application/x-www-form-urlencoded', new URLSearchParams(fields).toString());
}

/** A text that is JSON already. */
export function jsonBody(json: string): RequestBody {
  return textBody('application/json', json);
}

function textBody(contentType: string, text: string): RequestBody {
  const bytes = Buffer.from(text);
  return {
    contentType,
    contentLength: bytes.length,
    send: async (write) => ((await write(bytes, true)) ? null : 'ended'),
    close: async () => {},
  };
}
