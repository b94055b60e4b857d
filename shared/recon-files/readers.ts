/** How each profile is read. */
import type { ReconProfile } from '../contracts/lists.ts'
import type { ReadLines } from '../reconciliation/ports.ts'
import { readAcquirerCsv } from './acquirer-csv.ts'
import { readCamt053 } from './camt-053.ts'
import { readTossJson } from './toss-json.ts'

export const readers: Readonly<Record<ReconProfile, ReadLines>> = {
  'acquirer-csv': readAcquirerCsv,
  'toss-json': readTossJson,
  'camt-053': readCamt053,
}
