/**
 * What happens inside the server, for people who look for a fault: its events as they come, and the holes of the shown
 * series. Both are behind the server's debug switch; where it is off the panel says how to turn it on.
 */
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { DebugRow } from './debug-watch.ts';
import { clockText, minuteText } from './format.ts';
import { usePage, usePageState } from './page-context.ts';
import { parseSeriesGaps, type SeriesGaps } from './series-gaps.ts';

const GAPS_EVERY_MS = 5000;

/** The panel. */
export function DebugPanel() {
  const { store, strings } = usePage();
  const { rows, status } = useSyncExternalStore(store.debug.subscribe, store.debug.state);
  const [pipe, setPipe] = useState('all');
  const [text, setText] = useState('');
  useEffect(() => store.debug.follow(), [store]);
  const shown = rows.filter((row) => (pipe === 'all' || row.pipe === pipe) && holds(row, text.toLowerCase()));
  return (
    <div className="debug" data-testid="debug-panel" data-debug-status={status}>
      {status !== 'open' && <p className="panel-note">{strings.debugStatus[status]}</p>}
      {status === 'open' && <Gaps />}
      <div className="debug-filter">
        <select
          data-testid="debug-pipe"
          aria-label={strings.debugPipe}
          value={pipe}
          onChange={(event) => setPipe(event.target.value)}
        >
          <option value="all">{strings.debugAll}</option>
          <option value="read">read</option>
          <option value="write">write</option>
        </select>
        <input
          type="search"
          data-testid="debug-search"
          aria-label={strings.debugSearch}
          placeholder={strings.debugSearch}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <ol className="debug-log">
        {shown.toReversed().map((row) => (
          <LogRow key={row.id} row={row} />
        ))}
      </ol>
      {status === 'open' && shown.length === 0 && <p className="muted">{strings.debugNone}</p>}
    </div>
  );
}

function holds({ event, message, series_id }: DebugRow, text: string): boolean {
  return text === '' || `${event} ${message} ${series_id ?? ''}`.toLowerCase().includes(text);
}

function LogRow({ row }: { readonly row: DebugRow }) {
  const { ts_ms, pipe, event, level, message, series_id, data } = row;
  return (
    <li className={level} data-testid="debug-log-row" data-pipe={pipe} data-event={event} data-level={level}>
      <span className="muted">
        {clockText(ts_ms)} {pipe}
      </span>{' '}
      <strong>{event}</strong>
      <p>
        {message} {series_id !== null && <span className="muted">{series_id}</span>}
      </p>
      {data !== undefined && <pre>{JSON.stringify(data)}</pre>}
    </li>
  );
}

/** The holes of the shown series, asked for now and then. */
function Gaps() {
  const { store, strings } = usePage();
  const { id } = usePageState().session.series;
  const [gaps, setGaps] = useState<SeriesGaps | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    let cancel = store.clock.after(0, ask);
    function ask(): void {
      const path = `api/market/debug/series_health?series_id=${encodeURIComponent(id)}`;
      void store.readHttp(path, abort.signal).then((answer) => {
        if (abort.signal.aborted) return;
        setGaps(answer.kind === 'answered' && answer.status === 200 ? parseSeriesGaps(answer.body) : null);
        cancel = store.clock.after(GAPS_EVERY_MS, ask);
      });
    }
    return () => {
      cancel();
      abort.abort();
    };
  }, [store, id]);
  if (gaps === null) return null;
  return (
    <div className="panel-note" data-testid="series-gaps" data-gap-count={gaps.gapCount}>
      <strong>{strings.storedCandles(gaps.candleCount)}</strong> · {strings.storedGaps(gaps.gapCount)}
      {gaps.recent.map(({ after, before, missing }) => (
        <p key={after}>
          {minuteText(after)} → {minuteText(before)}: {strings.missingCandles(missing)}
        </p>
      ))}
    </div>
  );
}
