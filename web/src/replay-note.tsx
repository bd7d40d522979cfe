/**
 * Over the chart while a replay is on its way and the chart still shows the present.
 */
import { usePage, useReplay } from './page-context.ts';
import { workText } from './replay-bar.tsx';

/** Nothing while there is a walk, or when there will be none: that stands under the chart. */
export function ReplayNote() {
  const { strings } = usePage();
  const replay = useReplay();
  if (replay === null || replay.walk !== null || replay.work?.kind !== 'building') return null;
  return (
    <div className="replay-note" data-testid="replay-note">
      <strong>{strings.replay}</strong>
      <progress max={100} value={replay.work.percent} aria-hidden="true" />
      {workText(strings, replay.work)}
    </div>
  );
}
