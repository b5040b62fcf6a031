/** Whether a text is what Adobe takes for the quantity of a product: a whole number (Adobe docs, products variable). */
export function isProductQuantity(text: string): boolean {
  return /^\d+$/.test(text);
}

/**
 * Whether a text is what Adobe takes for the price of a product: a plain number with a period before decimals (Adobe
 * docs, products variable). Nothing is said of a sign: what Adobe makes of a total below zero nobody can tell.
 */
export function isProductPrice(text: string): boolean {
  return /^\d+(?:\.\d+)?$/.test(text);
}
