/**
 * The controls of a walk through the past: play, one candle back or on, seek, and speed.
 */
import { minuteText } from './format.ts';
import { usePage, useReplay } from './page-context.ts';
import { REPLAY_SPEEDS } from './replay.ts';

/** Stands under the chart while there is a walk. */
export function ReplayBar() {
  const { strings, replay } = usePage();
  const walk = useReplay();
  if (walk === null) return null;
  const time = walk.candles[walk.index]?.candle_time ?? 0;
  return (
    <section className="replay-bar" aria-label={strings.replay} data-testid="replay-bar">
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
        value={walk.stepMs}
        onChange={(event) => replay.setSpeed(Number(event.target.value))}
      >
        {REPLAY_SPEEDS.map((ms) => (
          <option key={ms} value={ms}>
            {strings.perBar(ms)}
          </option>
        ))}
      </select>
      <button type="button" className="quiet" data-testid="replay-exit" onClick={replay.stop}>
        {strings.backToLive}
      </button>
    </section>
  );
}
