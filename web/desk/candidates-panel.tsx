/**
 * The candidates with their heat by dimension, and the funnel: how many got how far, and what refused the others.
 */
import { useMemo, useState } from 'react';
import type { PoolCoin } from '../../src/api/contract.ts';
import { Card, Tag } from './card.tsx';
import { type Column, DataTable } from './data-table.tsx';
import { useDesk, useTopic } from './desk-context.tsx';
import type { Strings } from './desk-strings.ts';
import { changeText, scoreText, timesText, toneOf, volumeText } from './figures.ts';
import { FunnelCards } from './funnel-cards.tsx';
import { Waiting } from './waiting.tsx';
import { WhyWords } from './why-words.tsx';
import { gateText } from './word-strings.ts';

const DIMENSIONS = [
  'score_announcement',
  'score_social',
  'score_sentiment',
  'score_momentum',
  'score_liquidity',
  'score_risk_penalty',
] as const;

/** Candidates and funnel. */
export function CandidatesPanel() {
  const { strings } = useDesk();
  return (
    <div className="grid">
      <div className="span-all">
        <Card title={strings.panel.candidates}>
          <CandidateTable most={null} kind="whole" />
        </Card>
      </div>
      <FunnelCards />
    </div>
  );
}

type TableProps = { readonly most: number | null; readonly kind: 'short' | 'whole' };

/** The table of candidates, hottest first. */
export function CandidateTable({ most, kind }: TableProps) {
  const { strings } = useDesk();
  const pool = useTopic('pool');
  const signals = useTopic('signals');
  const [chosen, setChosen] = useState<string | null>(null);
  const rows = useMemo(() => {
    const all = Object.values(pool ?? {}).toSorted((a, b) => b.heat_score - a.heat_score);
    return most === null ? all : all.slice(0, most);
  }, [pool, most]);
  const actions = useMemo(
    () => Object.fromEntries(Object.values(signals ?? {}).map(({ symbol, action }) => [symbol, action])),
    [signals],
  );
  const columns = useMemo(() => columnsOf(strings, kind, actions), [strings, kind, actions]);
  if (pool === null) return <Waiting />;
  const coin = rows.find(({ symbol }) => symbol === chosen);
  return (
    <>
      <DataTable
        label={strings.panel.candidates}
        testId="candidates"
        rows={rows}
        columns={columns}
        keyOf={({ symbol }) => symbol}
        first={{ id: 'heat', desc: true }}
        onChoose={({ symbol }) => setChosen((before) => (before === symbol ? null : symbol))}
        chosen={chosen}
        empty={strings.noRows}
      />
      {coin === undefined ? null : <CandidateDetail coin={coin} />}
    </>
  );
}

type Actions = Readonly<Record<string, 'BUY' | 'SELL' | 'HOLD'>>;

function columnsOf(strings: Strings, kind: 'short' | 'whole', actions: Actions): readonly Column<PoolCoin>[] {
  const change = (id: 'price_change_5m' | 'price_change_1h' | 'price_change_24h', name: string): Column<PoolCoin> => ({
    id,
    name,
    kind: 'number',
    cell: (row) => <span className={`tone-${toneOf(row[id])}`}>{changeText(row[id])}</span>,
    sort: (row) => row[id],
  });
  const all: readonly (Column<PoolCoin> | null)[] = [
    { id: 'symbol', name: strings.symbol, cell: symbolCell(strings), sort: ({ symbol }) => symbol },
    {
      id: 'heat',
      name: strings.heat,
      kind: 'number',
      cell: ({ heat_score }) => <b>{scoreText(heat_score)}</b>,
      sort: ({ heat_score }) => heat_score,
    },
    { id: 'dimensions', name: strings.byDimension, kind: 'wide', cell: (row) => <HeatBars coin={row} /> },
    change('price_change_5m', strings.change5m),
    kind === 'short' ? null : change('price_change_1h', strings.change1h),
    change('price_change_24h', strings.change24h),
    {
      id: 'volume',
      name: strings.volume24h,
      kind: 'number',
      cell: ({ quote_volume_24h }) => volumeText(quote_volume_24h),
      sort: ({ quote_volume_24h }) => quote_volume_24h,
    },
    {
      id: 'surge',
      name: strings.surge,
      kind: 'number',
      cell: ({ volume_surge_ratio }) => timesText(volume_surge_ratio),
      sort: ({ volume_surge_ratio }) => volume_surge_ratio,
    },
    {
      id: 'source',
      name: strings.source,
      cell: ({ source }) => gateText(strings.poolSource, source),
      sort: ({ source }) => source,
    },
    {
      id: 'status',
      name: strings.status,
      cell: ({ status }) => <Tag tone={status}>{gateText(strings.poolStatus, status)}</Tag>,
      sort: ({ status }) => status,
    },
    {
      id: 'signal',
      name: strings.signal,
      cell: ({ symbol }) => {
        const action = actions[symbol];
        return action === undefined ? '' : <Tag tone={`action-${action}`}>{strings.actions[action]}</Tag>;
      },
    },
  ];
  return all.filter((column) => column !== null);
}

function symbolCell(strings: Strings) {
  return ({ symbol, has_listing_signal, tier }: PoolCoin) => (
    <span>
      {symbol}
      {has_listing_signal ? <Tag tone="warn">{strings.newListing}</Tag> : null}
      {tier === 'probation' ? <small className="muted"> {strings.tier.probation}</small> : null}
    </span>
  );
}

/** Six small bars, one for each dimension; what is deducted points down in colour. */
function HeatBars({ coin }: { readonly coin: PoolCoin }) {
  const { strings } = useDesk();
  const words = DIMENSIONS.map((name) => `${strings.dimensions[name]} ${scoreText(coin[name])}`).join(', ');
  return (
    <span className="heat" role="img" aria-label={words} title={words}>
      {DIMENSIONS.map((name) => (
        <i key={name} className="heat-cell">
          <b
            className={name === 'score_risk_penalty' ? 'heat-fill heat-risk' : 'heat-fill'}
            style={{ height: `${Math.min(100, Math.max(0, coin[name]))}%` }}
          />
        </i>
      ))}
    </span>
  );
}

function CandidateDetail({ coin }: { readonly coin: PoolCoin }) {
  const { strings } = useDesk();
  return (
    <section className="detail flow" data-testid="candidate-detail" aria-label={`${coin.symbol} ${strings.moreDetail}`}>
      <h3>{coin.symbol}</h3>
      <ul className="plain dimensions">
        {DIMENSIONS.map((name) => (
          <li key={name}>
            <span>{strings.dimensions[name]}</span>
            <span className="dimension-bar" aria-hidden="true">
              <i className="dimension-fill" style={{ width: `${Math.min(100, Math.max(0, coin[name]))}%` }} />
            </span>
            <b className="dimension-score">{scoreText(coin[name])}</b>
          </li>
        ))}
      </ul>
      <WhyWords about="symbol" id={coin.symbol} />
    </section>
  );
}
