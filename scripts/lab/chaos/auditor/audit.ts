/** The audit: every check on the books, each finding with the name of the check that made it. */
import { type Books, openBooks } from './books.ts'
import { answerProblems, keyProblems, readProblems } from './check-answers.ts'
import { consoleProblems } from './check-console.ts'
import { kafkaProblems, outboxProblems } from './check-events.ts'
import { decisionProblems, journalProblems } from './check-journal.ts'
import { balanceProblems, entryProblems } from './check-ledger.ts'
import { askedProblems, paymentProblems } from './check-payments.ts'
import type { Facts } from './facts.ts'

const checks = {
  journal: journalProblems,
  decisions: decisionProblems,
  payments: paymentProblems,
  asked: askedProblems,
  outbox: outboxProblems,
  kafka: kafkaProblems,
  entries: entryProblems,
  balances: balanceProblems,
  answers: answerProblems,
  keys: keyProblems,
  reads: readProblems,
  console: consoleProblems,
} as const satisfies Record<string, (books: Books) => string[]>
export type CheckName = keyof typeof checks

export const checkNames = Object.keys(checks) as CheckName[]

export interface Mismatch {
  check: CheckName
  what: string
}

/** Everything that contradicts; empty when what clients were told = database = Kafka = journal = ledger, and the audit log has what operators asked for. */
export function audit(facts: Facts): Mismatch[] {
  const books = openBooks(facts)
  return checkNames.flatMap(check => checks[check](books).map(what => ({ check, what })))
}
