/**
 * Why something was done or not, in the sentences of the decision ledger.
 */
import type { WhyCoinAnswer, WhyTradeAnswer } from '../../src/api/contract.ts';
import { useDesk, useReading } from './desk-context.tsx';
import { refusalText } from './desk-strings.ts';
import { Trouble } from './dialog.tsx';

type WhyProps = {
  /** What is asked about: a coin or a position. */
  readonly about: 'symbol' | 'trade';
  readonly id: string;
};

/** The sentences; nothing where the ledger knows nothing of it. */
export function WhyWords({ about, id }: WhyProps) {
  const { strings, language } = useDesk();
  const query = new URLSearchParams({ [about]: id, lang: language });
  const { value, refused } = useReading<WhyCoinAnswer | WhyTradeAnswer>(
    `hotcoin/api/why?${query}`,
    `${id} ${language}`,
  );
  if (refused !== null && value === null)
    return refused.status === 404 ? null : <Trouble>{refusalText(strings, refused)}</Trouble>;
  if (value === null || value.words.length === 0) return null;
  return (
    <section className="flow" data-testid="why" aria-label={strings.why}>
      <h4>{strings.why}</h4>
      <ul className="plain words">
        {value.words.map((words, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a sentence can come twice, and the list never moves
          <li key={`${at} ${words}`}>{words}</li>
        ))}
      </ul>
    </section>
  );
}
