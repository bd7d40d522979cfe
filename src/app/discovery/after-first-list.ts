/**
 * What waits for the first list of instruments: what people say names coins, and before the list is there no coin is
 * known, so that everything said would count for nobody and never come again.
 */
import type { MarketWatch } from '../../ports/market-watch.ts';

/** The watch; `then` is called once, when a list has come. */
export function afterFirstList(watch: MarketWatch, then: () => void): MarketWatch {
  let state: 'waiting' | 'there' = 'waiting';
  return {
    start: () => watch.start(),
    followMinutes: (instrumentIds) => watch.followMinutes(instrumentIds),
    fetchAnnouncements: () => watch.fetchAnnouncements(),
    fetchListedTime: (instrumentId) => watch.fetchListedTime(instrumentId),
    fetchBook: (instrumentId) => watch.fetchBook(instrumentId),
    status: () => watch.status(),
    close: () => watch.close(),
    fetchInstruments: async () => {
      const answer = await watch.fetchInstruments();
      if (answer.ok && state === 'waiting') {
        state = 'there';
        then();
      }
      return answer;
    },
  };
}
