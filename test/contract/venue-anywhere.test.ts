import { createWallClock } from '../../src/adapters/clock/wall-clock.ts';
import { parseDecimal } from '../../src/core/decimal.ts';
import type { InstrumentId } from '../../src/model/instrument.ts';
import type { Price } from '../../src/model/money.ts';
import { connectTrader } from '../fixtures/binance-trader.ts';
import { hasTestnetKey, testnetKey } from '../fixtures/shared-data.ts';
import { startStillExchange } from '../fixtures/still-exchange.ts';
import { describeVenueAnywhere, type VenueAnywhere } from './venue-anywhere.contract.ts';
import { CONTRACT_RULES, price, quantity } from './venue-bench.ts';

const { instrumentId } = CONTRACT_RULES;
const TESTNET = 'https://testnet.binance.vision';
const TESTNET_API = 'wss://ws-api.testnet.binance.vision';

async function openSimulated(): Promise<VenueAnywhere> {
  const still = await startStillExchange([CONTRACT_RULES]);
  still.movePrice(instrumentId, price('101'), quantity('100000'));
  const { exchange, clock } = still;
  const trader = connectTrader({ clock, httpUrl: exchange.httpUrl, wsUrl: exchange.wsUrl });
  await trader.up();
  return {
    venue: trader.venue,
    instrumentId,
    lastPrice: async () => price('101'),
    idPrefix: 'hw-any',
    close: async () => {
      await trader.close();
      await still.close();
    },
  };
}

async function openTestnet(): Promise<VenueAnywhere> {
  const clock = createWallClock();
  const key = testnetKey ?? { apiKey: '', secret: '' };
  const kind = key.secret.startsWith('-----BEGIN') ? 'ed25519' : 'hmac';
  const trader = connectTrader({
    clock,
    httpUrl: TESTNET,
    wsUrl: TESTNET_API,
    credentials: { kind, ...key },
    timings: {},
  });
  await trader.up();
  return {
    venue: trader.venue,
    instrumentId: 'binance:spot:BTC/USDT' as InstrumentId,
    lastPrice: async () => {
      const answer = await fetch(`${TESTNET}/api/v3/ticker/price?symbol=BTCUSDT`);
      const { price: text } = (await answer.json()) as { readonly price: string };
      return parseDecimal(text) as Price;
    },
    idPrefix: `hw-${clock.now().toString(36)}`,
    close: async () => {
      await trader.close();
      clock.close();
    },
  };
}

describeVenueAnywhere('Binance over the simulated exchange', openSimulated);
if (hasTestnetKey()) describeVenueAnywhere("Binance's test network", openTestnet);
