/**
 * Settings of discovery beside the service: the switch, its files and where announcements are read; and of what is said
 * in public.
 */
import type { Setting } from './setting.ts';

/** The settings, in the order the documentation lists them. */
export const DISCOVERY_SETTINGS = {
  announcementsUrl: {
    name: 'HOTWICK_BINANCE_ANNOUNCEMENTS_URL',
    kind: 'text',
    initial: 'https://www.binance.com',
    meaning: "base URL of the exchange's website, where announcements are read",
  },
  discovery: {
    name: 'HOTWICK_DISCOVERY',
    kind: 'boolean',
    initial: '0',
    meaning: 'watch every USDT pair of Binance spot and keep a pool of hot coins; nothing is bought',
  },
  hotcoinsPath: {
    name: 'HOTCOIN_DB_PATH',
    kind: 'text',
    initial: 'hotcoin/data/hotcoins.db',
    meaning:
      'database of candidates, heat and lists; `hotwick demo` keeps its own beside its candles, and `hotwick trade` beside its records where this is not set',
  },
  logLevel: {
    name: 'HOTCOIN_LOG_LEVEL',
    kind: 'text',
    initial: 'info',
    choices: ['info', 'warning', 'error'],
    meaning:
      'what `hotwick trade` says while it runs: every event, warnings, or failures alone; the files keep all of it',
  },
  flightMaxMib: {
    name: 'HOTWICK_FLIGHT_MAX_MIB',
    kind: 'integer',
    initial: '4096',
    min: 0,
    max: 1_048_576,
    meaning:
      'largest size of the recording of what discovery, or trading, was told, in MiB, in `flight` of its data directory; 0 is none',
  },
} as const satisfies Record<string, Setting>;

/** Whom to ask what is said in public: discovery beside the service, `hotwick trade` and `hotwick scan --live`. */
export const SOCIAL_SETTINGS = {
  twitterToken: {
    name: 'TWITTER_BEARER_TOKEN',
    kind: 'text',
    initial: '',
    secret: true,
    meaning: 'bearer token of an app of X, whose recent search discovery then asks; without it X is not asked',
  },
  twitterAccounts: {
    name: 'HOTWICK_X_ACCOUNTS',
    kind: 'list',
    initial: '',
    meaning: 'accounts of X whose posts are searched, without `@`, separated by commas',
  },
  xUrl: { name: 'HOTWICK_X_URL', kind: 'text', initial: 'https://api.x.com', meaning: 'base URL of X' },
  square: {
    name: 'HOTWICK_SQUARE',
    kind: 'boolean',
    initial: '0',
    meaning: 'let discovery ask Binance Square, whose address is not documented, for its hot posts',
  },
  squareUrl: {
    name: 'HOTWICK_SQUARE_URL',
    kind: 'text',
    initial: 'https://www.binance.com',
    meaning: 'base URL of Binance Square',
  },
} as const satisfies Record<string, Setting>;
