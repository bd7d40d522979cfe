/**
 * The top of the page: what is shown, its last price, the timeframe switch, and how far to trust the data.
 */
import { useState } from 'react';
import { newestCandle } from './candle-window.ts';
import { priceDecimals, priceText } from './format.ts';
import { HealthLamps } from './health-lamps.tsx';
import { useMarkets } from './market-panel.tsx';
import { usePage, usePageState, useShownSession } from './page-context.ts';
import { instrumentsOf, instrumentWords, seriesOf, TIMEFRAMES } from './series.ts';
import { AgeBadge, ConnectionLamp } from './status.tsx';
import type { Language } from './strings.ts';

/** The whole header. */
export function Header({ onLanguage }: { readonly onLanguage: (language: Language) => void }) {
  return (
    <header className="header">
      <div className="identity">
        <Brand />
        <MarketSwitch />
        <Instrument />
        <LastPrice />
      </div>
      <TimeframeSwitch />
      <div className="trust">
        <DemoBadge />
        <AgeBadge />
        <HealthLamps />
        <ConnectionLamp />
        <LanguageSwitch onLanguage={onLanguage} />
      </div>
    </header>
  );
}

function Brand() {
  return (
    <span className="brand">
      <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
        <path d="M11 5v22M21 3v24" className="wick" />
        <rect x="8" y="13" width="6" height="9" rx="1.5" className="body-down" />
        <rect x="18" y="7" width="6" height="13" rx="1.5" className="body-hot" />
      </svg>
      <span className="brand-name">Hotwick</span>
    </span>
  );
}

/** The same symbol in the other market of the venue. */
function MarketSwitch() {
  const { store, strings } = usePage();
  const { instrument, timeframe } = usePageState().session.series;
  const { symbol, venue, market } = instrumentWords(instrument);
  return (
    <fieldset className="languages market-switch">
      <legend className="sr-only">{strings.marketChoice}</legend>
      {(['futures', 'spot'] as const).map((choice) => (
        <button
          type="button"
          key={choice}
          data-testid={`market-${choice}`}
          aria-pressed={choice === market}
          title={strings.marketHint[choice]}
          onClick={() => choice !== market && store.select(seriesOf(`${venue}:${choice}:${symbol}`, timeframe))}
        >
          {strings.market[choice]}
        </button>
      ))}
    </fieldset>
  );
}

/** Instruments to choose from: the shown one, those the server names, and the largest of the market. */
function useInstruments(): readonly string[] {
  const { session, server } = usePageState();
  const { rows, market: listed } = useMarkets();
  const { instrument } = session.series;
  const { venue, market } = instrumentWords(instrument);
  const named = instrumentsOf(server.info.series ?? []).filter((name) => instrumentWords(name).market === market);
  const largest = listed === market ? rows.map(({ symbol }) => `${venue}:${market}:${symbol}`) : [];
  return [...new Set([instrument, ...named, ...largest])];
}

function Instrument() {
  const { store, strings } = usePage();
  const { instrument, timeframe } = usePageState().session.series;
  const { venue } = instrumentWords(instrument);
  return (
    <div className="instrument">
      <select
        className="symbol"
        data-testid="symbol-select"
        aria-label={strings.instrument}
        value={instrument}
        onChange={(event) => store.select(seriesOf(event.target.value, timeframe))}
      >
        {useInstruments().map((choice) => (
          <option key={choice} value={choice}>
            {instrumentWords(choice).symbol}
          </option>
        ))}
      </select>
      <span className="muted venue">{venue}</span>
    </div>
  );
}

type Tick = { readonly seriesId: string; readonly price: number; readonly direction: 'up' | 'down' | 'flat' };

function nextTick(before: Tick | null, seriesId: string, price: number): Tick {
  if (before === null || before.seriesId !== seriesId) return { seriesId, price, direction: 'flat' };
  return { seriesId, price, direction: price > before.price ? 'up' : 'down' };
}

function LastPrice() {
  const { strings } = usePage();
  const { window, series } = useShownSession();
  const [tick, setTick] = useState<Tick | null>(null);
  const newest = newestCandle(window);
  if (newest === null) return <output className="price skeleton-text" aria-label={strings.lastPrice} />;
  if (tick === null || tick.seriesId !== series.id || tick.price !== newest.close) {
    setTick(nextTick(tick, series.id, newest.close));
  }
  const direction = tick?.direction ?? 'flat';
  return (
    <output className={`price ${direction}`} data-testid="last-price" data-direction={direction} aria-live="off">
      <span className="sr-only">{strings.lastPrice} </span>
      {priceText(newest.close, priceDecimals(window.closed.length > 0 ? window.closed : [newest]))}
      <span className="arrow" aria-hidden="true">
        {direction === 'flat' ? '' : direction === 'up' ? '▲' : '▼'}
      </span>
    </output>
  );
}

function TimeframeSwitch() {
  const { store, strings } = usePage();
  const { instrument, timeframe } = usePageState().session.series;
  return (
    <fieldset className="timeframes">
      <legend className="sr-only">{strings.timeframes}</legend>
      {TIMEFRAMES.map((choice, index) => {
        const series = seriesOf(instrument, choice);
        return (
          <button
            type="button"
            key={choice}
            className="timeframe"
            data-testid={`timeframe-tag-${choice}`}
            aria-pressed={choice === timeframe}
            title={strings.timeframeHint(choice, index + 1)}
            onClick={() => choice !== timeframe && store.select(series)}
          >
            {choice}
          </button>
        );
      })}
    </fieldset>
  );
}

function DemoBadge() {
  const { strings } = usePage();
  const { info, time } = usePageState().server;
  if (info.mode !== 'demo' && time.speed === 1) return null;
  return (
    <span className="badge demo" data-testid="demo-badge" title={strings.demoHint}>
      {strings.demo(time.speed)}
    </span>
  );
}

function LanguageSwitch({ onLanguage }: { readonly onLanguage: (language: Language) => void }) {
  const { strings } = usePage();
  const choices = [
    ['en', 'EN', 'English'],
    ['zh', '中文', '中文'],
  ] as const;
  return (
    <fieldset className="languages" data-testid="language-toggle">
      <legend className="sr-only">Language 语言</legend>
      {choices.map(([language, label, name]) => (
        <button
          type="button"
          key={language}
          lang={language}
          data-testid={`language-${language}`}
          aria-pressed={strings.languageName === name}
          onClick={() => onLanguage(language)}
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}
