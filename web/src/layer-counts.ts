/**
 * What tests and scripts may read of the drawn layers, in the seed's names.
 */
import { BUILD_SWITCHES } from './build-switches.ts';
import type { LayerModel } from './layer-model.ts';

/** The `data-*` attributes of the chart element for `model`. */
export function layerData(model: LayerModel) {
  const { markers, lines, zones, anchors } = model;
  const highlight = anchors.find(({ feature }) => feature === 'anchor.current');
  const pen = lines.find(({ feature }) => feature === 'pen.confirmed');
  return {
    'data-pivot-count': markers.filter(({ feature }) => feature.startsWith('pivot.')).length,
    'data-pen-point-count': pen?.points.length ?? 0,
    'data-zhongshu-count': zones.length,
    'data-level-count': lines.filter(({ feature }) => feature.startsWith('sr.')).length,
    'data-anchor-count': anchors.length,
    'data-anchor-switch-count': markers.filter(({ feature }) => feature === 'anchor.switch').length,
    'data-anchor-highlight-point-count': highlight?.points.length ?? 0,
    'data-anchor-highlight-start-time': highlight?.points[0]?.time ?? '',
    'data-anchor-highlight-end-time': highlight?.points.at(-1)?.time ?? '',
    'data-anchor-highlight-dashed': highlight === undefined ? '' : highlight.style === 'dashed' ? '1' : '0',
    'data-anchor-top-layer': BUILD_SWITCHES.anchorTopLayer === 'on' ? '1' : '0',
    'data-anchor-top-layer-path-count': BUILD_SWITCHES.anchorTopLayer === 'on' ? anchors.length : 0,
  };
}
