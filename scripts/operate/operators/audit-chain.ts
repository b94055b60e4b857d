/** Whether the chain of the audit log is whole, and how far it goes. */
import type { AuditRow } from '../../../shared/invariants/audit-hash.ts'
import { chainResults } from '../../../shared/invariants/audit-invariants.ts'

export interface ChainState {
  count: number
  brokenCount: number
  /** The first place where it is broken. */
  firstBroken: { row: string; problem: string } | null
  /** Of the newest entry; null while there is none. */
  headHash: string | null
}

/** Reads all of it, and keeps none. */
export async function readChain(rows: AsyncIterable<AuditRow>): Promise<ChainState> {
  const state: ChainState = { count: 0, brokenCount: 0, firstBroken: null, headHash: null }
  for await (const result of chainResults(remembering(rows, state))) {
    state.count++
    if (result.state === 'ok') continue
    state.brokenCount++
    state.firstBroken ??= { row: result.row, problem: result.problem }
  }
  return state
}

async function* remembering(rows: AsyncIterable<AuditRow>, state: ChainState): AsyncGenerator<AuditRow> {
  for await (const row of rows) {
    state.headHash = row.hash
    yield row
  }
}
