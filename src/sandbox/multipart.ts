/** What a multipart body holds, in order. `data` belongs to the part begun last. */
export type PartEvent =
  | { readonly kind: 'begin'; readonly name: string | null; readonly fileName: string | null }
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'end' };

/** Reads one multipart/form-data body piece by piece. */
export interface MultipartReader {
  /** Takes the next bytes, cut anywhere. Holds back no more than a delimiter or one part's headers. */
  push(bytes: Buffer): PartEvent[];
  /** True once the closing delimiter has been read; a body that ends before is broken. */
  isComplete(): boolean;
}

type State = 'before' | 'data' | 'delimiter' | 'headers' | 'complete' | 'broken';

const maxHeaderBytes = 16_384;

/** The boundary of a multipart/form-data content type; `null` where it is none. */
export function boundaryOf(contentType: string | undefined): string | null {
  const match = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType ?? '');
  return match?.[1] ?? match?.[2] ?? null;
}

/** Opens a reader for a boundary (RFC 7578, RFC 2046 5.1). */
export function createMultipartReader(boundary: string): MultipartReader {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const blankLine = Buffer.from('\r\n\r\n');
  // The first delimiter may stand at the very start, without the line end that belongs to all others.
  let pending: Buffer = Buffer.from('\r\n');
  let state: State = 'before';

  const toDelimiter = (events: PartEvent[]): boolean => {
    const at = pending.indexOf(delimiter);
    const stop = at === -1 ? Math.max(0, pending.length - delimiter.length + 1) : at;
    if (state === 'data' && stop > 0) events.push({ kind: 'data', bytes: pending.subarray(0, stop) });
    pending = pending.subarray(at === -1 ? stop : at + delimiter.length);
    if (at === -1) return false;
    if (state === 'data') events.push({ kind: 'end' });
    state = 'delimiter';
    return true;
  };

  const afterDelimiter = (): boolean => {
    if (pending.length < 2) return false;
    const next = pending.toString('latin1', 0, 2);
    state = next === '--' ? 'complete' : next === '\r\n' ? 'headers' : 'broken';
    return true;
  };

  const readHeaders = (events: PartEvent[]): boolean => {
    // `pending` still begins with the delimiter's own line end, so a part without headers is found too.
    const at = pending.indexOf(blankLine);
    if (at === -1) {
      if (pending.length > maxHeaderBytes) state = 'broken';
      return false;
    }
    const disposition = /^content-disposition:.*$/im.exec(pending.toString('utf8', 0, at))?.[0] ?? '';
    events.push({
      kind: 'begin',
      name: /;\s*name="([^"]*)"/i.exec(disposition)?.[1] ?? null,
      fileName: /;\s*filename="([^"]*)"/i.exec(disposition)?.[1] ?? null,
    });
    pending = pending.subarray(at + blankLine.length);
    state = 'data';
    return true;
  };

  const step = (events: PartEvent[]): boolean => {
    switch (state) {
      case 'before':
      case 'data':
        return toDelimiter(events);
      case 'delimiter':
        return afterDelimiter();
      case 'headers':
        return readHeaders(events);
      case 'complete':
      case 'broken':
        pending = Buffer.alloc(0);
        return false;
    }
  };

  return {
    push: (bytes) => {
      const events: PartEvent[] = [];
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
      while (step(events));
      return events;
    },
    isComplete: () => state === 'complete',
  };
}
