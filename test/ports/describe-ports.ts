/** Every contract suite of the database's ports. */
import { describeAnswers } from './answers.ts'
import { describeDeadLetters } from './dead-letters.ts'
import { describeLedger } from './ledger.ts'
import { describeManualSettlements } from './manual-settlements.ts'
import { describeOperations } from './operations.ts'
import { describeOutbox } from './outbox.ts'
import { describePaymentReader } from './payment-reader.ts'
import { describePayments } from './payments.ts'
import type { OpenPorts } from './ports-under-test.ts'
import { describeSandbox } from './sandbox.ts'
import { describeTransactions } from './transactions.ts'

/** Whoever implements the ports calls this in a test file; `name` says who it is. */
export function describePorts(name: string, open: OpenPorts): void {
  for (const describePort of [
    describeTransactions,
    describePayments,
    describeOperations,
    describeManualSettlements,
    describeAnswers,
    describeLedger,
    describeOutbox,
    describeDeadLetters,
    describePaymentReader,
    describeSandbox,
  ])
    describePort(name, open)
}
