/** A settlement file of so many captures, as the acquirer lays it out. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { settlementColumns } from '../../../../shared/contracts/acquirer.ts'

export const BATCH = 'ACQ-20261127-KRW'
const DAY = '2026-11-27'
const ROWS_A_WRITE = 1_000

/** The operation of a line. */
export const operationOf = (line: number): string => `op_${String(line).padStart(26, '0')}`

export async function writeSettlementFile(path: string, lines: number): Promise<void> {
  const out = createWriteStream(path)
  out.write(`${settlementColumns.join()}\n`)
  for (let first = 1; first <= lines; first += ROWS_A_WRITE) {
    const count = Math.min(ROWS_A_WRITE, lines - first + 1)
    const rows = Array.from({ length: count }, (_, index) => rowOf(first + index))
    if (!out.write(rows.join(''))) await once(out, 'drain')
  }
  out.end(`${lines},total,${BATCH},${DAY},KRW,${10_000 * lines},${150 * lines},${15 * lines},${9_835 * lines}\n`)
  await once(out, 'finish')
}

const rowOf = (line: number): string => `${line},capture,${operationOf(line)},${DAY},KRW,10000,150,15,9835\n`
