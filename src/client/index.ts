/**
 * The package entry `hotwick/client`: a typed client that joins stored candles and the stream without hole or repeat.
 * It has no dependencies and runs in browsers and in Node 22 or newer.
 */
export type { CandlesAnswer, FrameAnswer, InfoAnswer } from '../api/contract.ts';
export {
  type CandlesOptions,
  type Client,
  type ClientOptions,
  createClient,
  type FrameOptions,
  type HistoryOptions,
  type Stoppable,
  type StreamOptions,
} from './client.ts';
export { type ClientErrorCode, HotwickClientError } from './client-error.ts';
export {
  type ConfigChange,
  createDeskClient,
  type DeskChartOptions,
  type DeskClient,
  type DeskClientOptions,
  type DeskCommands,
  type DeskReads,
  type EventsOptions,
  type WhyOptions,
} from './desk-client.ts';
export type { DeskUpdate } from './desk-stream.ts';
export type { Fetch, WebSocketClass } from './platform.ts';
export { applySliceChange, type SliceBody } from './replay-slices.ts';
export type { Candle, GapEvent, LinkEvent, LinkState, StreamEvent } from './stream-event.ts';
