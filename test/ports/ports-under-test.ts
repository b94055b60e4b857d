/** What the contract suites of the ports are given, whoever implements them: the fakes or MariaDB. */
import type {
  AnswerKeeper,
  Answers,
  DeadLetterRows,
  DueWork,
  Ledger,
  ManualSettlements,
  Operations,
  OutboxArchive,
  OutboxQueue,
  OutboxReader,
  OutboxWriter,
  PaymentReader,
  Payments,
  SandboxClock,
  SeparateTransactions,
  Transaction,
  Transactions,
} from '../../shared/payments/ports.ts'

export interface PortsUnderTest {
  /** As a use case gets them. */
  transactions: Transactions
  /** For somebody else, who holds locks while the test goes on. */
  separate: SeparateTransactions
  payments: Payments
  operations: Operations
  manualSettlements: ManualSettlements
  answers: Answers & AnswerKeeper
  ledger: Ledger
  outbox: OutboxWriter & OutboxQueue & OutboxReader & OutboxArchive
  deadLetterRows: DeadLetterRows
  reader: PaymentReader
  sandboxClock: SandboxClock
  dueWork: DueWork
}

/** All ports over one store that is empty. */
export type OpenPorts = () => Promise<PortsUnderTest>

/** Runs `during` while somebody else has done `first` in a transaction that is not over; then that one is committed, or rolled back. */
export function inTheMiddleOf(
  ports: PortsUnderTest,
  first: (tx: Transaction) => Promise<unknown>,
  during: () => Promise<unknown>,
  end: 'commit' | 'rollback' = 'commit',
): Promise<void> {
  const ended = ports.separate.run('of somebody else', async tx => {
    await first(tx)
    // A statement with a result, so that those before it have been executed.
    await ports.operations.summary(tx, 'of nobody')
    await during()
    if (end === 'rollback') throw new RolledBack()
  })
  return ended.catch(error => {
    if (!(error instanceof RolledBack)) throw error
  })
}

class RolledBack extends Error {}
