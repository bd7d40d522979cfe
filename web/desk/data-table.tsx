/**
 * A table that is sorted by a click or a key on its heads. On a narrow screen each row becomes a card whose cells carry
 * the name of their column. A row whose object did not change is not drawn again, and none changes its place under a
 * pointer: what is about to be chosen stays what is chosen.
 */
import {
  createSortedRowModel,
  type RowData,
  rowSortingFeature,
  type SortingState,
  sortFn_basic,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { memo, type ReactNode, useMemo, useRef, useState } from 'react';
import { Empty } from './card.tsx';
import { useDesk } from './desk-context.tsx';

/** A column; `sort` is what it is sorted by, unknown values last. */
export type Column<Row> = {
  readonly id: string;
  readonly name: string;
  readonly cell: (row: Row) => ReactNode;
  readonly sort?: (row: Row) => number | string | null;
  readonly kind?: 'text' | 'number' | 'wide';
};

type TableProps<Row extends RowData> = {
  readonly label: string;
  readonly testId: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly first?: { readonly id: string; readonly desc: boolean };
  readonly onChoose?: (row: Row) => void;
  readonly chosen?: string | null;
  readonly empty: string;
};

const FEATURES = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { basic: sortFn_basic },
});

/** The table. */
export function DataTable<Row extends RowData>(props: TableProps<Row>) {
  const { label, testId, rows, columns, keyOf, first, onChoose, chosen, empty } = props;
  const { strings } = useDesk();
  const [sorting, setSorting] = useState<SortingState>(first === undefined ? [] : [first]);
  const data = useMemo(() => [...rows], [rows]);
  const definitions = useMemo(() => toDefinitions(columns), [columns]);
  const table = useTable({
    features: FEATURES,
    data,
    columns: definitions,
    state: { sorting },
    onSortingChange: setSorting,
    enableSortingRemoval: false,
    getRowId: keyOf,
  });
  const { hold, letGo, inOrder } = useHeldOrder();
  if (rows.length === 0) return <Empty>{empty}</Empty>;
  return (
    <div className="table-frame">
      <table className="table" data-testid={testId} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeadCell
                key={column.id}
                column={column}
                sorted={sorting.find(({ id }) => id === column.id)}
                hint={strings.sortBy(column.name)}
                onSort={() => table.getColumn(column.id)?.toggleSorting()}
              />
            ))}
          </tr>
        </thead>
        <tbody onPointerEnter={hold} onPointerLeave={letGo}>
          {inOrder(table.getRowModel().rows).map(({ id, original }) => (
            <BodyRow
              key={id}
              id={id}
              row={original}
              columns={columns as readonly Column<RowData>[]}
              choice={onChoose === undefined ? 'none' : id === chosen ? 'chosen' : 'possible'}
              onChoose={onChoose as ((row: RowData) => void) | undefined}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Keeps the order of rows from when the pointer comes until it leaves; new rows come last, those that end go. */
function useHeldOrder() {
  const [held, setHeld] = useState<ReadonlyMap<string, number> | null>(null);
  const shown = useRef<readonly string[]>([]);
  const inOrder = <Row extends { readonly id: string }>(rows: readonly Row[]): readonly Row[] => {
    const placed =
      held === null ? rows : [...rows].sort((a, b) => (held.get(a.id) ?? held.size) - (held.get(b.id) ?? held.size));
    shown.current = placed.map(({ id }) => id);
    return placed;
  };
  return {
    hold: () => setHeld(new Map(shown.current.map((id, place) => [id, place]))),
    letGo: () => setHeld(null),
    inOrder,
  };
}

function toDefinitions<Row>(columns: readonly Column<Row>[]) {
  return columns.map(({ id, sort }) => ({
    id,
    accessorFn: (row: Row) => sort?.(row) ?? undefined,
    enableSorting: sort !== undefined,
    sortUndefined: 'last' as const,
    sortFn: 'basic' as const,
    sortDescFirst: true,
  }));
}

type HeadProps = {
  readonly column: { readonly id: string; readonly name: string; readonly kind?: string; readonly sort?: unknown };
  readonly sorted: { readonly desc: boolean } | undefined;
  readonly hint: string;
  readonly onSort: () => void;
};

function HeadCell({ column, sorted, hint, onSort }: HeadProps) {
  const order = sorted === undefined ? 'none' : sorted.desc ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      className={`cell-${column.kind ?? 'text'}`}
      {...(sorted === undefined ? {} : { 'aria-sort': order })}
    >
      {column.sort === undefined ? (
        column.name
      ) : (
        <button type="button" className="sort" title={hint} onClick={onSort}>
          {column.name}
          <span aria-hidden="true">{sorted === undefined ? '' : sorted.desc ? ' ▾' : ' ▴'}</span>
        </button>
      )}
    </th>
  );
}

type RowProps = {
  readonly id: string;
  readonly row: RowData;
  readonly columns: readonly Column<RowData>[];
  readonly choice: 'none' | 'possible' | 'chosen';
  readonly onChoose: ((row: RowData) => void) | undefined;
};

const BodyRow = memo(function BodyRow({ id, row, columns, choice, onChoose }: RowProps) {
  return (
    <tr data-row={id} className={choice === 'chosen' ? 'is-chosen' : undefined}>
      {columns.map(({ id: column, name, cell, kind = 'text' }, at) => (
        <td key={column} className={`cell-${kind}`} data-label={name} data-column={column}>
          {at === 0 && choice !== 'none' ? (
            <button
              type="button"
              className="row-choice"
              aria-expanded={choice === 'chosen'}
              onClick={() => onChoose?.(row)}
            >
              {cell(row)}
            </button>
          ) : (
            cell(row)
          )}
        </td>
      ))}
    </tr>
  );
});
