/**
 * What the page needs from the machine it runs on, as plain functions: time, HTTP and one socket. These are the ports of
 * the client; the page hands in the browser's, a test hands in Node's or a simulated one.
 */
export type {
  Cancel,
  HttpOutcome,
  MachineClock as PageClock,
  OpenSocket,
  Platform,
  ReadHttp,
  Socket,
  SocketEvents,
} from '../../src/client/platform.ts';
