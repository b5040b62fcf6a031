import { describe, expect, it } from 'vitest';
import { compileQueryValue, isLibraryParameter, writtenParameters } from '../../src/adobe/query-parameters.ts';

describe('the parameters of a query', () => {
  it.each([
    ['?v1=a&&k&v2=b=c&v3=', ['v1=a', 'k', 'v2=b=c', 'v3=']],
    ['c.&a=1&b.&c=2&d.&e=3&.d&.b&f=4&.c&a=5', ['c.a=1', 'c.b.c=2', 'c.b.d.e=3', 'c.f=4', 'a=5']],
    ['h.&model=Pixel&.h&cid.&crm.&id=7&.crm&.cid', ['h.model=Pixel', 'cid.crm.id=7']],
    ['c.&a.&b=1&.c&v1=x', ['c.a.b=1', 'v1=x']],
    ['c.&a=1', ['c.a=1']],
    ['%76id=7&c.%41%5F1=2&v%31', ['vid=7', 'c.A_1=2', 'v1']],
    ['%26=1&a%2=2&%C3%A4=3', ['%26=1', 'a%2=2', '%C3%A4=3']],
    ['pageName=A&B.&v1=x&.c&c.=1', ['pageName=A', 'B.', 'v1=x', '.c', 'c.=1']],
  ])('%s', (query, expected) => {
    expect(writtenParameters(query).map(({ name, value }) => (value === null ? name : `${name}=${value}`))).toEqual(
      expected,
    );
  });
});

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
    ['r=https://a/?pi=A1&v1=x', ''],
    ['https://a/?pi=A1', ''],
    ['pi', ''],
    ['', ''],
  ])('"%s" holds "%s"', (query, value) => {
    expect(compileQueryValue('purchaseID', 'pi')(query)).toBe(value);
  });
});

it('what libraries say in each request is told from a character set of its own', () => {
  const written = writtenParameters('AQB=1&ndh=1&pf=1&pccr=true&ce=UTF-8&ce=utf8&AQE=1&ce=ISO-8859-1&aqb=1&v1=x');
  expect(written.filter((parameter) => !isLibraryParameter(parameter)).map(({ name, value }) => [name, value])).toEqual(
    [
      ['ce', 'ISO-8859-1'],
      ['aqb', '1'],
      ['v1', 'x'],
    ],
  );
});
