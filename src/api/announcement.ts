/**
 * A message of the bus on its way to many subscribers. Its texts are made when the first subscriber needs them, once
 * each, whatever the number of subscribers.
 */
import type { MarketMessage } from '../ports/bus.ts';
import { batchMessageText, candleMessageText } from './wire.ts';

/** What clients are told of; a hole is announced per subscription, by its own cursor. */
export type CandleMessage = Exclude<MarketMessage, { readonly kind: 'candleGap' }>;

/** One announcement, shared by all subscribers of its series. */
export class Announcement {
  readonly message: CandleMessage;
  #text: string | null = null;
  #closedTexts: readonly string[] | null = null;

  constructor(message: CandleMessage) {
    this.message = message;
  }

  /** The announcement in one text: `candles_batch` where it is of several candles. */
  text(): string {
    this.#text ??= toText(this.message);
    return this.#text;
  }

  /** One `candle_closed` text per closed candle, in their order. */
  closedTexts(): readonly string[] {
    const { message } = this;
    if (message.kind === 'candleForming') return [];
    this.#closedTexts ??= message.candles.map((candle) => candleMessageText('candle_closed', candle));
    return this.#closedTexts;
  }
}

function toText(message: CandleMessage): string {
  if (message.kind === 'candleForming') return candleMessageText('candle_forming', message.candle);
  const [first, second] = message.candles;
  if (first !== undefined && second === undefined) return candleMessageText('candle_closed', first);
  return batchMessageText(message.seriesId, message.candles);
}
