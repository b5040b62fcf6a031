import { describe, expect, it } from 'vitest';
import { compileQueryValue } from '../../src/adobe/query-parameters.ts';

describe('the value of a parameter', () => {
  it.each([
    ['pi=A1', 'A1'],
    ['?pi=A1&v1=x', 'A1'],
    ['v1=x&purchaseID=A%201', 'A%201'],
    ['pi=&purchaseID=A1', 'A1'],
    ['pi=', ''],
    ['xpi=A1', ''],
    ['PI=A1', ''],
    ['v1=pi=A1', ''],
    ['pi', ''],
    ['', ''],
  ])('"%s" holds "%s"', (query, value) => {
    expect(compileQueryValue('purchaseID', 'pi')(query)).toBe(value);
  });
});
