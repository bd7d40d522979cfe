/**
 * The layers of the chart as components see them: the server's catalog of switches, and the model for what is shown.
 */
import { useEffect, useMemo, useState } from 'react';
import type { WireCandle } from '../../src/api/contract.ts';
import { type LayerGroup, parseLayers } from './draw-wire.ts';
import { KNOWN_LAYERS, visibility } from './layer-choices.ts';
import { type LayerModel, layerModel } from './layer-model.ts';
import { usePage, useShownStructure, useStructure } from './page-context.ts';

/** The switches that the server names; the known ones until it has answered. */
export function useLayerGroups(): readonly LayerGroup[] {
  const { readHttp } = usePage().store;
  const { status } = useStructure();
  const [groups, setGroups] = useState(KNOWN_LAYERS);
  // Asked once, when the server has shown that it offers structure.
  const isOffered = status === 'ready';
  useEffect(() => {
    if (!isOffered) return;
    const abort = new AbortController();
    void readHttp('api/factor/catalog', abort.signal).then((answer) => {
      if (abort.signal.aborted || answer.kind !== 'answered' || answer.status !== 200) return;
      const named = parseLayers(answer.body);
      if (named !== null && named.length > 0) setGroups(named);
    });
    return () => abort.abort();
  }, [readHttp, isOffered]);
  return groups;
}

/** The shapes over `closed`; computed when a candle closes, structure moves or a switch is turned. */
export function useLayerModel(closed: readonly WireCandle[]): LayerModel {
  const { choices } = usePage().view;
  const { catalog } = useShownStructure();
  const groups = useLayerGroups();
  return useMemo(() => layerModel(catalog, closed, visibility(groups, choices)), [catalog, closed, groups, choices]);
}
