/**
 * The market of the demo's desk: coins that were sold off for days and burst one after the other, so that somebody who
 * looks sees the whole way from a burst to a sale within minutes. How each burst goes on differs.
 */

/** Market minutes from one burst to the next; the first comes when volumes are warm. */
const BETWEEN_MINUTES = 12;
const FIRST_MINUTE = 18;
const COINS = 24;
const PRICES = ['1.25', '0.0412', '18.4', '0.731', '4.02', '0.612', '112.5', '0.214'];

/** What comes after the two minutes of the burst, as moves that begin so many minutes after it began. */
const ENDINGS: readonly (readonly (readonly [minute: number, move: string])[])[] = [
  [
    [2, 'price: +15%, volume: 6x, buyers: 60%, for: 16m'],
    [20, 'price: -7%, volume: 5x, buyers: 30%, for: 6m'],
  ],
  [[4, 'price: -9%, volume: 5x, buyers: 25%, for: 2m']],
  [
    [2, 'price: +8%, volume: 6x, buyers: 60%, for: 6m'],
    [10, 'price: -5%, volume: 4x, buyers: 35%, for: 8m'],
  ],
  [[8, 'price: +12%, volume: 4x']],
];

/** The scenario's text. */
export function demoScenario(): string {
  const coins = Array.from({ length: COINS }, (_, index) => ({
    symbol: `HOT${String.fromCharCode(65 + index)}USDT`,
    price: PRICES[index % PRICES.length] ?? '1',
    minute: FIRST_MINUTE + index * BETWEEN_MINUTES,
    ending: ENDINGS[index % ENDINGS.length] ?? [],
  }));
  return [
    'name: demo-desk',
    'about: coins that fell for days burst one after the other',
    'cast: 2',
    'coins:',
    ...coins.map(({ symbol, price }) => `  - { symbol: ${symbol}, price: ${price}, volume: 50000 }`),
    'events:',
    ...coins.flatMap(({ symbol, minute, ending }) => [
      ...move('-5d', symbol, 'price: -10%, for: 5d'),
      ...move(`${minute}m`, symbol, 'price: +4%, volume: 8x, buyers: 70%, for: 2m'),
      ...ending.flatMap(([after, what]) => move(`${minute + after}m`, symbol, what)),
    ]),
    '',
  ].join('\n');
}

function move(at: string, symbol: string, what: string): readonly string[] {
  return [`  - at: ${at}`, `    move: { symbols: ${symbol}, ${what} }`];
}
