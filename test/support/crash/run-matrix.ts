/** Runs cells of the crash matrix one after the other, and shows what came of them as a table. */
import type { Cell, Finisher } from './cells.ts'
import type { CrashSystem } from './crash-system.ts'
import { brokenInvariants } from './judge-cell.ts'
import { runCell } from './run-cell.ts'

export interface CellResult {
  cell: Cell
  problems: string[]
  durationMs: number
}

/** Sequentially: the resolver and the job of expiries take whatever is due, whoever left it. */
export async function runMatrix(system: CrashSystem, cells: readonly Cell[]): Promise<CellResult[]> {
  const results: (CellResult & { paymentId?: string })[] = []
  for (const cell of cells) {
    const startedMs = performance.now()
    const { paymentId, problems } = await runCell(system, cell)
    results.push({ cell, paymentId, problems, durationMs: performance.now() - startedMs })
  }
  const ids = new Set(results.flatMap(({ paymentId }) => paymentId ?? []))
  const broken = await brokenInvariants(system, ids)
  for (const { paymentId, problems } of results) problems.push(...(broken.get(paymentId ?? '') ?? []))
  return results
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
