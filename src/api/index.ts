/**
 * The HTTP and WebSocket edge.
 */
export { CandleReader } from './candle-reader.ts';
export type { InfoAnswer } from './contract.ts';
export { DebugLog } from './debug-log.ts';
export type { FactorLexicon } from './factor-lexicon.ts';
export { type HttpServer, type HttpServerOptions, startHttpServer } from './http-server.ts';
export { HUB_LIMITS, type HubLimits, MarketHub } from './market-hub.ts';
export type { PoolView } from './pool-routes.ts';
export type { StartFold } from './replay-package.ts';
export type { SocketCompression } from './socket-compression.ts';
