/**
 * Where a request comes from, as the browser tells it. `Host` must name this server, or a page elsewhere has bent its own
 * name to our address (DNS rebinding); `Origin` must be this server wherever a page could act in the operator's name.
 */
import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Names that this server goes by: host names without port. */
export type OwnNames = ReadonlySet<string>;

/** Loopback and `further` names. */
export function ownNames(further: readonly string[]): OwnNames {
  return new Set([...LOOPBACK, ...further.map((name) => name.toLowerCase())]);
}

/** Host name of a `Host` header, lower case, without port; `null` where it is none. */
export function hostNameOf(host: string | undefined): string | null {
  const match = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/i.exec(host ?? '');
  return match?.[1]?.toLowerCase() ?? null;
}

/** Whether `Host` names this server. */
export function isOwnHost(headers: IncomingHttpHeaders, names: OwnNames): boolean {
  const name = hostNameOf(headers.host);
  return name !== null && names.has(name);
}

/** Whether the page that sends this is ours: scheme aside, its origin is the very host that it asks. */
export function isOwnOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  if (origin === undefined || host === undefined) return false;
  const match = /^https?:\/\/([^/]+)$/i.exec(origin);
  return match?.[1]?.toLowerCase() === host.toLowerCase();
}

/** Whether a browser says that a page of somebody else has sent this. Opening a link is not that. */
export function isForeignPage(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  const isLink = headers['sec-fetch-mode'] === 'navigate';
  return (site === 'cross-site' || site === 'same-site') && !isLink;
}
