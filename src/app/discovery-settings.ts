/**
 * Settings of discovery beside the service: the switch, its files and where announcements are read.
 */
import type { Setting } from './settings.ts';

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
    meaning: 'database of candidates, heat and lists; `hotwick demo` keeps its own beside its candles',
  },
  flightMaxMib: {
    name: 'HOTWICK_FLIGHT_MAX_MIB',
    kind: 'integer',
    initial: '4096',
    min: 0,
    max: 1_048_576,
    meaning:
      'largest size of the recording of what discovery was told, in MiB, in `flight` of the data directory; 0 is none',
  },
} as const satisfies Record<string, Setting>;
