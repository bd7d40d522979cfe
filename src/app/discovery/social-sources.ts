/**
 * What people say in public, for every composition of discovery: one source for each network, off where it has no
 * credentials or is not wanted.
 */
import { createSeededRandom } from '../../adapters/memory/seeded-random.ts';
import { createBinanceSquare } from '../../adapters/social/social-binance-sq.ts';
import { createTwitterMonitor } from '../../adapters/social/social-twitter.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SocialSource } from '../../ports/social-source.ts';
import type { SocialConfig } from '../config.ts';

/** The sources; they belong to the caller. */
export function openSocialSources(
  { bearerToken, accounts, square, xUrl, squareUrl }: SocialConfig,
  { clock, squarePollMs }: { readonly clock: Clock; readonly squarePollMs: number },
): readonly SocialSource[] {
  const random = (name: string) => createSeededRandom(1, name);
  return [
    createTwitterMonitor({ clock, random: random('x'), bearerToken, accounts, baseUrl: xUrl }),
    createBinanceSquare({ clock, random: random('square'), use: square, intervalMs: squarePollMs, baseUrl: squareUrl }),
  ];
}

/** How often Binance Square is read where no setting says otherwise. */
export const SQUARE_POLL_MS = 300_000;
