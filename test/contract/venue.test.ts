import { createManualClock } from '../../src/adapters/clock/manual-clock.ts';
import { createSeededRandom } from '../../src/adapters/memory/seeded-random.ts';
import { createSimVenue } from '../../src/adapters/sim/sim-venue.ts';
import { decimal } from '../../src/core/decimal.ts';
import { epochMs } from '../../src/core/time.ts';
import { connectTrader } from '../fixtures/binance-trader.ts';
import { startStillExchange } from '../fixtures/still-exchange.ts';
import { describeVenueContract } from './venue.contract.ts';
import { CONTRACT_RULES, type VenueUnderTest } from './venue-bench.ts';

const costs = { makerFeeBps: 10, takerFeeBps: 10, slippageBps: 0, volumeShareBps: 10_000 };

function open(faults?: { readonly repeatedReportRatio: number }): VenueUnderTest {
  const venue = createSimVenue({
    clock: createManualClock(epochMs(1_700_000_000_000)),
    random: createSeededRandom(1, 'venue'),
    rules: [CONTRACT_RULES],
    funds: [
      { asset: 'BTC', quantity: decimal('1000') },
      { asset: 'USDT', quantity: decimal('1000000') },
    ],
    costs,
    ...(faults === undefined ? {} : { faults: { lostReplyRatio: 0, lostRequestRatio: 0, ...faults } }),
  });
  return {
    venue,
    movePrice: async (price, availableQuantity) => venue.onPrice(CONTRACT_RULES.instrumentId, price, availableQuantity),
    loseNextReply: () => venue.loseNextReply(),
    loseNextRequest: () => venue.loseNextRequest(),
    setConnection: (state) => venue.setConnection(state),
    halt: () => venue.setRules([{ ...CONTRACT_RULES, status: 'halted' }]),
  };
}

describeVenueContract('the simulated venue', async () => open());
describeVenueContract('the simulated venue that reports some changes twice', async () =>
  open({ repeatedReportRatio: 0.5 }),
);

async function openBinance(): Promise<VenueUnderTest> {
  const still = await startStillExchange([CONTRACT_RULES]);
  const { exchange, clock } = still;
  const trader = connectTrader({ clock, httpUrl: exchange.httpUrl, wsUrl: exchange.wsUrl });
  await trader.up();
  const lose =
    (answer: 'dropRequest' | 'dropResponse') =>
    (of: 'submit' | 'replace' = 'submit'): void =>
      exchange.faults.nextRequests({ answer, count: 1, path: of === 'submit' ? 'order.place' : 'order.cancelReplace' });
  return {
    venue: trader.venue,
    movePrice: async (price, quantity) => still.movePrice(CONTRACT_RULES.instrumentId, price, quantity),
    loseNextReply: lose('dropResponse'),
    loseNextRequest: lose('dropRequest'),
    setConnection: (state) => {
      exchange.faults.refuseSockets(state === 'down' ? 'on' : 'off');
      if (state === 'down') exchange.faults.dropSockets();
    },
    halt: () => void exchange.faults.halt('BTCUSDT', 'on'),
    close: async () => {
      await trader.close();
      await still.close();
    },
  };
}

describeVenueContract('Binance over the simulated exchange', openBinance, { runs: 4 });
