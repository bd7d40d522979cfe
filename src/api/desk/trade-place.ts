/**
 * Where a page of trades ends, as the wire writes it.
 */
import type { TradePlace } from './desk-ports.ts';

/** Seconds, and the id of an order in the letters that the exchange allows. */
const PLACE = /^(\d{1,12}(?:\.\d{1,6})?)@([.A-Za-z0-9:/_-]{1,64})$/;

/** A place as text. */
export function toTradePlaceText({ exit_time, client_order_id }: TradePlace): string {
  return `${exit_time}@${client_order_id}`;
}

/** The place that a text names; `null` where it names none. */
export function parseTradePlace(text: string): TradePlace | null {
  const [, time, id] = PLACE.exec(text) ?? [];
  return time === undefined || id === undefined ? null : { exit_time: Number(time), client_order_id: id };
}
