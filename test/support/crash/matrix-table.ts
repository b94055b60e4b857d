/** Shows what came of the cells of the crash matrix as a table. */
import type { Cell, Finisher } from './cells.ts'

export interface CellResult {
  cell: Cell
  paymentId?: string
  /** None when everything is as it must be. */
  problems: string[]
}

const letters: Record<Finisher, string> = { repeat: 'p', resolver: 'r', both: 'b', next: 'n' }

/** Point × operation; a letter for each finisher: p repeat, r resolver, b both, n the next delivery. A failed one is `!`. */
export function tableOf(results: readonly CellResult[]): string {
  const operations = [...new Set(results.map(({ cell }) => cell.operation))]
  const placeOf = ({ victim, point, hits, after }: Cell) =>
    `${victim}: ${point}${hits > 1 ? ` (${hits})` : ''}${after ? `, ${after.split(':')[1]} before` : ''}`
  const rows = Map.groupBy(results, ({ cell }) => placeOf(cell))
  const width = Math.max(...[...rows.keys()].map(place => place.length))
  const cellText = (found: readonly CellResult[], name: string) =>
    found
      .filter(({ cell }) => cell.operation === name)
      .map(({ cell, problems }) => (problems.length > 0 ? '!' : letters[cell.finisher]))
      .join('')
  const lines = [...rows].map(([place, found]) =>
    [place.padEnd(width), ...operations.map(name => cellText(found, name).padEnd(name.length))].join('  '),
  )
  return [[''.padEnd(width), ...operations].join('  '), ...lines].join('\n')
}
