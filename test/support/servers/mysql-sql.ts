/** The whole numbers from `first` to `last` as a derived table of one column `seq`, for any MySQL and MariaDB. */
export function mysqlNumbers(first: number, last: number): string {
  const rows = last - first + 1;
  const digits = Array.from({ length: String(rows - 1).length }, (_, at) => `d${at}`);
  const seq = digits.map((digit, at) => `${digit}.d * ${10 ** at}`).join(' + ');
  return `(SELECT ${first} + ${seq} AS seq FROM ${digits.map((digit) => `${tenDigits} ${digit}`).join(' JOIN ')} WHERE ${seq} < ${rows})`;
}

const tenDigits = `(SELECT 0 AS d${Array.from({ length: 9 }, (_, at) => ` UNION ALL SELECT ${at + 1}`).join('')})`;
