import { describe, expect, it } from 'vitest';
import { at, coin, type Desk, listCoin, MINUTE, openDesk, ticker } from '../../test/fixtures/discovery-desk.ts';
import type { InstrumentStatus } from '../model/instrument.ts';
import type { Announcement } from '../model/listing-facts.ts';
import { type DiscoveryEffect, listCandidates, listRefusals } from './index.ts';
import { delistingOf, PENDING_MAX } from './listing-monitor.ts';
import { createPoll, foldPollOutcome, takeDue } from './poll-plan.ts';
import { createSeenIds, noteSeen } from './seen-ids.ts';

const HOUR = 60 * MINUTE;

function announcement(id: string, title: string, rest: Partial<Announcement> = {}): Announcement {
  return { id, title, body: '', releaseTime: at(0), ...rest };
}

function announce(desk: Desk, ms: number, ...announcements: readonly Announcement[]): readonly DiscoveryEffect[] {
  return desk.send({ kind: 'announcementsReceived', receivedTime: at(ms), announcements });
}

/** What a list is answered with, but for the minutes that are to be followed. */
function list(desk: Desk, ms: number, coins: Readonly<Record<string, InstrumentStatus>>): readonly DiscoveryEffect[] {
  return sendList(desk, ms, coins).filter(({ kind }) => kind !== 'followMinutes');
}

function sendList(
  desk: Desk,
  ms: number,
  coins: Readonly<Record<string, InstrumentStatus>>,
): readonly DiscoveryEffect[] {
  const instruments = Object.entries(coins).map(([base, status]) => {
    return { instrumentId: coin(base), status, isMarketByQuote: true, permissions: ['SPOT'] };
  });
  return desk.send({ kind: 'instrumentsReceived', receivedTime: at(ms), instruments });
}

const kindsOf = (effects: readonly DiscoveryEffect[]): readonly string[] => effects.map(({ kind }) => kind);

describe('new instruments', () => {
  it('are followed minute by minute while they trade; an answer without any ends no stream', () => {
    const desk = openDesk((config) => ({ ...config, ticker: { ...config.ticker, instrumentsMax: 2 } }));
    const followed = (coins: Readonly<Record<string, InstrumentStatus>>): readonly DiscoveryEffect[] =>
      sendList(desk, 0, coins).filter(({ kind }) => kind === 'followMinutes');
    expect(followed({ A: 'trading', B: 'halted', C: 'trading', D: 'trading' })).toEqual([
      { kind: 'followMinutes', instrumentIds: [coin('A'), coin('C')] },
    ]);
    expect(followed({})).toEqual([]);
  });

  it('are what a list holds that the one before did not; the first list is only what there is', () => {
    const desk = openDesk();
    expect(list(desk, 0, { A: 'trading', B: 'trading' })).toEqual([]);
    expect(list(desk, MINUTE, { A: 'trading', B: 'trading', HYPER: 'unlisted' })).toMatchObject([
      { kind: 'listingFound', instrumentId: coin('HYPER'), source: 'instruments', announcedTime: at(MINUTE) },
      { kind: 'candidateAdmitted', instrumentId: coin('HYPER') },
    ]);
    expect(list(desk, 2 * MINUTE, { A: 'trading', B: 'trading', HYPER: 'trading' }), 'told once').toEqual([]);
  });

  it('are not everything again after an answer without any', () => {
    const desk = openDesk();
    list(desk, 0, { A: 'trading' });
    expect(list(desk, 1, {})).toEqual([]);
    expect(list(desk, 2, { A: 'trading' })).toEqual([]);
  });

  it('of other quote assets or markets are none of ours', () => {
    const desk = openDesk();
    list(desk, 0, { A: 'trading' });
    const foreign = ['binance:spot:B/BTC', 'binance:futures:B/USDT', 'nonsense', ''].map((instrumentId) => {
      return {
        instrumentId: instrumentId as never,
        status: 'trading' as const,
        isMarketByQuote: true,
        permissions: [],
      };
    });
    const instruments = [...foreign, { ...foreign[0]!, instrumentId: coin('A') }];
    expect(desk.send({ kind: 'instrumentsReceived', receivedTime: at(1), instruments })).toEqual([
      { kind: 'followMinutes', instrumentIds: [coin('A')] },
    ]);
  });

  it('that disappear are told', () => {
    const desk = openDesk();
    list(desk, 0, { A: 'trading', B: 'trading' });
    expect(list(desk, 1, { A: 'trading' })).toEqual([{ kind: 'instrumentGone', instrumentId: coin('B') }]);
  });
});

describe('announced listings', () => {
  it('wait until the exchange knows the coin, and carry the opening time', () => {
    const desk = openDesk();
    list(desk, 0, { A: 'trading' });
    const body = 'Binance will open trading for HYPER at 2026-11-20 13:00 (UTC)';
    const told = announce(desk, MINUTE, announcement('1', 'Binance Will List Hyperlane (HYPER)', { body }));
    expect(told).toMatchObject([{ kind: 'listingPending', pending: { base: 'HYPER', openTime: at(3 * HOUR) } }]);
    expect(listCandidates(desk.state.pool)).toEqual([]);
    expect(kindsOf(list(desk, HOUR, { A: 'trading', HYPER: 'unlisted' }))).toEqual([
      'listingFound',
      'candidateAdmitted',
    ]);
    expect(listCandidates(desk.state.pool)).toMatchObject([
      { instrumentId: coin('HYPER'), source: 'listing', listing: { announcedTime: at(0), openTime: at(3 * HOUR) } },
    ]);
  });

  it('keep what the announcement is called, cleaned and bounded, until it is a candidate and after', () => {
    const desk = openDesk();
    list(desk, 0, { A: 'trading' });
    const title = `Binance Will <b>List</b> Hyperlane\u202e (HYPER) ${'!'.repeat(190)}`;
    const kept = `Binance Will List Hyperlane (HYPER) ${'!'.repeat(164)}`;
    const told = announce(desk, MINUTE, announcement('1', title));
    expect(told).toMatchObject([{ kind: 'listingPending', pending: { title: kept } }]);
    expect(kept).toHaveLength(200);
    list(desk, HOUR, { A: 'trading', HYPER: 'unlisted' });
    expect(listCandidates(desk.state.pool)).toMatchObject([{ listing: { title: kept } }]);
    list(desk, 2 * HOUR, { A: 'trading', HYPER: 'trading', SURPRISE: 'trading' });
    const titles = Object.fromEntries(
      listCandidates(desk.state.pool).map(({ instrumentId, listing }) => [instrumentId, listing?.title]),
    );
    expect(titles).toEqual({ [coin('HYPER')]: kept, [coin('SURPRISE')]: null });
  });

  it('scenario 13: a coin that does not exist never enters the pool, whoever names it', () => {
    const desk = openDesk();
    listCoin(desk, 'A');
    const title = 'Binance Will List Fake Coin (FAKE)';
    expect(kindsOf(announce(desk, 0, announcement('1', title)))).toEqual(['listingPending']);
    const mention = { instrumentId: coin('FAKE'), time: at(0), velocity: 99, sentiment: 1, author: 'x' };
    expect(desk.send({ kind: 'mentionsCounted', receivedTime: at(0), mention })).toEqual([]);
    expect(desk.state.pool.candidates).toEqual({});
    expect(listRefusals(desk.state.pool.refusals)).toMatchObject([{ gate: 'pool:unknown', subject: coin('FAKE') }]);
    expect(kindsOf(list(desk, 8 * 24 * HOUR, { A: 'trading' }))).toEqual(['listingExpired']);
    expect(desk.state.listing.pending).toEqual({});
  });

  it('of a coin that has long been traded are no listing of it', () => {
    const desk = openDesk();
    list(desk, 0, { SUI: 'trading' });
    expect(announce(desk, 1, announcement('1', 'Binance Adds SUI/USDT Trading Pair'))).toEqual([]);
  });

  it('that are older than a day, or of no time, are no news (a restart tells nothing old)', () => {
    const desk = openDesk();
    list(desk, 0, { A: 'trading' });
    const title = 'Binance Will List Notcoin (NOT)';
    const told = announce(
      desk,
      25 * HOUR,
      announcement('1', title),
      announcement('2', title, { releaseTime: null }),
      announcement('3', title, { releaseTime: at(24 * HOUR) }),
    );
    expect(told).toHaveLength(1);
    expect(desk.state.pool.refusals.counts).toEqual({ 'listing:announcement': 2 });
  });

  it('are told once, however often the list of announcements is read', () => {
    const desk = openDesk();
    const one = announcement('1', 'Binance Will List Notcoin (NOT)');
    expect(announce(desk, 0, one)).toHaveLength(1);
    expect(announce(desk, MINUTE, one)).toEqual([]);
  });

  it('wait in bounded number', () => {
    const desk = openDesk();
    for (let index = 0; index < PENDING_MAX + 50; index++) {
      announce(desk, index, announcement(`${index}`, `Binance Will List Coin (C${index})`));
    }
    expect(Object.keys(desk.state.listing.pending)).toHaveLength(PENDING_MAX);
    expect(desk.state.listing.pending[coin('C0')]).toBeUndefined();
  });

  it.each([
    ['a megabyte of title', 'Binance Will List A (A)'.repeat(50_000), ''],
    ['a megabyte of body', 'Binance Will List A (A)', '2026-11-20 '.repeat(100_000)],
    ['tags', '<script>alert(1)</script>Binance Will List A (A)', '<b>'],
    ['control characters', 'Binance\u0000Will\u0007List\u202eA\u0000(A)', '\u0000'],
  ])('with %s harm nothing', (_name, title, body) => {
    const desk = openDesk();
    for (const effect of announce(desk, 0, announcement('x'.repeat(100_000), title, { body }))) {
      expect(effect).toMatchObject({ kind: 'listingPending', pending: { base: 'A' } });
    }
    expect(JSON.stringify(listRefusals(desk.state.pool.refusals)).length).toBeLessThan(1_000);
  });
});

describe('delistings', () => {
  it('are scheduled for coins that exist and forgotten with them', () => {
    const desk = openDesk();
    list(desk, 0, { BETA: 'trading', A: 'trading' });
    announce(desk, 1, announcement('1', 'Binance Will Delist BETA, NOSUCH on 2026-12-04'));
    const { listing } = desk.state;
    expect(delistingOf(listing, coin('BETA'))).toEqual({ endTime: Date.UTC(2026, 11, 4) });
    expect(delistingOf(listing, coin('NOSUCH'))).toBeNull();
    list(desk, 2, { A: 'trading' });
    expect(delistingOf(listing, coin('BETA'))).toBeNull();
  });

  it('are scheduled also where the announcement came before the first list, or days ago and is still ahead', () => {
    const desk = openDesk();
    const before = { releaseTime: at(-72 * HOUR) };
    announce(
      desk,
      1,
      announcement('1', 'Binance Will Delist BETA, NOSUCH on 2026-12-04', before),
      announcement('2', 'Binance Will Delist OLD on 2020-01-01', before),
    );
    list(desk, 2, { BETA: 'trading', OLD: 'trading' });
    const { listing } = desk.state;
    expect(delistingOf(listing, coin('BETA'))).toEqual({ endTime: Date.UTC(2026, 11, 4) });
    expect([delistingOf(listing, coin('NOSUCH')), delistingOf(listing, coin('OLD'))]).toEqual([null, null]);
  });
});

describe('R3-9, R3-8: seen ids', () => {
  const limits = { max: 2_000, ttlMs: 30 * 24 * HOUR };

  it('are bounded, and one that is still kept is not told again', () => {
    const seen = createSeenIds();
    for (let index = 0; index < 10_000; index++)
      expect(noteSeen(seen, `${index}`, { ...limits, now: at(index) })).toBe('new');
    expect(Object.keys(seen.times)).toHaveLength(2_000);
    expect(seen.count).toBe(2_000);
    expect(noteSeen(seen, '8001', { ...limits, now: at(10_001) })).toBe('known');
  });

  it('go one by one, never all at once', () => {
    const seen = createSeenIds();
    noteSeen(seen, 'first', { ...limits, now: at(0) });
    for (let index = 0; index < 5_001; index++) {
      noteSeen(seen, `${index}`, { ...limits, now: at(index) });
      expect(noteSeen(seen, 'first', { ...limits, now: at(index) })).toBe('known');
    }
  });

  it('are forgotten when nobody spoke of them for the whole time', () => {
    const seen = createSeenIds();
    noteSeen(seen, 'a', { ...limits, now: at(0) });
    noteSeen(seen, 'b', { ...limits, now: at(limits.ttlMs) });
    expect(seen.count).toBe(1);
    expect(noteSeen(seen, 'a', { ...limits, now: at(limits.ttlMs) })).toBe('new');
  });
});

describe('A-2: when to ask again', () => {
  const limits = { intervalMs: 60_000, backoffMinMs: 60_000, backoffMaxMs: 480_000 };

  /** Seconds between requests to a server that answers each with the next status. */
  function spacings(statuses: readonly (number | null)[]): readonly number[] {
    const poll = createPoll();
    const times: number[] = [];
    for (let ms = 0; times.length < statuses.length; ms += 1_000) {
      if (takeDue(poll, { now: at(ms), intervalMs: limits.intervalMs }) === 'later') continue;
      const status = statuses[times.length] as number | null;
      times.push(ms / 1_000);
      const outcome = status === 200 ? ({ kind: 'answered' } as const) : ({ kind: 'failed', status } as const);
      foldPollOutcome(poll, outcome, { ...limits, now: at(ms) });
    }
    return times.slice(1).map((time, index) => time - (times[index] as number));
  }

  it('doubles from 60 to 480 seconds beside the interval, and a success ends it', () => {
    expect(spacings([429, 418, 429, null, 429, 429, 200, 200])).toEqual([120, 180, 300, 540, 540, 540, 60]);
  });

  it('does not back off for other answers', () => {
    expect(spacings([500, 404, 200])).toEqual([60, 60]);
  });
});

describe('a listing in the pool', () => {
  it('does not end the cooling of its coin', () => {
    const desk = openDesk();
    list(desk, 0, { A: 'trading' });
    desk.tick(0, ticker('B', 1));
    desk.send({ kind: 'positionClosed', receivedTime: at(0), instrumentId: coin('B'), outcome: 'loss' });
    list(desk, MINUTE, { A: 'trading', B: 'trading' });
    expect(desk.state.pool.candidates[coin('B')]).toMatchObject({ status: 'cooling', listing: null });
  });
});
