/**
 * One event of the log: when, what kind, which coin, and what it says, with the whole of it to unfold. Nothing of it is
 * trusted: it is text.
 */
import type { DeskEvent } from '../../src/api/contract.ts';
import { useDesk } from './desk-context.tsx';
import { type EventWords, valueWord } from './event-strings.ts';
import { timeText } from './figures.ts';
import { gateText } from './word-strings.ts';

/** Fields that say the most of an event, in the order they are read. */
const SPOKEN = [
  'side',
  'intent',
  'outcome',
  'rule',
  'from',
  'to',
  'state',
  'engine_state',
  'layer',
  'protection',
  'status',
  'reason',
  'text',
  'strength',
  'heat',
  'executed_qty',
  'executed_price',
  'quote_amount',
  'qty',
  'price',
  'stop_price',
  'pnl_net',
  'error',
] as const;

/**
 * What an event says in one line. Where the language has words for fields and values they stand there; a sentence of the
 * engine that has none is left to the whole event below, because the words beside it say the same.
 */
export function eventSummary({ payload }: DeskEvent, words: EventWords): string {
  return SPOKEN.flatMap((name) => {
    const value = payload[name];
    if ((typeof value !== 'string' && typeof value !== 'number') || value === '') return [];
    const said = valueWord(value, words);
    return said === null ? [] : [`${words.eventFields[name] ?? name.replaceAll('_', ' ')} ${said}`];
  }).join(' · ');
}

/** The coin an event is about, if it names one. */
export function eventSymbol({ payload }: DeskEvent): string {
  return typeof payload['symbol'] === 'string' ? payload['symbol'] : '';
}

type LineProps = { readonly event: DeskEvent; readonly onTrace?: (trace: string) => void };

/** The line. */
export function EventLine({ event, onTrace }: LineProps) {
  const { strings } = useDesk();
  const { ts, event_type: type, trace_id: trace } = event;
  return (
    <details className="event" data-event={event.id}>
      <summary>
        <time className="muted">{timeText(ts)}</time> <b data-kind={type}>{gateText(strings.events, type)}</b>{' '}
        <span>{eventSymbol(event)}</span> <span className="muted">{eventSummary(event, strings)}</span>
      </summary>
      {trace === undefined || onTrace === undefined ? null : (
        <button type="button" className="button" onClick={() => onTrace(trace)}>
          {strings.chainOf(trace)}
        </button>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to reach it */}
      <pre tabIndex={0}>{JSON.stringify(event.payload, null, 2)}</pre>
    </details>
  );
}
