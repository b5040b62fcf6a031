type HitRow = readonly [id: string, at: string | null, title: string | null, price: string];

/** Legacy hits, one every ten seconds, the 1,234th without a time. Prices are quarters, with `fractions` as an engine writes them. */
export function hitRows(fractions: readonly [string, string, string, string]): readonly HitRow[] {
  return Array.from({ length: 3_000 }, (_, n) => [
    String(9_007_199_254_740_993n + BigInt(n)),
    n === 1_234 ? null : new Date((1_425_204_000 + n * 10) * 1_000).toISOString().slice(0, 19).replace('T', ' '),
    n % 7 === 0 ? null : `t,"${n}"\n\u{1F600}`,
    `${Math.floor(n / 4)}${fractions[n % 4]}`,
  ]);
}

/** What `sourceContract` asks a database that holds the rows; one without a time is in no range. */
export function askedHits<R extends readonly [string, string | null, ...unknown[]]>(rows: readonly R[]) {
  return {
    stream: {
      stream: 'hits',
      query: 'SELECT id, at, title, price FROM hits -- the legacy table\nWHERE at >= :from AND at < :to',
      window: { column: 'at', type: 'datetime', zone: 'UTC' },
    },
    columns: ['id', 'at', 'title', 'price'],
    rows: rows.filter(([, at]) => at !== null),
    windowed: {
      cuts: [1425204000, 1425210000, 1425220005, 1425234000],
      grain: 3600,
      counts: [
        { start: 1425204000, rows: 360 },
        { start: 1425207600, rows: 360 },
        { start: 1425211200, rows: 360 },
        { start: 1425214800, rows: 359 },
        { start: 1425218400, rows: 360 },
        { start: 1425222000, rows: 360 },
        { start: 1425225600, rows: 360 },
        { start: 1425229200, rows: 360 },
        { start: 1425232800, rows: 120 },
      ],
    },
  } as const;
}
