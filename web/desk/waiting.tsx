/**
 * In place of what is not known.
 */
import { Empty } from './card.tsx';
import { useDesk, useTopic } from './desk-context.tsx';

/** The server has not told it yet, or no engine runs that could. */
export function Waiting() {
  const { strings } = useDesk();
  const status = useTopic('status');
  return <Empty>{status === null || status.source === 'runner' ? strings.notHeardYet : strings.notStarted}</Empty>;
}
