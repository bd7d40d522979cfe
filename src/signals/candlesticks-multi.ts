/**
 * Candlestick patterns of three and more candles.
 */
import type { CandleShape } from './candle-shape.ts';
import { plain, reversal, type Setting, type Trend, trendAt } from './candlestick-setting.ts';
import type { Finding } from './pattern.ts';

/** Adds the patterns that the newest candle completes. */
export function findMultiPatterns(setting: Setting, findings: Finding[]): void {
  const trend = trendAt(setting.series, 15, 0);
  findStars(setting, trend, findings);
  findAbandonedBaby(setting, findings);
  findThreeInARow(setting, trend, findings);
  findInside(setting, findings);
  findOutside(setting, findings);
  findThreeMethods(setting, findings);
  findTower(setting, findings);
}

function findStars({ now, one, two, body: mean, small }: Setting, trend: Trend, findings: Finding[]): void {
  if (!(mean >= small && two.body > 0.8 * mean && one.body <= 0.5 * mean && now.body > 0.5 * mean)) return;
  const isDoji = one.body < 0.1 * mean;
  const middle = (two.open + two.close) / 2;
  const points = isDoji ? 85 : 75;
  if (two.isRed && now.isGreen && now.close > middle && trend <= 0) {
    findings.push(reversal(isDoji ? 'morningDojiStar' : 'morningStar', points, 'H'));
  }
  if (two.isGreen && now.isRed && now.close < middle && trend >= 0) {
    findings.push(reversal(isDoji ? 'eveningDojiStar' : 'eveningStar', -points, 'H'));
  }
}

/** Against the newest candle the reference compares low with low and high with high: no gap is asked for there. */
function findAbandonedBaby({ now, one, two, body: mean }: Setting, findings: Finding[]): void {
  if (!(one.body <= 0.1 * mean && two.body >= 0.6 * mean && now.body >= 0.6 * mean)) return;
  if (two.isRed && now.isGreen && one.high < two.low && one.low < now.low) {
    findings.push(reversal('abandonedBabyBull', 90, 'H'));
  }
  if (two.isGreen && now.isRed && one.low > two.high && one.high > now.high) {
    findings.push(reversal('abandonedBabyBear', -90, 'H'));
  }
}

function findThreeInARow(setting: Setting, trend: Trend, findings: Finding[]): void {
  const { now, one, two, body: mean } = setting;
  if (now.isRed && one.isRed && two.isRed && trend >= 0 && areCrows(setting)) {
    findings.push(reversal('threeBlackCrows', -85, 'H'));
  }
  const areGreen = now.isGreen && one.isGreen && two.isGreen;
  if (!areGreen || trend > 0 || !(now.close > one.close && one.close > two.close)) return;
  if (![now, one, two].every(({ body }) => body >= 0.5 * mean)) return;
  if (now.upper > 0.8 * now.body) findings.push(plain('soldiersBlocked', 40, 'L'));
  else if (now.body < 0.5 * one.body) findings.push(plain('soldiersStalled', 45, 'L'));
  else findings.push(reversal('threeWhiteSoldiers', 80, 'H'));
}

function areCrows({ now, one, two, body: mean }: Setting): boolean {
  const areFull = [now, one, two].every(({ body, lower }) => body >= 0.6 * mean && lower <= 0.4 * body);
  return areFull && now.close < one.close && one.close < two.close && opensIn(now, one) && opensIn(one, two);
}

function opensIn({ open }: CandleShape, { bottom, top }: CandleShape): boolean {
  return open >= bottom && open <= top;
}

function findInside({ now, one, two, body: mean, small, trend }: Setting, findings: Finding[]): void {
  if (!(two.body >= small && two.body >= 0.8 * mean && one.body < 0.5 * two.body)) return;
  if (!(two.bottom <= one.bottom && two.top >= one.top)) return;
  if (two.isRed && one.isGreen && now.isGreen && now.close > two.open && trend <= 0) {
    findings.push(reversal('threeInsideUp', 70, 'H'));
  }
  if (two.isGreen && one.isRed && now.isRed && now.close < two.open && trend >= 0) {
    findings.push(reversal('threeInsideDown', -70, 'H'));
  }
}

function findOutside({ now, one, two, small, trend }: Setting, findings: Finding[]): void {
  if (!(two.body >= small && one.body >= small)) return;
  const isUp = two.isRed && one.isGreen && now.isGreen && one.open <= two.close && one.close >= two.open;
  if (isUp && now.close > one.close && trend <= 0) findings.push(reversal('threeOutsideUp', 75, 'H'));
  const isDown = two.isGreen && one.isRed && now.isRed && one.open >= two.close && one.close <= two.open;
  if (isDown && now.close < one.close && trend >= 0) findings.push(reversal('threeOutsideDown', -75, 'H'));
}

function findThreeMethods({ series, now, body: mean }: Setting, findings: Finding[]): void {
  const first = series.shapes[4];
  if (first === undefined || !(first.body > mean && now.body > mean)) return;
  const rests = series.shapes.slice(1, 4);
  if (!rests.every(({ body }) => body <= 0.6 * mean)) return;
  if (first.isGreen && now.isGreen && now.close > first.close && rests.every(({ low }) => low >= first.low)) {
    findings.push(plain('risingThree', 65, 'H'));
  }
  if (first.isRed && now.isRed && now.close < first.close && rests.every(({ high }) => high <= first.high)) {
    findings.push(plain('fallingThree', -65, 'H'));
  }
}

/** A large candle, small ones, and a large one back; only the nearest large one of the other colour is tried. */
function findTower({ series, now, body: mean }: Setting, findings: Finding[]): void {
  if (series.size <= 6 || !(now.body > 1.2 * mean) || now.open === now.close) return;
  const isOther = (shape: CandleShape): boolean => (now.isGreen ? shape.isRed : shape.isGreen) && shape.body > mean;
  const { shapes } = series;
  let far = 3;
  while (far <= 6 && !isOther(shapes[far] as CandleShape)) far++;
  if (far > 6 || !shapes.slice(1, far).every(({ body }) => body <= 0.7 * mean)) return;
  const trend = trendAt(series, 10, far);
  if (now.isGreen && trend <= 0) findings.push(reversal('towerBottom', 60, 'M'));
  if (now.isRed && trend >= 0) findings.push(reversal('towerTop', -60, 'M'));
}
