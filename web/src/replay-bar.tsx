/**
 * The controls of a replay: which candles it is of, how far its building is, and in a walk play, one candle back or on,
 * seek, and speed.
 */
import { minuteText } from './format.ts';
import { usePage, useReplay } from './page-context.ts';
import { toggleReplay } from './page-keys.ts';
import type { ReplayState, ReplayWalk, ReplayWork } from './replay.ts';
import { focusTime, REPLAY_SPEEDS } from './replay-walk.ts';
import type { Strings } from './strings.ts';

/** Stands under the chart while there is a replay. */
export function ReplayBar() {
  const page = usePage();
  const replay = useReplay();
  if (replay === null) return null;
  const { strings } = page;
  return (
    <section className="replay-bar" aria-label={strings.replay} data-testid="replay-bar">
      {replay.walk === null ? null : <WalkControls walk={replay.walk} stepMs={replay.stepMs} />}
      {replay.work === null ? null : <WorkWords work={replay.work} />}
      {replay.walk === null ? null : <KnownSwitch replay={replay} />}
      <button type="button" className="quiet" data-testid="replay-exit" onClick={() => toggleReplay(page)}>
        {strings.backToLive}
      </button>
    </section>
  );
}

function WalkControls({ walk, stepMs }: { readonly walk: ReplayWalk; readonly stepMs: number }) {
  const { strings, replay } = usePage();
  const time = focusTime(walk);
  return (
    <>
      <button type="button" className="primary" data-testid="replay-play" onClick={replay.toggle}>
        {walk.motion === 'playing' ? `❚❚ ${strings.pause}` : `▶ ${strings.play}`}
      </button>
      <input
        type="range"
        data-testid="replay-seek"
        aria-label={strings.seek}
        aria-valuetext={minuteText(time)}
        min={0}
        max={walk.candles.length - 1}
        value={walk.index}
        onChange={(event) => replay.seek(Number(event.target.value))}
      />
      <span className="replay-time">{minuteText(time)}</span>
      <select
        data-testid="replay-speed"
        aria-label={strings.speed}
        value={stepMs}
        onChange={(event) => replay.setSpeed(Number(event.target.value))}
      >
        {REPLAY_SPEEDS.map((ms) => (
          <option key={ms} value={ms}>
            {strings.perBar(ms)}
          </option>
        ))}
      </select>
    </>
  );
}

/** The two kinds of past: as corrected now, as known then. */
function KnownSwitch({ replay: { walk, work } }: { readonly replay: ReplayState }) {
  const { strings, replay } = usePage();
  const chosen = work?.known ?? walk?.known ?? 'now';
  return (
    <fieldset className="known" data-known={chosen}>
      <legend className="sr-only">{strings.knownChoice}</legend>
      {(['now', 'then'] as const).map((known) => (
        <button
          type="button"
          key={known}
          data-testid={`replay-known-${known}`}
          aria-pressed={chosen === known}
          title={strings.knownHint(known)}
          onClick={() => replay.choose(known)}
        >
          {strings.known(known)}
        </button>
      ))}
    </fieldset>
  );
}

/** How far a package is, or why there is none and what to do about it. */
export function workText(strings: Strings, work: ReplayWork): string {
  return work.kind === 'building' ? strings.building(work.percent) : strings.replayFailure[work.failure];
}

function WorkWords({ work }: { readonly work: ReplayWork }) {
  const { strings, replay } = usePage();
  if (work.kind === 'building') {
    return (
      <span className="work" data-testid="replay-progress" data-progress={work.percent}>
        <progress max={100} value={work.percent} aria-hidden="true" />
        {workText(strings, work)}
      </span>
    );
  }
  return (
    <span className="work failed" role="status" data-testid="replay-failure" data-failure={work.failure}>
      {workText(strings, work)}
      <button type="button" className="link-button" data-testid="replay-retry" onClick={replay.retry}>
        {strings.retryNow}
      </button>
    </span>
  );
}
