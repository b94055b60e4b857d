/** Matches the lines of a statement: what each is for, and what follows from it for payouts, batches and the ledger. */
import type { Transaction } from '../payments/ports.ts'
import { type FactPorts, factsOf } from './bank-facts.ts'
import type { Chunk, MatchChunk } from './chunk.ts'
import {
  type BankFacts,
  type BankLineDecision,
  decideBankLine,
  type FoundSubject,
  isFree,
  leftOf,
  rememberDecision,
} from './decide-bank-line.ts'
import { type Suggestion, suggestionsForAll } from './find-by-amount.ts'
import type { ReconAlarms, ReconLine } from './ports.ts'
import { type WriteBankPorts, writeBankLines } from './write-bank-lines.ts'

export type MatchBankPorts = FactPorts & WriteBankPorts & { reconAlarms: Pick<ReconAlarms, 'statusDiffers'> }

/** Lines of one transaction. A payout takes several rows and an event: more of them would take longer than a second. */
export const BANK_CHUNK_LINES = 500

/**
 * Locks, in this order, beside the source and the file: breaks, batches of payouts, payouts, batches of acquirers; and, when money came
 * back, the terms and the audit log.
 */
export const matchBankChunk =
  (ports: MatchBankPorts): MatchChunk =>
  async (tx: Transaction, chunk: Chunk) => {
    const { facts, found, ...before } = await factsOf(ports, tx, chunk)
    const decisions = await withSuggestions(ports, tx, decideAll(chunk.lines, facts, found), facts)
    chunk.afterCommit(() => tellStatus(ports, decisions))
    return writeBankLines(ports, tx, chunk, { decisions, facts, ...before })
  }

/** Lines with a reference first: what they name is not free for those without. In the order of the lines. */
function decideAll(
  lines: readonly ReconLine[],
  facts: BankFacts,
  found: ReadonlyMap<number, FoundSubject>,
): BankLineDecision[] {
  const decide = (line: ReconLine, subject?: FoundSubject) => {
    const decision = decideBankLine(line, facts, subject)
    rememberDecision(facts, decision)
    return decision
  }
  const referenced = lines.filter(({ lineNo }) => !found.has(lineNo)).map(line => decide(line))
  const others = lines
    .filter(({ lineNo }) => found.has(lineNo))
    .map(line => decide(line, current(found.get(line.lineNo)!, line, facts)))
  return [...referenced, ...others].sort((one, other) => one.line.lineNo - other.line.lineNo)
}

/** What was found before it was locked, as it is now; undefined when another line has taken it. */
const current = (found: FoundSubject, line: ReconLine, facts: BankFacts): FoundSubject | undefined =>
  isFree(found, line, facts) ? found : undefined

/** Names what lines that nobody knows may be for, in their breaks. */
async function withSuggestions(
  ports: MatchBankPorts,
  tx: Transaction,
  decisions: readonly BankLineDecision[],
  facts: BankFacts,
): Promise<BankLineDecision[]> {
  const unknown = decisions.filter(isUnknown).map(({ line }) => line)
  const suggestions = await suggestionsForAll(ports, tx, unknown)
  const byLine = new Map(unknown.map((line, index) => [line.lineNo, suggestions[index]!.filter(isStillOpen(facts))]))
  return decisions.map(decision => withSubjects(decision, byLine.get(decision.line.lineNo) ?? []))
}

const isUnknown = ({ line, broken }: BankLineDecision): boolean =>
  broken?.class === 'MISSING_HERE' && (line.kind === 'credit' || line.kind === 'debit')

/** What other lines of this chunk were for is not written yet. */
const isStillOpen =
  ({ payouts, batches }: BankFacts) =>
  ({ kind, subject, amountMinor }: Suggestion): boolean =>
    kind === 'payout'
      ? ['SENT', 'CONFIRMED'].includes(payouts.get(subject)?.state ?? 'SENT')
      : (batches.get(subject) ?? []).every(batch => leftOf(batch) === amountMinor)

function withSubjects(decision: BankLineDecision, suggestions: readonly Suggestion[]): BankLineDecision {
  const { broken } = decision
  if (broken === undefined || suggestions.length === 0) return decision
  const differences = { ...broken.differences, suggestions: suggestions.map(({ subject }) => subject) }
  return { ...decision, broken: { ...broken, differences } }
}

/** Money moved for what we hold to be over: somebody has to look at once. */
function tellStatus({ reconAlarms }: MatchBankPorts, decisions: readonly BankLineDecision[]): void {
  for (const { line, broken } of decisions)
    if (broken?.class === 'STATUS') reconAlarms.statusDiffers(line, broken.differences.status!)
}
