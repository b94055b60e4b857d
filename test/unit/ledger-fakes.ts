/** The routes of the console's ledger over entries in memory, asked by a viewer who is signed in. */
import { createIds } from '../../shared/runtime/ids.ts'
import { FakeAccountHistory, FakeControlBooks, FakePasses } from '../../shared/settlement/fake-ledger.ts'
import type { RecordedMovement } from '../../shared/settlement/ports.ts'
import { ask, createConsole } from './console-fakes.ts'

export const LEDGER_NOW_MS = Date.UTC(2026, 10, 29)
const ids = createIds(() => LEDGER_NOW_MS)

export async function createConsoleOfLedger() {
  const { ports, signIn, state } = createConsole()
  state.nowMs = LEDGER_NOW_MS
  const accountHistory = new FakeAccountHistory()
  const controlBooks = new FakeControlBooks()
  const invariantRuns = new FakePasses()
  const { balances } = accountHistory
  const made = { ...ports, accountHistory, balances, controlBooks, invariantRuns }

  /** Recorded ten minutes ago, or so many. */
  function book(
    debitAccount: string,
    creditAccount: string,
    amountMinor: number,
    given: Partial<RecordedMovement> = {},
  ) {
    const entry: RecordedMovement = {
      entryId: ids.entry(),
      type: 'capture',
      debitAccount,
      creditAccount,
      amountMinor,
      currency: 'KRW',
      recordedAtMs: LEDGER_NOW_MS - 600_000,
      occurredAtMs: LEDGER_NOW_MS,
      eventId: ids.event(),
      paymentId: ids.payment(),
      subjectId: null,
      batchId: null,
      ...given,
    }
    accountHistory.add(entry)
    return entry
  }
  const headers = await signIn('viewer')
  type Handler = Parameters<typeof ask>[0]
  const asker =
    (handler: unknown, route: string) =>
    (pathParameters: Record<string, string>, query?: Record<string, string>, sent = headers) =>
      ask(handler as Handler, { route, pathParameters, query, headers: sent })
  return { ports: made, book, asker, headers }
}
