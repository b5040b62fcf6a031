import { type DecimalMarks, multiplyDecimals, parseDecimal, roundDecimal } from '../decimal.ts';
import { type Step, stepFault, textStep, wholeNumber } from './step.ts';

/** `number: { decimal, group }`: the canonical decimal (`-1234.5`) of a number as people write it; absent where it is none. */
export function compileNumber(marks: DecimalMarks): Step {
  const decimal = marks.decimal ?? '.';
  const group = marks.group ?? '';
  if (decimal.length !== 1 || /[\d+-]/.test(decimal)) {
    return stepFault(`number: decimal "${decimal}" is no decimal mark`, '"." or ","');
  }
  if (group.length > 1 || /[\d+-]/.test(group) || group === decimal) {
    return stepFault(`number: group "${group}" is no group mark`, 'one character, not the decimal mark; "" for none');
  }
  return textStep((text) => parseDecimal(text, { decimal, group }));
}

/** `multiply: factor`: the exact product of two decimals; absent where the text is none. */
export function compileMultiply(argument: string): Step {
  const factor = parseDecimal(argument);
  if (factor === '') return stepFault(`multiply: "${argument}" is no number`, 'for example multiply: 0.01');
  return textStep((text) => {
    const number = parseDecimal(text);
    return number === '' ? '' : multiplyDecimals(number, factor);
  });
}

/** `round: digits`: a decimal rounded to at most so many digits after the point (0 if unsaid), a half to even; absent where it is none. */
export function compileRound(argument = '0'): Step {
  const digits = wholeNumber(argument, 0, 30);
  if (digits === null)
    return stepFault(`round: "${argument}" is no number of digits`, '0 to 30 digits after the point');
  return textStep((text) => {
    const number = parseDecimal(text);
    return number === '' ? '' : roundDecimal(number, digits);
  });
}
