/**
 * Numbers of the running service, for people and for Prometheus. What ends in `_total` only ever grows.
 */
import type { MarketHub } from '../../api/index.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Upstream } from './upstream.ts';

/** What is measured. */
export type MetricsParts = { readonly upstream: Upstream; readonly hub: () => MarketHub; readonly clock: Clock };

/** A reading of the service's numbers by name. */
export function createServiceMetrics(parts: MetricsParts): () => Readonly<Record<string, number>> {
  const { upstream, clock } = parts;
  const startedAt = clock.now();
  return () => {
    const engine = upstream.engine.stats();
    const hub = parts.hub().stats();
    const jobs = upstream.supervisor.jobs();
    return {
      uptime_seconds: (clock.now() - startedAt) / 1000,
      resident_memory_bytes: process.memoryUsage.rss(),
      engine_inputs_total: engine.sequence,
      engine_mailbox_depth: engine.depth,
      engine_mailbox_coalesced_total: engine.coalesced,
      engine_mailbox_blocked_total: engine.blocked,
      socket_clients: hub.clients,
      socket_series: hub.series,
      ingest_jobs: jobs.length,
      ingest_jobs_running: jobs.filter(({ running }) => running).length,
    };
  };
}
