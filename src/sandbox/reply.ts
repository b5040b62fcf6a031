/** One HTTP answer, ready to be written. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer with a JSON body. */
export function jsonReply(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

/** The shape of an error of the ingestion service itself (Adobe API description, `ApiError`). */
export function serviceError(status: number, error: string): Reply {
  return jsonReply(status, { error });
}

/** The shape of an error of Adobe's API gateway (adobe-apiplatform, api-gateway-request-validation). */
export function gatewayError(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Reply {
  return jsonReply(status, { error_code: code, message }, headers);
}

/** What the gateway says to a client that calls too often; `seconds` goes into `Retry-After`. */
export function tooManyRequests(seconds: number): Reply {
  return gatewayError(429, '429050', 'Too many requests', { 'retry-after': String(seconds) });
}

/** What the gateway says to a token that is unknown or has expired. */
export const tokenNotValid: Reply = gatewayError(401, '401013', 'Oauth token is not valid');

/** What the gateway says while it cannot reach its key store. */
export const keyStoreDown: Reply = gatewayError(503, '503000', 'Could not validate Api Key');

/** The answer to a multipart body without a part named `file`, as clients have seen it. */
export const wrongPart: Reply = serviceError(400, 'An internal server error occurred: HTTP 400 Bad Request');

/** The answer to a file over the limit; Adobe names the status, not the body. */
export const tooLarge: Reply = serviceError(413, 'Payload too large');

/** The answer to a path or method that is not there; Adobe names the status, not the body. */
export const notThere: Reply = serviceError(404, 'Not found');

/** An internal error; Adobe names the status, not the body. */
export const internalError: Reply = serviceError(500, 'Internal server error');
