/**
 * A list as every room shows one: rows of one height under a head that stays, a card for each where the page is narrow. What opens a
 * row is a link with the class `row-link` in one of its cells; j and k go from one to the next.
 */
import type { ReactNode } from 'react'

export interface Column<Row> {
  name: string
  title: string
  /** At the right, in figures of one width. */
  isAmount?: boolean
  /** Left out beside a side panel. */
  isExtra?: boolean
  cell: (row: Row) => ReactNode
}

interface DataTableProps<Row> {
  /** The id of the heading that names it. */
  labelledBy: string
  columns: ReadonlyArray<Column<Row>>
  rows: readonly Row[]
  keyOf: (row: Row) => string
  /** The row that is open beside the list. */
  openKey?: string
  isVisited?: (row: Row) => boolean
}

const classOf = ({ isAmount, isExtra }: Pick<Column<never>, 'isAmount' | 'isExtra'>): string | undefined =>
  [isAmount && 'amount', isExtra && 'extra'].filter(Boolean).join(' ') || undefined

export function DataTable<Row>({ labelledBy, columns, rows, keyOf, openKey, isVisited }: DataTableProps<Row>) {
  return (
    <table className="rows" aria-labelledby={labelledBy}>
      <thead>
        <tr>
          {columns.map(column => (
            <th key={column.name} scope="col" className={classOf(column)}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(row => {
          const key = keyOf(row)
          return (
            <tr
              key={key}
              data-row={key}
              data-visited={isVisited?.(row) || undefined}
              aria-current={key === openKey ? 'true' : undefined}
            >
              {columns.map(column => (
                <td key={column.name} data-label={column.title} className={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
