/**
 * The keyboard of the tool in hand: Enter draws, the vertical arrows change what a position may gain, with Shift its
 * stop or the end of the drawing.
 */
import { useEffect, useRef } from 'react';
import type { Tool, ToolCommand } from './measure.ts';

function commandOf({ key, shiftKey }: KeyboardEvent): ToolCommand | null {
  if (key === 'Enter') return 'place';
  if (key === 'ArrowUp') return shiftKey ? 'endUp' : 'ratioUp';
  if (key === 'ArrowDown') return shiftKey ? 'endDown' : 'ratioDown';
  return null;
}

/** Whether what has the focus needs the key itself; the button of the tool in hand was pressed already. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (target instanceof HTMLSelectElement || target instanceof HTMLInputElement) return true;
  if (target instanceof HTMLButtonElement) return key === 'Enter' && target.ariaPressed !== 'true';
  return target instanceof HTMLElement && target.closest('dialog, summary') !== null;
}

/** Listens while a tool is in hand. */
export function useToolKeys(command: (command: ToolCommand) => void, tool: Tool): void {
  const newest = useRef(command);
  newest.current = command;
  useEffect(() => {
    if (tool === 'cursor') return;
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
      const wanted = commandOf(event);
      if (wanted === null) return;
      event.preventDefault();
      newest.current(wanted);
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [tool]);
}
