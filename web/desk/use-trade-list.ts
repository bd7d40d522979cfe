/**
 * Closed trades for a panel: followed live, older ones a page at a time.
 */
import { useEffect, useReducer, useRef, useState } from 'react';
import type { TradesAnswer } from '../../src/api/contract.ts';
import { useDesk, useTopic } from './desk-context.tsx';
import { foldTrades, NO_TRADES_KNOWN, nextPlace, TRADES_PAGE, type TradeList } from './trade-list.ts';

/** The list, and the way to its older trades; `load` also asks again for what was refused. */
export type FollowedTrades = TradeList & {
  readonly isHeard: boolean;
  readonly isReading: boolean;
  readonly load: () => void;
};

/** The trades of this desk. */
export function useTradeList(): FollowedTrades {
  const { api } = useDesk();
  const topic = useTopic('trades');
  const [list, tell] = useReducer(foldTrades, NO_TRADES_KNOWN);
  const [isReading, setIsReading] = useState(false);
  const ended = useRef(new AbortController());
  useEffect(() => tell({ kind: 'told', newest: Object.values(topic ?? {}) }), [topic]);
  useEffect(() => {
    ended.current = new AbortController();
    return () => ended.current.abort();
  }, []);
  const load = (): void => {
    const { signal } = ended.current;
    const before = nextPlace(list);
    const query = new URLSearchParams({ limit: String(TRADES_PAGE), ...(before === null ? {} : { before }) });
    setIsReading(true);
    void api.read<TradesAnswer>(`hotcoin/api/trades?${query}`, signal).then((answer) => {
      if (signal.aborted) return;
      setIsReading(false);
      tell(answer.ok ? { kind: 'read', page: answer.value } : { kind: 'refused', refused: answer });
    });
  };
  return { ...list, isHeard: topic !== null, isReading, load };
}
