import { createManualClock } from '../../src/adapters/clock/manual-clock.ts';
import { createSeededRandom } from '../../src/adapters/memory/seeded-random.ts';
import { createSimVenue } from '../../src/adapters/sim/sim-venue.ts';
import { epochMs } from '../../src/core/time.ts';
import { CONTRACT_INSTRUMENT, describeVenueContract, type VenueUnderTest } from './venue.contract.ts';

const costs = { makerFeeBps: 10, takerFeeBps: 10, slippageBps: 0, volumeShareBps: 10_000 };

function open(faults?: { readonly repeatedReportRatio: number }): VenueUnderTest {
  const venue = createSimVenue({
    clock: createManualClock(epochMs(1_700_000_000_000)),
    random: createSeededRandom(1, 'venue'),
    instruments: [CONTRACT_INSTRUMENT],
    costs,
    ...(faults === undefined ? {} : { faults: { lostReplyRatio: 0, lostRequestRatio: 0, ...faults } }),
  });
  const { loseNextReply, loseNextRequest } = venue;
  return {
    venue,
    movePrice: async (price, availableQuantity) =>
      venue.onPrice(CONTRACT_INSTRUMENT.instrumentId, price, availableQuantity),
    loseNextReply,
    loseNextRequest,
  };
}

describeVenueContract('the simulated venue', async () => open());
describeVenueContract('the simulated venue that reports some changes twice', async () =>
  open({ repeatedReportRatio: 0.5 }),
);
