/**
 * The guard over real sockets: every route of the table is tried by everybody who should not get in, and by those who
 * should. What a guard let through is answered by a desk without trading, mostly with 503.
 */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { DESK_ROUTES, DESK_SERVER_ROUTES, type DeskRoute, type DeskScope } from '../../src/api/desk/desk-routes.ts';
import { allowsScope, type GrantedScope } from '../../src/api/security/scopes.ts';
import { SECURITY_ROUTES } from '../../src/api/security/security-routes.ts';
import { cookieOf, GuardedDesk, type LoggedIn, PASSPHRASE } from '../fixtures/guarded-desk.ts';

/** This desk has no page, so what the page is made of does not exist. */
const ROUTES: readonly DeskRoute[] = [...DESK_ROUTES, ...DESK_SERVER_ROUTES, ...SECURITY_ROUTES].filter(
  ({ path }) => !path.includes('/assets/'),
);
const SCOPES = ['read', 'operate', 'money'] as const satisfies readonly GrantedScope[];
const REFUSED = [401, 403, 421, 429];
const GENEROUS = { points: 100_000, duration: 60 };
const rates = { guesses: GENEROUS, allGuesses: GENEROUS, reads: GENEROUS, writes: GENEROUS };

const addressOf = ({ path }: DeskRoute): string => path.replace('*', 'json');
const guarded = ROUTES.filter(({ scope }) => scope !== 'public');
/** Logging out ends the session that the others share; it is tried by itself. */
const writing = ROUTES.filter(
  ({ method, scope, path }) => method === 'POST' && scope !== 'public' && path !== '/hotcoin/api/logout',
);
const named = (route: DeskRoute): string => `${route.method} ${route.path}`;

let desk: GuardedDesk;
let tokens: Record<GrantedScope, string>;
beforeAll(async () => {
  desk = await GuardedDesk.start({ rates });
  tokens = { read: desk.token('read'), operate: desk.token('operate'), money: desk.token('money') };
});
afterAll(() => desk.close());

const detail = (text: string): unknown => JSON.parse(text).detail;

describe('a route', () => {
  let session: LoggedIn;
  let other: LoggedIn;
  beforeAll(async () => {
    session = await desk.logIn();
    other = await desk.logIn();
  });

  it('is in the table, or nobody may use it', () => {
    expect(guarded.length).toBeGreaterThan(20);
    expect(new Set(ROUTES.map(named)).size).toBe(ROUTES.length);
  });

  it.each(guarded.map((route) => [named(route), route] as const))(
    '%s is closed to who is not logged in',
    async (_name, route) => {
      const { method } = route;
      for (const headers of [
        {},
        { cookie: `hotwick_session_test=${'A'.repeat(43)}` },
        { authorization: 'Bearer hw_00000000_x' },
        { authorization: 'Basic YTpi' },
      ]) {
        const got = await desk.send(addressOf(route), { method, headers });
        expect([got.status, detail(got.text)]).toEqual([401, 'login_required']);
      }
    },
  );

  it.each(ROUTES.map((route) => [named(route), route] as const))(
    '%s is closed to pages of others, whatever they send',
    async (_name, route) => {
      for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:1`, `${desk.origin}.evil.example`]) {
        const headers = { ...desk.fromPage(session), origin };
        const got = await desk.send(addressOf(route), { method: route.method, headers });
        expect([got.status, detail(got.text)]).toEqual([403, 'foreign_origin']);
        expect(got.headers['access-control-allow-origin']).toBeUndefined();
      }
      const headers = { cookie: session.cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
      const got = await desk.send(addressOf(route), { method: route.method, headers });
      expect(detail(got.text)).toBe('foreign_origin');
    },
  );

  it.each(ROUTES.map((route) => [named(route), route] as const))(
    '%s is closed under a name that is not ours (DNS rebinding)',
    async (_name, route) => {
      for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.']) {
        const got = await desk.send(addressOf(route), {
          method: route.method,
          headers: { host, authorization: `Bearer ${tokens.money}` },
        });
        // An empty name is already refused as no request at all.
        expect([421, 400]).toContain(got.status);
      }
    },
  );

  it.each(guarded.map((route) => [named(route), route] as const))(
    '%s is open to a token of its scope or a larger one, and to no smaller one',
    async (_name, route) => {
      for (const held of SCOPES) {
        const got = await desk.send(addressOf(route), {
          method: route.method,
          headers: { authorization: `Bearer ${tokens[held]}` },
        });
        const isAllowed = allowsScope(held, route.scope as DeskScope);
        expect(REFUSED.includes(got.status), `${held} got ${got.status} ${got.text.slice(0, 100)}`).toBe(!isAllowed);
        if (!isAllowed) expect(detail(got.text)).toBe('scope_too_small');
      }
    },
  );

  it.each(writing.map((route) => [named(route), route] as const))(
    '%s wants the token of the session besides the cookie (CSRF)',
    async (_name, route) => {
      const whole = desk.fromPage(session);
      const { 'x-hotwick-csrf': _csrf, ...without } = whole;
      for (const headers of [without, { ...whole, 'x-hotwick-csrf': '' }, { ...whole, 'x-hotwick-csrf': other.csrf }]) {
        const got = await desk.send(route.path, { method: 'POST', headers });
        expect([got.status, detail(got.text)]).toEqual([403, 'csrf_token_wrong']);
      }
      const { origin: _origin, ...untold } = whole;
      expect(detail((await desk.send(route.path, { method: 'POST', headers: untold })).text)).toBe('foreign_origin');
      const got = await desk.send(route.path, { method: 'POST', headers: whole });
      // What moves money may want the passphrase besides, which is tried by itself.
      if (REFUSED.includes(got.status)) expect([route.scope, detail(got.text)]).toEqual(['money', 'step_up_required']);
    },
  );

  it.each(writing.filter(({ scope }) => scope === 'money').map((route) => [named(route), route] as const))(
    '%s wants the passphrase of the last five minutes',
    async (_name, route) => {
      const session = await desk.logIn();
      const headers = desk.fromPage(session);
      await desk.clock.advance(5 * 60_000);
      const got = await desk.send(route.path, { method: 'POST', headers });
      expect([got.status, detail(got.text)]).toEqual([403, 'step_up_required']);
      const stepUp = (passphrase: string) =>
        desk.send('/hotcoin/api/step_up', { method: 'POST', headers, body: JSON.stringify({ passphrase }) });
      expect((await stepUp('a wrong passphrase')).status).toBe(401);
      expect((await desk.send(route.path, { method: 'POST', headers })).status).toBe(403);
      expect((await stepUp(PASSPHRASE)).status).toBe(200);
      expect(REFUSED).not.toContain((await desk.send(route.path, { method: 'POST', headers })).status);
    },
  );

  it('is not reached by another spelling of its path', async () => {
    for (const path of [
      '/hotcoin/%61pi/status',
      '//hotcoin/api/status',
      '/hotcoin/api/../api/status',
      '/hotcoin/api/status/',
      '/HOTCOIN/API/STATUS',
      '/hotcoin/api/status%2f',
      '/hotcoin/api/status;x',
    ]) {
      const got = await desk.send(path);
      expect([307, 400, 401, 404], `${path} ${got.status}`).toContain(got.status);
    }
  });

  it('gives no file from outside the page (path traversal)', async () => {
    for (const path of [
      '/hotcoin/../../etc/passwd',
      '/hotcoin/..%2f..%2fetc%2fpasswd',
      '/hotcoin/assets/%2e%2e/%2e%2e/operator.json',
      '/hotcoin/assets/..\\..\\operator.json',
      '/hotcoin/%00',
    ]) {
      const got = await desk.send(path);
      expect([400, 401, 403, 404], `${path} ${got.status}`).toContain(got.status);
      expect(got.text).not.toMatch(/root:|verifier/);
    }
  });
});

describe('the socket', () => {
  const upgrade = (headers: Readonly<Record<string, string>>) =>
    desk.send('/ws/hotcoin', {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    });

  it('opens to the page of who is logged in, and to a token', async () => {
    const { cookie } = await desk.logIn();
    expect((await upgrade({ cookie, origin: desk.origin })).status).toBe(101);
    expect((await upgrade({ authorization: `Bearer ${tokens.read}` })).status).toBe(101);
  });

  it('is closed soon after its session ended or its token was revoked, and no sooner', async () => {
    const session = await desk.logIn();
    const revoked = desk.token('read');
    const open = async (headers: Record<string, string>) => {
      const socket = new WebSocket(`${desk.origin.replace('http', 'ws')}/ws/hotcoin`, { headers });
      await once(socket, 'open');
      return { socket, closed: once(socket, 'close').then(([code]) => code as number) };
    };
    const bySession = await open({ cookie: session.cookie, origin: desk.origin });
    const byToken = await open({ authorization: `Bearer ${revoked}` });
    const other = await open({ authorization: `Bearer ${tokens.read}` });
    await desk.clock.advance(10_000);
    expect([bySession, byToken, other].map(({ socket }) => socket.readyState)).toEqual([1, 1, 1]);
    await desk.send('/hotcoin/api/logout', { method: 'POST', headers: desk.fromPage(session) });
    desk.revoke(revoked);
    await desk.clock.advance(5_000);
    expect(await Promise.all([bySession.closed, byToken.closed])).toEqual([4401, 4401]);
    expect(other.socket.readyState).toBe(WebSocket.OPEN);
    other.socket.terminate();
  });

  it('can not be hijacked by a page of somebody else', async () => {
    const { cookie } = await desk.logIn();
    const whole = { cookie, origin: desk.origin };
    for (const headers of [
      {},
      { cookie },
      { ...whole, origin: 'https://evil.example' },
      { ...whole, origin: 'null' },
      { ...whole, host: 'evil.example' },
      { origin: desk.origin },
    ]) {
      expect((await upgrade(headers)).status).toBe(403);
    }
  });
});

describe('a session', () => {
  it('is born at the login and not before, so none can be planted (fixation)', async () => {
    const planted = `hotwick_session_test=${'B'.repeat(43)}`;
    const got = await desk.login(PASSPHRASE, { cookie: planted });
    expect(cookieOf(got)).not.toBe(planted);
    expect(got.headers['set-cookie']?.[0]).toMatch(/HttpOnly; SameSite=Strict/);
    expect((await desk.send('/hotcoin/api/risk', { headers: { cookie: planted } })).status).toBe(401);
    const first = await desk.logIn();
    const second = await desk.login(PASSPHRASE, { cookie: first.cookie });
    expect(cookieOf(second)).not.toBe(first.cookie);
    expect((await desk.send('/hotcoin/api/risk', { headers: { cookie: first.cookie } })).status).toBe(401);
  });

  it('ends when told, when left alone, and after a week whatever happens', async () => {
    const look = async ({ cookie }: { cookie: string }) =>
      (await desk.send('/hotcoin/api/risk', { headers: { cookie } })).status;
    const [told, alone, busy] = [await desk.logIn(), await desk.logIn(), await desk.logIn()];
    const logout = (headers: Record<string, string>) => desk.send('/hotcoin/api/logout', { method: 'POST', headers });
    expect((await logout({ ...desk.fromPage(told), 'x-hotwick-csrf': 'wrong' })).status).toBe(403);
    expect(await look(told)).not.toBe(401);
    expect((await logout(desk.fromPage(told))).status).toBe(200);
    expect(await look(told)).toBe(401);
    for (let hours = 0; hours < 12; hours++) {
      await desk.clock.advance(3_600_000);
      expect(await look(busy)).not.toBe(401);
    }
    expect(await look(alone)).toBe(401);
    for (let hours = 12; hours < 167; hours++) {
      await desk.clock.advance(3_600_000);
      expect(await look(busy)).not.toBe(401);
    }
    await desk.clock.advance(3_600_000);
    expect(await look(busy)).toBe(401);
  });

  it('is one of at most 32: the longest unseen goes', async () => {
    const first = await desk.logIn();
    await desk.clock.advance(1);
    for (let count = 0; count < 32; count++) await desk.logIn();
    expect((await desk.send('/hotcoin/api/risk', { headers: { cookie: first.cookie } })).status).toBe(401);
  });
});

describe('answers', () => {
  it('tell browsers to run nothing of others and to be framed by nobody', async () => {
    for (const path of ['/hotcoin/', '/hotcoin/health', '/hotcoin/api/risk']) {
      const { headers } = await desk.send(path);
      expect(headers['content-security-policy']).toMatch(
        /default-src 'self'.*script-src 'self';.*frame-ancestors 'none'/,
      );
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
    }
  });

  it('tell a stranger no more than how it stands', async () => {
    const got = await desk.send('/hotcoin/health');
    expect(Object.keys(JSON.parse(got.text)).sort()).toEqual(['can_trade', 'status', 'ts']);
  });

  it('never hold the passphrase, the token of another session, or a token', async () => {
    const session = await desk.logIn();
    const texts = await Promise.all(
      ROUTES.filter(({ method }) => method === 'GET').map(
        async (route) => (await desk.send(addressOf(route), { headers: { cookie: session.cookie } })).text,
      ),
    );
    for (const secret of [PASSPHRASE, tokens.read, session.cookie.split('=')[1] ?? ''])
      expect(texts.join('\n')).not.toContain(secret);
    expect(JSON.stringify(desk.audited)).not.toContain(PASSPHRASE);
  });

  it('refuse bodies that are too large, before reading them whole', async () => {
    const session = await desk.logIn();
    const headers = desk.fromPage(session);
    const body = JSON.stringify({ passphrase: 'x'.repeat(300_000) });
    for (const path of ['/hotcoin/config', '/hotcoin/api/emergency_close', '/hotcoin/api/step_up']) {
      expect((await desk.send(path, { method: 'POST', headers, body })).status).toBe(413);
    }
    expect((await desk.login('x'.repeat(10_000))).status).toBe(413);
  });
});

describe('the audit log', () => {
  it('has whoever changed something or was refused it, and never what they typed', async () => {
    desk.audited.length = 0;
    const session = await desk.logIn();
    await desk.login('a wrong passphrase');
    await desk.send('/hotcoin/api/emergency_close', {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.read}` },
    });
    await desk.send('/hotcoin/api/entries', { method: 'POST', headers: desk.fromPage(session), body: '{}' });
    await desk.send('/hotcoin/api/risk', { headers: { cookie: session.cookie } });
    expect(desk.audited.map(({ actor, action, status, refusal }) => [actor, action, status, refusal])).toEqual([
      ['unknown', 'POST /hotcoin/api/login', 200, null],
      ['unknown', 'POST /hotcoin/api/login', 401, '401'],
      ['token read', 'POST /hotcoin/api/emergency_close', 403, 'scope_too_small'],
      ['operator', 'POST /hotcoin/api/entries', expect.any(Number), expect.anything()],
    ]);
  });
});

describe('guessing', () => {
  it('is over after five wrong passphrases, at once or one after another, and the right one has to wait too', async () => {
    const cautious = await GuardedDesk.start();
    try {
      const statuses = await Promise.all(
        Array.from({ length: 12 }, async (_, index) => (await cautious.login(`guess number ${index}`)).status),
      );
      expect(statuses.filter((status) => status === 401)).toHaveLength(5);
      const { status, headers, text } = await cautious.login();
      expect([status, detail(text)]).toEqual([429, 'too_many_attempts']);
      expect(Number(headers['retry-after'])).toBeGreaterThan(600);
    } finally {
      await cautious.close();
    }
  });

  it('is counted by the address that the proxy saw, whatever a client writes before it', async () => {
    const behind = await GuardedDesk.start({ proxy: 'trusted' });
    try {
      const guess = async (claimed: string, seen: string) => {
        return (await behind.login('a wrong passphrase', { 'x-forwarded-for': `${claimed}, ${seen}` })).status;
      };
      const statuses: number[] = [];
      for (let index = 0; index < 7; index++) statuses.push(await guess(`10.0.0.${index}`, '203.0.113.9'));
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
      expect(await guess('203.0.113.9', '198.51.100.7')).toBe(401);
    } finally {
      await behind.close();
    }
  });

  it('forgives slips before the right passphrase', async () => {
    const cautious = await GuardedDesk.start();
    try {
      for (let round = 0; round < 3; round++) {
        for (let slip = 0; slip < 3; slip++) expect((await cautious.login('a slip of the hand')).status).toBe(401);
        expect((await cautious.login()).status).toBe(200);
      }
    } finally {
      await cautious.close();
    }
  });

  it('of tokens is slowed down, while a right token goes on', async () => {
    const cautious = await GuardedDesk.start();
    try {
      const token = cautious.token('read');
      const ask = async (text: string) =>
        (await cautious.send('/hotcoin/api/risk', { headers: { authorization: `Bearer ${text}` } })).status;
      const statuses: number[] = [];
      for (let guess = 0; guess < 8; guess++)
        statuses.push(await ask(`hw_${'0'.repeat(8)}_${String(guess).repeat(43)}`));
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
      expect(await ask(token)).toBe(503);
    } finally {
      await cautious.close();
    }
  });

  it('and asking too often ends in 429 with how long to wait', async () => {
    const busy = await GuardedDesk.start({ rates: { reads: { points: 20, duration: 60 } } });
    try {
      const statuses: number[] = [];
      for (let asked = 0; asked < 25; asked++) statuses.push((await busy.send('/hotcoin/health')).status);
      expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    } finally {
      await busy.close();
    }
  });
});

describe('an open desk, as a demo has it', () => {
  it('asks for no passphrase, and still obeys no page of somebody else', async () => {
    const open = await GuardedDesk.start({ access: 'open', rates });
    try {
      expect((await open.send('/hotcoin/api/risk')).status).toBe(503);
      const own = { method: 'POST', headers: { origin: open.origin } } as const;
      expect(REFUSED).not.toContain((await open.send('/hotcoin/api/emergency_close', own)).status);
      const foreign = { method: 'POST', headers: { origin: 'https://evil.example' } } as const;
      expect((await open.send('/hotcoin/api/emergency_close', foreign)).status).toBe(403);
      const rebound = { method: 'POST', headers: { host: 'evil.example', origin: 'http://evil.example' } } as const;
      expect((await open.send('/hotcoin/api/emergency_close', rebound)).status).toBe(421);
    } finally {
      await open.close();
    }
  });
});
