/**
 * What a scenario does to the exchange itself while its market moves: faults, outages, announcements. In: the scenario,
 * the exchange and its clock. Out: each order given at its time. What lies before the market goes live is left out.
 */
import { addMs, type EpochMs } from '../../../core/time.ts';
import type { Cancel, Clock } from '../../../ports/clock.ts';
import type { FaultOrder } from '../fault-order.ts';
import type { SimExchange } from '../sim-exchange.ts';
import type { Scenario, ScenarioEvent } from './scenario.ts';

/** What plays. */
export type ScenarioPlay = {
  readonly exchange: SimExchange;
  readonly clock: Clock;
  readonly startTime: EpochMs;
  /** Told of an order that could not be carried out, such as a halt of a symbol that does not exist. */
  readonly onRefusal: (reason: string) => void;
};

/** Arms the scenario's orders; the answer forgets those that are not due yet. */
export function playScenario(scenario: Scenario, play: ScenarioPlay): Cancel {
  const { clock, startTime } = play;
  const cancels = scenario.events
    .filter(({ atMs }) => atMs >= 0)
    .map((event) => clock.schedule(addMs(startTime, event.atMs), () => perform(event, play)));
  return () => {
    for (const cancel of cancels) cancel();
  };
}

function perform(event: ScenarioEvent, { exchange, onRefusal }: ScenarioPlay): void {
  if (event.kind === 'announce') {
    exchange.announce({ title: event.title, releaseDate: exchange.desk.now() });
    return;
  }
  for (const order of ordersOf(event)) {
    const done = exchange.orderFault(order);
    if (!done.ok) onRefusal(done.error);
  }
}

/** An exchange that is gone answers nothing, lets nobody in and has lost who was there. */
function ordersOf(event: ScenarioEvent): readonly FaultOrder[] {
  if (event.kind === 'fault') return [event.order];
  if (event.kind !== 'outage') return [];
  const { forMs } = event;
  return [{ kind: 'maintenance', forMs }, { kind: 'refuseSockets', forMs }, { kind: 'dropSockets' }];
}
