/**
 * What the factors say at the shown candle, each under its name.
 */
import { useState } from 'react';
import { usePage, useShownSlices } from './page-context.ts';

/** The list; empty until something is known. */
export function Slices() {
  const { strings } = usePage();
  const slices = useShownSlices();
  return Object.entries(slices?.snapshots ?? {}).map(([name, slice]) => (
    <Slice key={name} name={strings.layer[name] ?? name} slice={slice} />
  ));
}

/** Written out only while somebody reads it: it can be long, and a walk is fast. */
function Slice({ name, slice }: { readonly name: string; readonly slice: unknown }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="slice" data-testid="factor-slice" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{name}</summary>
      {isOpen && <pre>{JSON.stringify(slice, null, 1)}</pre>}
    </details>
  );
}
