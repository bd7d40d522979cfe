/**
 * What survives a restart: the memory of lists goes out with a cycle and comes back into a stage that knows nothing.
 */
import { describe, expect, it } from 'vitest';
import { at, coin, type Desk, listCoin, MINUTE, openDesk } from '../../test/fixtures/discovery-desk.ts';
import type { ListingMemory } from '../model/listing-facts.ts';
import { type DiscoveryEffect, listCandidates } from './index.ts';

const SOON = 'Binance Will List Soon (SOON)';

function announce(desk: Desk, ms: number, title: string): readonly DiscoveryEffect[] {
  const announcements = [{ id: title === SOON ? '7' : '8', title, body: '', releaseTime: at(0) }];
  return desk.send({ kind: 'announcementsReceived', receivedTime: at(ms), announcements });
}

function memoryOf(effects: readonly DiscoveryEffect[]): ListingMemory | null {
  return effects.flatMap((effect) => (effect.kind === 'saveListings' ? [effect.memory] : []))[0] ?? null;
}

function restarted(memory: ListingMemory): Desk {
  const desk = openDesk();
  desk.send({ kind: 'listingsRestored', receivedTime: at(MINUTE), memory: structuredClone(memory) });
  return desk;
}

describe('the memory of lists', () => {
  it('is asked to be stored with the next cycle, and once', () => {
    const desk = openDesk();
    expect(memoryOf(desk.cycle(0))).toBeNull();
    listCoin(desk, 'A');
    announce(desk, 1, SOON);
    const memory = memoryOf(desk.cycle(2));
    expect(memory?.seen).toEqual([['7', at(1)]]);
    expect(Object.keys(memory?.instruments ?? {})).toEqual([coin('A')]);
    expect(Object.keys(memory?.pending ?? {})).toEqual([coin('SOON')]);
    expect(memoryOf(desk.cycle(3))).toBeNull();
  });

  it('R3-9: tells nothing twice after a restart, and still finds what the exchange listed meanwhile', () => {
    const desk = openDesk();
    listCoin(desk, 'A');
    announce(desk, 1, SOON);
    const next = restarted(memoryOf(desk.cycle(2)) as ListingMemory);
    expect(announce(next, MINUTE, SOON)).toEqual([]);
    const found = listCoin(next, 'A', 'SOON', 'SURPRISE').filter(({ kind }) => kind === 'listingFound');
    expect(found).toMatchObject([
      { instrumentId: coin('SOON'), source: 'announcement' },
      { instrumentId: coin('SURPRISE'), source: 'instruments' },
    ]);
  });

  it('is a copy: what is learned afterwards does not change it', () => {
    const desk = openDesk();
    listCoin(desk, 'A');
    announce(desk, 1, SOON);
    const memory = memoryOf(desk.cycle(2)) as ListingMemory;
    const before = structuredClone(memory);
    announce(desk, 3, 'Binance Will Delist A (A) on 2027-01-01');
    listCoin(desk, 'SOON');
    expect(memory).toEqual(before);
  });
});

describe('A-1: the age of a candidate', () => {
  it('is what the exchange told, unknown before, and nothing for a coin that is no candidate', () => {
    const desk = openDesk();
    listCoin(desk, 'A');
    listCoin(desk, 'A', 'NEW');
    expect(listCandidates(desk.state.pool)).toMatchObject([{ instrumentId: coin('NEW'), listedTime: null }]);
    const told = { kind: 'listedTimeKnown', receivedTime: at(1), listedTime: at(-5 * 86_400_000) } as const;
    desk.send({ ...told, instrumentId: coin('NEW') });
    desk.send({ ...told, instrumentId: coin('A') });
    expect(listCandidates(desk.state.pool)).toMatchObject([{ instrumentId: coin('NEW'), listedTime: told.listedTime }]);
  });
});
