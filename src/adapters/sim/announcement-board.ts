/**
 * A stand-in for the announcements of the exchange's website. In: announcements of a test or drill. Out: the newest of
 * them in the website's shape, which nobody documents; only the fields that clients are known to read are there.
 */
import { ok } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import type { RestRoute } from './rest-api.ts';

/** An announcement; the id is the exchange's own. */
export type SimAnnouncement = { readonly id: number; readonly title: string; readonly releaseDate: EpochMs };

/** The board. */
export type AnnouncementBoard = {
  /** Publishes an announcement at its place in time. */
  readonly publish: (announcement: { readonly title: string; readonly releaseDate: EpochMs }) => SimAnnouncement;
  readonly route: readonly [path: string, route: RestRoute];
};

/** Announcements kept; the oldest is forgotten. */
const ANNOUNCEMENTS_MAX = 200;
const PAGE_SIZE_MAX = 50;
const FIRST_ID = 240_000;
/** Catalogues of the website; a title says where it stands. */
const DELISTINGS = { catalogId: 161, catalogName: 'Delisting' };
const LISTINGS = { catalogId: 48, catalogName: 'New Cryptocurrency Listing' };
const DELISTING_TITLE = /delist|removal of|下架/i;

/** An empty board. */
export function createAnnouncementBoard(): AnnouncementBoard {
  const kept: SimAnnouncement[] = [];
  let nextId = FIRST_ID;
  const page = (query: URLSearchParams): unknown => {
    const size = Math.min(PAGE_SIZE_MAX, Math.max(1, Number(query.get('pageSize')) || 10));
    const catalogue = query.get('catalogId') === `${DELISTINGS.catalogId}` ? DELISTINGS : LISTINGS;
    const own = kept.filter(({ title }) => DELISTING_TITLE.test(title) === (catalogue === DELISTINGS));
    const articles = own.sort((a, b) => b.releaseDate - a.releaseDate || b.id - a.id).slice(0, size);
    const catalogs = [{ ...catalogue, total: own.length, articles }];
    return { code: '000000', message: null, data: { catalogs }, success: true };
  };
  return {
    publish: ({ title, releaseDate }) => {
      const announcement = { id: nextId++, code: `sim${nextId}`, title, releaseDate };
      kept.push(announcement);
      if (kept.length > ANNOUNCEMENTS_MAX) kept.shift();
      return announcement;
    },
    route: [
      'GET /bapi/composite/v1/public/cms/article/list/query',
      {
        market: 'spot',
        security: 'none',
        orders: 0,
        free: 'never',
        // The website has limits of its own, which nobody documents.
        weight: () => 0,
        answer: (query) => ok(page(query)),
      },
    ],
  };
}
