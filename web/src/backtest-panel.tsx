/**
 * Backtests of the server's strategies, through its own routes. What the server answers is shown as it is: one that runs
 * none says so, and nothing can be started on it.
 */
import { useEffect, useState } from 'react';
import { type BacktestOffer, parseOffer, parseRun } from './backtest-wire.ts';
import { usePage, usePageState } from './page-context.ts';
import { instrumentWords } from './series.ts';
import { parseDetail } from './wire.ts';

/** What the server offers for a pair; `null` until it has answered. */
function useOffer(pair: string): BacktestOffer | 'unreachable' | null {
  const { readHttp } = usePage().store;
  const [offer, setOffer] = useState<BacktestOffer | 'unreachable' | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    const read = (path: string) => readHttp(path, abort.signal);
    const paths = ['api/backtest/strategies', `api/backtest/pair_timeframes?pair=${encodeURIComponent(pair)}`] as const;
    void Promise.all([read(paths[0]), read(paths[1])]).then(([strategies, pairs]) => {
      if (abort.signal.aborted) return;
      setOffer(strategies.kind === 'answered' ? parseOffer(strategies, pairs) : 'unreachable');
    });
    return () => abort.abort();
  }, [readHttp, pair]);
  return offer;
}

type Output = { readonly kind: 'none' | 'running' | 'done'; readonly text: string };

/** The panel. */
export function BacktestPanel() {
  const { strings } = usePage();
  const { session } = usePageState();
  const { timeframe, instrument } = session.series;
  const pair = instrumentWords(instrument).symbol;
  const offer = useOffer(pair);
  return (
    <div className="backtest" data-testid="backtest-panel" data-trading-mode={modeOf(offer)}>
      <p className="muted">
        {pair} · {timeframe}
      </p>
      {offer === null || offer === 'unreachable' ? (
        <p className="panel-note">{offer === null ? strings.backtest.asking : strings.replayFailure.unreachable}</p>
      ) : (
        <Form key={pair} offer={offer} pair={pair} timeframe={timeframe} />
      )}
    </div>
  );
}

function modeOf(offer: BacktestOffer | 'unreachable' | null): string {
  return offer === null || offer === 'unreachable' ? '' : offer.tradingMode;
}

type FormProps = { readonly offer: BacktestOffer; readonly pair: string; readonly timeframe: string };

function Form({ offer, pair, timeframe }: FormProps) {
  const { strings, store } = usePage();
  const [strategy, setStrategy] = useState(offer.strategies[0] ?? '');
  const [timerange, setTimerange] = useState('');
  const [output, setOutput] = useState<Output>({ kind: 'none', text: '' });
  const run = async (): Promise<void> => {
    setOutput({ kind: 'running', text: strings.backtest.running });
    const body = { strategy_name: strategy, pair, timeframe, timerange: timerange === '' ? null : timerange };
    const answer = await store.postHttp('api/backtest/run', body, new AbortController().signal);
    if (answer.kind === 'unreachable') setOutput({ kind: 'done', text: strings.replayFailure.unreachable });
    else {
      const done = answer.status === 200 ? parseRun(answer.body) : null;
      setOutput({ kind: 'done', text: done ?? `${answer.status} ${parseDetail(answer.body)}` });
    }
  };
  const isNone = offer.strategies.length === 0;
  const refusal = isNone ? strings.backtest.notAvailable(offer.tradingMode) : '';
  return (
    <>
      <div className="backtest-form">
        <select
          data-testid="backtest-strategy-select"
          aria-label={strings.backtest.strategy}
          value={strategy}
          disabled={isNone}
          onChange={(event) => setStrategy(event.target.value)}
        >
          {isNone && <option value="">{strings.backtest.noStrategy}</option>}
          {offer.strategies.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <input
          type="text"
          data-testid="backtest-timerange"
          aria-label={strings.backtest.timerange}
          placeholder="20260101-20260201"
          value={timerange}
          onChange={(event) => setTimerange(event.target.value)}
        />
        <button
          type="button"
          className="primary"
          data-testid="backtest-run"
          disabled={isNone || output.kind === 'running'}
          onClick={() => void run()}
        >
          {strings.backtest.run}
        </button>
      </div>
      <pre className="backtest-output" data-testid="backtest-output">
        {output.kind === 'none' ? refusal : output.text}
      </pre>
    </>
  );
}
