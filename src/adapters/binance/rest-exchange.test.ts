import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { type Exchanged, exchangeOnce } from './rest-exchange.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

function send(port: number, signal = new AbortController().signal): Promise<Exchanged> {
  const agent = new Agent({ connections: 1, connectTimeout: 1_000 });
  closers.push(() => agent.destroy());
  const url = new URL(`http://127.0.0.1:${port}/order?a=1`);
  return exchangeOnce(agent, { url, method: 'POST', headers: { 'X-Key': 'k' }, signal });
}

describe('one HTTP request', () => {
  it('is answered whole, whatever the status', async () => {
    const server = createServer((request, response) => {
      response.writeHead(418, { 'Retry-After': '5' });
      response.end(`${request.method} ${request.url} ${request.headers['x-key']}`);
    });
    const answer = await send(await listen(server));
    expect(answer).toMatchObject({ phase: 'answered', status: 418, text: 'POST /order?a=1 k' });
    expect(answer.phase === 'answered' && answer.headers['retry-after']).toBe('5');
  });

  it('is not sent where nobody listens', async () => {
    const server = createTcpServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect((await send(port)).phase).toBe('notSent');
  });

  it.each([
    ['at once', ''],
    ['in the middle of the answer', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"half'],
  ])('is lost when the connection breaks after it was sent, %s', async (_, said) => {
    const server = createTcpServer((socket) => {
      socket.once('data', () => socket.end(said));
    });
    expect((await send(await listen(server))).phase).toBe('lost');
  });

  it('is lost when it is given up after it was sent', async () => {
    const abort = new AbortController();
    const server = createServer(() => abort.abort(new Error('too long')));
    expect(await send(await listen(server), abort.signal)).toEqual({ phase: 'lost', reason: 'too long' });
  });

  it('is not sent when it is given up while it waits for a connection', async () => {
    const abort = new AbortController();
    const server = createServer((_, response) => response.end());
    const answer = send(await listen(server), abort.signal);
    abort.abort(new Error('no longer wanted'));
    expect(await answer).toEqual({ phase: 'notSent', reason: 'no longer wanted' });
  });
});
