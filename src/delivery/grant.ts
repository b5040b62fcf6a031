import type { Exchange } from './exchange.ts';
import type { Call } from './transport.ts';

/** Sends one form post; the transport's `send`. */
export type FormRequest = (call: Call) => Promise<Exchange>;

/** A token and how long it lives, in ms. */
export interface Grant {
  readonly token: string;
  readonly lifeMs: number;
}
