/**
 * The last 64 bars (minutes) of every watched instrument: quote volume, what takers bought of it, and the last price.
 * One block of numbers for all of them, so an update allocates nothing; it mutates inside the stage behind the
 * readings below. Bars are counted from the epoch; what is not known is NaN, never 0.
 */

/** Bars kept of each instrument: an hour of minutes and the running one, rounded up. */
export const BARS_KEPT = 64;

const COLUMNS = 3;
const VOLUME = 0;
const TAKER = 1;
const CLOSE = 2;

/** Marks of an instrument: its newest bar, whether that is final, and sum and count of the baselines of it and the bar before. */
const MARKS = 6;
const NEWEST = 0;
const IS_FINAL = 1;
const SUM = 2;
const SUM_BEFORE = 4;

/** Rings by slot; plain data. */
export type VolumeRings = {
  readonly barMs: number;
  readonly baselineBars: number;
  readonly warmUpBars: number;
  bars: Float64Array;
  marks: Float64Array;
};

/** One bar as it stands. */
export type Bar = {
  readonly index: number;
  readonly state: 'forming' | 'closed';
  readonly volume: number;
  /** NaN where unknown. */
  readonly taker: number;
  readonly close: number;
};

/** Rings without a slot. */
export function createVolumeRings(limits: Pick<VolumeRings, 'barMs' | 'baselineBars' | 'warmUpBars'>): VolumeRings {
  const { barMs, baselineBars, warmUpBars } = limits;
  if (baselineBars + 2 > BARS_KEPT) throw new RangeError(`a baseline of ${baselineBars} bars is not kept`);
  return { barMs, baselineBars, warmUpBars, bars: new Float64Array(0), marks: new Float64Array(0) };
}

/** Makes room for `slots` instruments; what is there stays. */
export function growRings(rings: VolumeRings, slots: number): void {
  rings.bars = enlarged(rings.bars, slots * BARS_KEPT * COLUMNS);
  rings.marks = enlarged(rings.marks, slots * MARKS);
}

/** A copy of `values` with `length` numbers, the new ones NaN. */
export function enlarged(values: Float64Array, length: number): Float64Array {
  const next = new Float64Array(length).fill(Number.NaN);
  next.set(values);
  return next;
}

/** Forgets everything of a slot. */
export function clearRing(rings: VolumeRings, slot: number): void {
  rings.bars.fill(Number.NaN, slot * BARS_KEPT * COLUMNS, (slot + 1) * BARS_KEPT * COLUMNS);
  rings.marks.fill(Number.NaN, slot * MARKS, (slot + 1) * MARKS);
}

/** Index of the slot's newest bar; NaN before the first. */
export function newestBar(rings: VolumeRings, slot: number): number {
  return rings.marks[slot * MARKS + NEWEST] as number;
}

/**
 * Puts a bar in its place. `skipped` is what bars without any word are worth (NaN: unknown). A bar that was left while
 * still forming becomes unknown until its final figures arrive. Answers `old` for a bar before everything kept.
 */
export function recordBar(
  rings: VolumeRings,
  slot: number,
  { bar, skipped }: { readonly bar: Bar; readonly skipped: number },
): 'recorded' | 'old' {
  const mark = slot * MARKS;
  const newest = rings.marks[mark + NEWEST] as number;
  if (bar.index <= newest - BARS_KEPT || (bar.index < newest && bar.state === 'forming')) return 'old';
  if (!(bar.index <= newest)) {
    advanceTo(rings, slot, { index: bar.index, skipped });
    writeBar(rings, slot, bar);
    rings.marks[mark + IS_FINAL] = bar.state === 'closed' ? 1 : 0;
    return 'recorded';
  }
  if (bar.index === newest) {
    if (rings.marks[mark + IS_FINAL] === 1 && bar.state === 'forming') return 'old';
    if (bar.state === 'closed') rings.marks[mark + IS_FINAL] = 1;
    writeBar(rings, slot, bar);
    return 'recorded';
  }
  writeBar(rings, slot, bar);
  measureBaselines(rings, slot, newest);
  return 'recorded';
}

function advanceTo(rings: VolumeRings, slot: number, to: { readonly index: number; readonly skipped: number }): void {
  const mark = slot * MARKS;
  const newest = rings.marks[mark + NEWEST] as number;
  if (!Number.isNaN(newest)) {
    if (rings.marks[mark + IS_FINAL] === 0) rings.bars[placeOf(slot, newest) + VOLUME] = Number.NaN;
    const first = Math.max(newest + 1, to.index - BARS_KEPT + 1);
    const close = to.skipped === 0 ? (rings.bars[placeOf(slot, newest) + CLOSE] as number) : Number.NaN;
    for (let index = first; index < to.index; index++) {
      const place = placeOf(slot, index);
      rings.bars[place + VOLUME] = to.skipped;
      rings.bars[place + TAKER] = to.skipped;
      rings.bars[place + CLOSE] = close;
    }
  }
  rings.marks[mark + NEWEST] = to.index;
  measureBaselines(rings, slot, to.index);
}

function placeOf(slot: number, index: number): number {
  return (slot * BARS_KEPT + (index % BARS_KEPT)) * COLUMNS;
}

function writeBar(rings: VolumeRings, slot: number, bar: Bar): void {
  const place = placeOf(slot, bar.index);
  rings.bars[place + VOLUME] = bar.volume;
  rings.bars[place + TAKER] = bar.taker;
  rings.bars[place + CLOSE] = bar.close;
}

/** Sums the bars before `newest` and before the one before it: 2 x 20 additions once a minute and instrument. */
function measureBaselines(rings: VolumeRings, slot: number, newest: number): void {
  const mark = slot * MARKS;
  measureOne(rings, slot, { before: newest, at: mark + SUM });
  measureOne(rings, slot, { before: newest - 1, at: mark + SUM_BEFORE });
}

function measureOne(rings: VolumeRings, slot: number, where: { readonly before: number; readonly at: number }): void {
  let sum = 0;
  let known = 0;
  for (let back = 1; back <= rings.baselineBars; back++) {
    const volume = rings.bars[placeOf(slot, where.before - back) + VOLUME] as number;
    if (Number.isNaN(volume)) continue;
    sum += volume;
    known++;
  }
  rings.marks[where.at] = sum;
  rings.marks[where.at + 1] = known;
}

/** Volume, taker volume or last price of a bar; NaN where it is not kept or not known. */
export function readBar(
  rings: VolumeRings,
  slot: number,
  { index, column }: { readonly index: number; readonly column: 'volume' | 'taker' | 'close' },
): number {
  const newest = newestBar(rings, slot);
  if (!(index <= newest && index > newest - BARS_KEPT) || index < 0) return Number.NaN;
  const offset = column === 'volume' ? VOLUME : column === 'taker' ? TAKER : CLOSE;
  return rings.bars[placeOf(slot, index) + offset] as number;
}

/** Mean bar of the baseline before the newest bar; NaN while too few of it are known or nothing was traded. */
export function baselineMean(rings: VolumeRings, slot: number): number {
  return meanAt(rings, slot * MARKS + SUM);
}

/** Volume of the 60 bars up to the newest, unknown ones left out; NaN while fewer than a warm-up are known. */
export function hourVolume(rings: VolumeRings, slot: number): number {
  const newest = newestBar(rings, slot);
  let sum = 0;
  let known = 0;
  for (let index = newest - 59; index <= newest; index++) {
    const volume = readBar(rings, slot, { index, column: 'volume' });
    if (Number.isNaN(volume)) continue;
    sum += volume;
    known++;
  }
  return known >= rings.warmUpBars ? sum : Number.NaN;
}

function meanAt(rings: VolumeRings, at: number): number {
  const known = rings.marks[at + 1] as number;
  const sum = rings.marks[at] as number;
  return known >= rings.warmUpBars && sum > 0 ? sum / known : Number.NaN;
}

/**
 * Volume of the last minute over its baseline at `now`: the larger of the running bar so far and the last whole one,
 * each against the completed bars before it. NaN during warm-up and when the newest bar is older than the last whole
 * one.
 */
export function volumeRatioAt(rings: VolumeRings, slot: number, now: number): number {
  const newest = newestBar(rings, slot);
  const current = Math.floor(now / rings.barMs);
  const mark = slot * MARKS;
  // Before the running minute's first trade; a last push that is still to come can only raise it.
  if (newest === current - 1) return ratioOf(rings, slot, { index: newest, at: mark + SUM });
  if (newest !== current) return Number.NaN;
  const running = ratioOf(rings, slot, { index: newest, at: mark + SUM });
  const last = ratioOf(rings, slot, { index: newest - 1, at: mark + SUM_BEFORE });
  return Number.isNaN(running) || last > running ? last : running;
}

function ratioOf(rings: VolumeRings, slot: number, bar: { readonly index: number; readonly at: number }): number {
  return (rings.bars[placeOf(slot, bar.index) + VOLUME] as number) / meanAt(rings, bar.at);
}
