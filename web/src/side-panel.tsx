/**
 * Beside the chart: the switches of the layers, and in replay what is drawn and what the factors say at the candle.
 */
import type { LayerFeature, LayerGroup } from './draw-wire.ts';
import { minuteText } from './format.ts';
import { isOn } from './layer-choices.ts';
import { useLayerGroups } from './layers.ts';
import { usePage, useReplay, useStructure } from './page-context.ts';
import type { Strings } from './strings.ts';

/** The panel; nothing while it is closed and the page is live. */
export function SidePanel() {
  const { view, strings, setView } = usePage();
  const walk = useReplay();
  if (view.panel === 'none' && walk === null) return null;
  return (
    <aside className="side-panel" data-testid="side-panel">
      {view.panel === 'layers' && (
        <section aria-label={strings.layers} data-testid="factor-panel">
          <div className="panel-head">
            <h2>{strings.layers}</h2>
            <button
              type="button"
              className="icon-button"
              aria-label={strings.dismiss}
              onClick={() => setView({ panel: 'none' })}
            >
              ×
            </button>
          </div>
          <StructureWords />
          <Switches />
        </section>
      )}
      {walk !== null && <FocusPanel />}
    </aside>
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

function FocusPanel() {
  const { strings } = usePage();
  const { catalog, slices, focus, status } = useStructure();
  const isFuture = focus !== null && (catalog.toTime ?? 0) > focus;
  const families = isFuture ? [] : countFamilies(catalog.active);
  const hasSlices = slices !== null && focus !== null && (slices.atTime ?? 0) <= focus;
  return (
    <section aria-label={strings.replay} data-testid="replay-panel">
      <h2>
        {strings.focus} {focus === null ? '' : minuteText(focus)}
      </h2>
      <p className="panel-note">{status === 'ready' ? strings.asCorrected : strings.structureStatus[status]}</p>
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
      {hasSlices &&
        Object.entries(slices.snapshots).map(([name, slice]) => (
          <details key={name} className="slice">
            <summary>{strings.layer[name] ?? name}</summary>
            <pre>{JSON.stringify(slice, null, 1)}</pre>
          </details>
        ))}
    </section>
  );
}
