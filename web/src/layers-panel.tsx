/**
 * The switches of the layers: what is drawn over the candles.
 */
import type { LayerFeature, LayerGroup } from './draw-wire.ts';
import { isOn } from './layer-choices.ts';
import { useLayerGroups } from './layers.ts';
import { usePage, useStructure } from './page-context.ts';

/** The panel. */
export function LayersPanel() {
  return (
    <div data-testid="factor-panel">
      <StructureWords />
      <Switches />
    </div>
  );
}

function StructureWords() {
  const { strings } = usePage();
  const { status } = useStructure();
  if (status === 'ready') return null;
  return <p className={`panel-note ${status}`}>{strings.structureStatus[status]}</p>;
}

function Switches() {
  const groups = useLayerGroups();
  return groups.map((group) => <GroupSwitches key={group.key} group={group} />);
}

function useSwitch(feature: LayerFeature): readonly [boolean, () => void] {
  const { view, setView } = usePage();
  const value = isOn(view.choices, feature);
  return [value, () => setView({ choices: { ...view.choices, [feature.key]: !value } })];
}

function GroupSwitches({ group }: { readonly group: LayerGroup }) {
  const { strings } = usePage();
  const [isShown, toggle] = useSwitch(group);
  return (
    <fieldset className="layer-group">
      <legend className="sr-only">{group.label}</legend>
      <button
        type="button"
        className="layer-chip"
        data-testid={`factor-chip-${group.key}`}
        aria-pressed={isShown}
        onClick={toggle}
      >
        <span className={`swatch ${group.key}`} aria-hidden="true" />
        {strings.layer[group.key] ?? group.label}
      </button>
      {isShown && group.features.map((feature) => <FeatureSwitch key={feature.key} feature={feature} />)}
    </fieldset>
  );
}

function FeatureSwitch({ feature }: { readonly feature: LayerFeature }) {
  const { strings } = usePage();
  const [isShown, toggle] = useSwitch(feature);
  return (
    <label className="layer-feature">
      <input type="checkbox" data-testid={`factor-sub-${feature.key}`} checked={isShown} onChange={toggle} />
      {strings.feature[feature.key] ?? feature.label}
    </label>
  );
}
