/**
 * The colours of a chart's frame, taken from the sheet of the page so that a canvas follows the theme.
 */
import { ColorType, type IChartApi } from 'lightweight-charts';

/** A colour of the sheet by its name. */
export type SheetColour = (name: string) => string;

/** Colours ground, grid and borders as the theme has them now; answers the sheet's colours for what is drawn inside. */
export function colourFrame(chart: IChartApi): SheetColour {
  const style = getComputedStyle(document.documentElement);
  const colour: SheetColour = (name) => style.getPropertyValue(`--${name}`).trim();
  chart.applyOptions({
    layout: { background: { type: ColorType.Solid, color: colour('panel') }, textColor: colour('muted') },
    grid: { vertLines: { color: colour('grid') }, horzLines: { color: colour('grid') } },
    rightPriceScale: { borderColor: colour('line') },
    timeScale: { borderColor: colour('line') },
  });
  return colour;
}
