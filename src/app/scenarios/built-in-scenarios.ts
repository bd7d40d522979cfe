/**
 * The scenarios that come with the product, as the text anyone could write: `hotwick sim scenarios NAME` prints one to
 * start a file of one's own from. Steady coins carry what must be exact; the cast around them is the rest of a market.
 */

/** Every built-in scenario's text by its name. */
export const BUILT_IN_SCENARIOS: ReadonlyMap<string, string> = new Map([
  [
    'quiet',
    `name: quiet
about: nothing happens; coins trade as on a dull day
cast: 12
coins:
  - { symbol: HOTUSDT, price: 1.25, volume: 50000 }
`,
  ],
  [
    'pump-and-dump',
    `name: pump-and-dump
about: a sold-off coin bursts (8x volume, +4 % in 5 min), runs 15 % higher, and falls back
cast: 12
coins:
  - { symbol: HOTUSDT, price: 1.25, volume: 50000 }
events:
  # Sold off for days and once more in the last hours: the burst then turns 1m, 5m, 15m and 1h to long.
  - at: -5d
    move: { symbols: HOTUSDT, price: -30%, for: 5d }
  - at: -12h
    move: { symbols: HOTUSDT, price: -8%, volume: 2x, for: 11h }
  - at: 25m
    move: { symbols: HOTUSDT, price: +4%, volume: 8x, buyers: 70%, for: 5m }
  - at: 30m
    move: { symbols: HOTUSDT, price: +15%, volume: 6x, buyers: 60%, for: 20m }
  - at: 50m
    move: { symbols: HOTUSDT, price: -14%, volume: 5x, buyers: 30%, for: 30m }
`,
  ],
  [
    'gap',
    `name: gap
about: a burst, and then a jump of 12 % between two trades
cast: 12
coins:
  - { symbol: HOTUSDT, price: 1.25, volume: 50000 }
events:
  # Sold off for days and once more in the last hours: the burst then turns 1m, 5m, 15m and 1h to long.
  - at: -5d
    move: { symbols: HOTUSDT, price: -30%, for: 5d }
  - at: -12h
    move: { symbols: HOTUSDT, price: -8%, volume: 2x, for: 11h }
  - at: 25m
    move: { symbols: HOTUSDT, price: +4%, volume: 8x, buyers: 70%, for: 5m }
  - at: 35m
    move: { symbols: HOTUSDT, price: +12% }
`,
  ],
  [
    'crash',
    `name: crash
about: a burst, and then a fall of 22 % in 15 minutes
cast: 12
coins:
  - { symbol: HOTUSDT, price: 1.25, volume: 50000 }
events:
  # Sold off for days and once more in the last hours: the burst then turns 1m, 5m, 15m and 1h to long.
  - at: -5d
    move: { symbols: HOTUSDT, price: -30%, for: 5d }
  - at: -12h
    move: { symbols: HOTUSDT, price: -8%, volume: 2x, for: 11h }
  - at: 25m
    move: { symbols: HOTUSDT, price: +4%, volume: 8x, buyers: 70%, for: 5m }
  - at: 35m
    move: { symbols: HOTUSDT, price: -22%, volume: 6x, buyers: 20%, for: 15m }
`,
  ],
  [
    'market-crash',
    `name: market-crash
about: every coin falls by 9 % in 20 minutes on four times its volume and recovers half of it
cast: 12
coins:
  - { symbol: HOTUSDT, price: 1.25, volume: 50000 }
events:
  - at: 20m
    move: { symbols: all, price: -9%, volume: 4x, volatility: 2x, buyers: 30%, for: 20m }
  - at: 40m
    move: { symbols: all, price: +4.5%, volume: 2x, for: 60m }
`,
  ],
  [
    'listing',
    `name: listing
about: a coin is announced, listed, and doubles within its first half hour
cast: 12
events:
  - at: 2m
    announce: { title: Binance Will List Newcomer (NEW) with Seed Tag Applied }
  - at: 35m
    list: { symbol: NEWUSDT, price: 0.4, volume: 200000, noise: 0.4% }
  - at: 35m
    move: { symbols: NEWUSDT, price: +100%, volume: 5x, buyers: 65%, for: 30m }
`,
  ],
  [
    'halt-and-delist',
    `name: halt-and-delist
about: a coin is halted for ten minutes, trades again, and is taken off the exchange
cast: 12
coins:
  - { symbol: HOTUSDT, price: 1.25, volume: 50000 }
events:
  - at: 10m
    halt: { symbols: HOTUSDT, for: 10m }
  - at: 30m
    announce: { title: Binance Will Delist HOT on 2026-06-15 }
  - at: 60m
    delist: { symbols: HOTUSDT }
`,
  ],
  [
    'silence',
    `name: silence
about: streams acknowledge and say nothing for 15 seconds, every ten minutes
cast: 12
events:
  - at: 10m
    fault: { kind: silence, forMs: 15000 }
  - at: 20m
    fault: { kind: silence, forMs: 15000 }
  - at: 30m
    fault: { kind: silence, stream: userData, forMs: 15000 }
`,
  ],
  [
    'outage',
    `name: outage
about: the exchange is gone for an hour, of which no candle will ever exist
cast: 12
coins:
  - { symbol: HOTUSDT, price: 1.25, volume: 50000 }
events:
  - at: 10m
    outage: { for: 60m, minutes: missing }
`,
  ],
  [
    'ban',
    `name: ban
about: too fast at 10 minutes (429 for 1 min), banned at 20 (418 for 2 min)
cast: 12
events:
  - at: 10m
    fault: { kind: ban, status: 429, seconds: 60 }
  - at: 20m
    fault: { kind: ban, status: 418, seconds: 120 }
`,
  ],
  [
    'lost-answers',
    `name: lost-answers
about: answers to new orders are lost, late, or unknown (-1007), and events of orders come twice or late
cast: 12
coins:
  - { symbol: HOTUSDT, price: 1.25, volume: 50000 }
events:
  - at: 1m
    fault: { kind: request, answer: dropResponse, path: /order, method: POST, count: 2 }
  - at: 5m
    fault: { kind: request, answer: timeout, path: /order, method: POST, count: 2 }
  - at: 10m
    fault: { kind: request, answer: delay, path: /order, method: POST, delayMs: 4000, count: 5 }
  - at: 15m
    fault: { kind: frame, fault: duplicate, stream: userData, count: 20 }
  - at: 20m
    fault: { kind: frame, fault: delay, stream: userData, delayMs: 3000, count: 20 }
`,
  ],
  [
    'thin-book',
    `name: thin-book
about: a coin's volume dries up to a fiftieth, its spread widens, and every order moves the price
cast: 12
coins:
  - { symbol: HOTUSDT, price: 1.25, volume: 50000 }
events:
  - at: 10m
    move: { symbols: HOTUSDT, volume: 0.02x, volatility: 2x, for: 12h }
`,
  ],
  [
    'roll-off',
    `name: roll-off
about: a busy hour of yesterday leaves the rolling day, so that 24 h volumes fall for an hour while nothing happens
cast: 12
coins:
  - { symbol: HOTUSDT, price: 1.25, volume: 50000 }
events:
  - at: -24h
    move: { symbols: HOTUSDT, volume: 40x, for: 60m }
`,
  ],
]);
