import { textStep } from './step.ts';

const notAlphanumeric = /[^A-Za-z0-9]+/;
const everyNotAlphanumeric = /[^A-Za-z0-9]+/g;

/** `lower`: Unicode's lower case, the same in every locale. Never absent. */
export const lower = textStep((text) => text.toLowerCase());

/** `upper`: Unicode's upper case, the same in every locale; may be longer (`ß` gives `SS`). Never absent. */
export const upper = textStep((text) => text.toUpperCase());

/** `alnum`: keeps the letters A–Z and a–z and the digits 0–9; absent where none is left. */
export const alnum = textStep((text) => (notAlphanumeric.test(text) ? text.replace(everyNotAlphanumeric, '') : text));
