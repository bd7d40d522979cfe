/**
 * How long the page waits before asking again: as the client does, so that both are equally gentle to a server.
 */
export { retryDelayMs } from '../../src/client/backoff.ts';
