/**
 * Beside the chart in a replay: which candles it is of, what is drawn and what the factors say at the candle in focus.
 */
import { minuteText } from './format.ts';
import { usePage, useReplay, useShownStructure } from './page-context.ts';
import { startReplay } from './page-keys.ts';
import { workText } from './replay-bar.tsx';
import { focusTime } from './replay-walk.ts';
import { Slices } from './slices.tsx';
import type { Strings } from './strings.ts';

/** The panel. */
export function ReplayPanel() {
  const page = usePage();
  const replay = useReplay();
  const { strings } = page;
  if (replay === null) {
    return (
      <div data-testid="replay-panel">
        <p className="panel-note">{strings.replayAbout}</p>
        <button type="button" className="primary" data-testid="replay-start" onClick={() => startReplay(page)}>
          {strings.replay}
        </button>
      </div>
    );
  }
  return (
    <div data-testid="replay-panel">
      {replay.work !== null && <p className="panel-note">{workText(strings, replay.work)}</p>}
      {replay.walk !== null && <Focus time={focusTime(replay.walk)} known={replay.walk.known} />}
    </div>
  );
}

function Focus({ time, known }: { readonly time: number; readonly known: 'now' | 'then' }) {
  const { strings } = usePage();
  const { catalog, status } = useShownStructure();
  const families = countFamilies(catalog.active);
  const about = known === 'now' ? strings.asCorrected : strings.asKnown;
  return (
    <>
      <h3>
        {strings.focus} {minuteText(time)}
      </h3>
      <p className="panel-note">{status === 'ready' ? about : strings.structureStatus[status]}</p>
      <h3>{strings.instructions}</h3>
      {families.length === 0 ? <p className="muted">{strings.none}</p> : null}
      <dl className="facts">
        {families.map(([family, count]) => (
          <div key={family}>
            <dt>{wordsOf(strings, family)}</dt>
            <dd>{count}</dd>
          </div>
        ))}
      </dl>
      <h3>{strings.slices}</h3>
      <Slices />
    </>
  );
}

/** Families of instructions that stand, with their number. */
function countFamilies(ids: ReadonlySet<string>): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const id of ids) {
    const family = (id.split(':')[0] ?? id).replace(/^sr\.sr\./, 'sr.');
    counts.set(family, (counts.get(family) ?? 0) + 1);
  }
  return [...counts];
}

/** `pen.confirmed` as a trader reads it. */
function wordsOf(strings: Strings, family: string): string {
  const factor = family.split('.')[0] ?? family;
  return `${strings.layer[factor] ?? factor} · ${strings.feature[family] ?? family}`;
}
