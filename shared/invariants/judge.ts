/** Holds the invariants against a database and, where they can be read, Kafka and the acquirer's journal: once, changing nothing. */
import type { AcquirerFacts, DecidedHistory } from './acquirer-facts.ts'
import type { AuditRow } from './audit-hash.ts'
import type { AccountApproval, ApprovedFile, KeyedAction, StrayOperation } from './audit-invariants.ts'
import { type InvariantGroup, needingAcquirer, needingDatabase, needingKafka, needingOnePayment } from './catalogue.ts'
import { type Balances, type CheckedSnapshot, Expectations, type KeptAnswer } from './database-totals.ts'
import type { DisputeHistory } from './dispute-history.ts'
import type { CheckResult, Invariant, Judge } from './invariant.ts'
import type { HistoryInKafka, KafkaFacts, KafkaTotals } from './kafka-facts.ts'
import type { CheckedMonth } from './month-invariants.ts'
import type { PaymentHistory } from './payment-history.ts'
import { ReconBooks } from './recon-books.ts'
import type { AcquirerBatchHistory, BreakHistory, LineHistory, ReconFileHistory, ReconSums } from './recon-history.ts'
import type { HoldHistory, InvoiceHistory } from './reserve-history.ts'
import { SettlementBooks } from './settlement-books.ts'
import type { BatchHistory, FileHistory, SettlementSums } from './settlement-history.ts'

/** Offending rows that are kept of each invariant. */
const ROWS_KEPT_MAX = 10

/** A database as of one moment. */
export interface DatabaseSource {
  /** Every payment with all its rows; rows without a payment too. */
  histories(): AsyncIterable<PaymentHistory>
  /** Of the entries of payments. */
  balances(): Promise<{ debits: Balances; credits: Balances }>
  answers(): AsyncIterable<KeptAnswer>
  /** Every batch with its payouts. */
  batches(): AsyncIterable<BatchHistory>
  payoutFiles(): AsyncIterable<FileHistory>
  holds(): AsyncIterable<HoldHistory>
  invoices(): AsyncIterable<InvoiceHistory>
  disputes(): AsyncIterable<DisputeHistory>
  settlementSums(): Promise<SettlementSums>
  /** In the order of their sources and days. */
  reconFiles(): AsyncIterable<ReconFileHistory>
  reconLines(): AsyncIterable<LineHistory>
  breaks(): AsyncIterable<BreakHistory>
  acquirerBatches(): AsyncIterable<AcquirerBatchHistory>
  reconSums(): Promise<ReconSums>
  auditRows(): AsyncIterable<AuditRow>
  approvedFiles(): AsyncIterable<ApprovedFile>
  accountApprovals(): AsyncIterable<AccountApproval>
  keyedActions(): AsyncIterable<KeyedAction>
  strayOperations(): AsyncIterable<StrayOperation>
  /** Every stored balance. */
  snapshots(): AsyncIterable<CheckedSnapshot>
  closedMonths(): AsyncIterable<CheckedMonth>
}

export interface InvariantResult {
  name: string
  group: InvariantGroup
  sentence: string
  ok: boolean
  checked: number
  failed: number
  pending: number
  /** The first offending rows: failures, else what is pending. */
  rows: { row: string; problem: string }[]
}

export interface Judgement {
  ok: boolean
  /** Rows that may still become right without help. */
  pending: number
  payments: number
  outboxRows: number
  /** In the order of the catalogue. */
  results: InvariantResult[]
}

/** What the database is compared with. */
export interface Beside {
  kafka?: KafkaFacts
  acquirer?: AcquirerFacts
}

/** Told now and then how many payments, lines of files, or stored answers, have been judged. */
export type OnJudged = (what: 'payments' | 'answers' | 'lines of files', count: number) => void

const JUDGED_EACH = 1_000

/** Judges by every invariant for which there is what it needs. */
export async function judge(
  database: DatabaseSource,
  clock: Judge,
  { kafka, acquirer }: Beside = {},
  onJudged: OnJudged = () => {},
): Promise<Judgement> {
  const tallies = new Tallies()
  const expectations = new Expectations()
  const settlement = new SettlementBooks()
  let [payments, outboxRows, outboxUnsent] = [0, 0, 0]
  for await (const history of database.histories()) {
    if (history.payment && ++payments % JUDGED_EACH === 0) onJudged('payments', payments)
    outboxRows += history.outbox.length
    expectations.add(history, clock)
    settlement.addPayment(history)
    judgePayment(history, clock, tallies)
    if (kafka) {
      const withKafka = inKafka(kafka, history)
      outboxUnsent += unsentOf(withKafka)
      judgeEvents(withKafka, clock, tallies)
    }
    if (acquirer) judgeDecided(history, acquirer, clock, tallies)
  }
  await judgeSettlement(database, settlement, clock, tallies)
  const recon = await judgeRecon(database, clock, tallies, onJudged)
  await judgeTotals(database, expectations, { settlement, recon }, clock, tallies, onJudged)
  if (kafka) judgeKafka({ ...kafka, outboxRows, outboxUnsent }, clock, tallies)
  if (acquirer) judgeJournal(acquirer, clock, tallies)
  const judged = [...needingDatabase, ...(kafka ? needingKafka : []), ...(acquirer ? needingAcquirer : [])]
  const results = judged.map(invariant => tallies.resultOf(invariant))
  const pending = results.reduce((total, result) => total + result.pending, 0)
  return { ok: results.every(result => result.ok), pending, payments, outboxRows, results }
}

/** Judges some payments by the invariants that look at one at a time; the others are not among the results. */
export function judgePayments(histories: Iterable<PaymentHistory>, clock: Judge): InvariantResult[] {
  const tallies = new Tallies()
  for (const history of histories) judgePayment(history, clock, tallies)
  return needingOnePayment.map(invariant => tallies.resultOf(invariant))
}

function judgePayment(history: PaymentHistory, clock: Judge, tallies: Tallies): void {
  for (const invariant of needingOnePayment)
    for (const result of invariant.checkPayment(history, clock)) tallies.add(invariant, result)
}

const inKafka = (kafka: KafkaFacts, history: PaymentHistory): HistoryInKafka => ({
  ...history,
  outbox: history.outbox.map(row => ({ ...row, inKafka: kafka.foundOf(row.id) })),
})

function judgeEvents(history: HistoryInKafka, clock: Judge, tallies: Tallies): void {
  for (const invariant of needingKafka)
    if ('checkEvents' in invariant)
      for (const result of invariant.checkEvents(history, clock)) tallies.add(invariant, result)
}

const unsentOf = ({ outbox }: HistoryInKafka): number =>
  outbox.filter(row => row.publishedAtMs === null && row.inKafka === null).length

async function judgeSettlement(
  database: DatabaseSource,
  settlement: SettlementBooks,
  clock: Judge,
  tallies: Tallies,
): Promise<void> {
  for await (const history of database.batches()) {
    settlement.addBatch(history)
    for (const invariant of needingDatabase)
      if ('checkBatch' in invariant)
        for (const result of invariant.checkBatch(history, clock)) tallies.add(invariant, result)
  }
  for await (const file of database.payoutFiles())
    for (const invariant of needingDatabase)
      if ('checkFile' in invariant) for (const result of invariant.checkFile(file)) tallies.add(invariant, result)
  await judgeReserves(database, settlement, clock, tallies)
  await judgeDisputes(database, settlement, clock, tallies)
}

async function judgeReserves(
  database: DatabaseSource,
  settlement: SettlementBooks,
  clock: Judge,
  tallies: Tallies,
): Promise<void> {
  for await (const hold of database.holds()) {
    settlement.addHold(hold)
    for (const invariant of needingDatabase)
      if ('checkHold' in invariant) tallies.addAll(invariant, invariant.checkHold(hold, clock))
  }
  for await (const invoice of database.invoices()) {
    settlement.addInvoice(invoice)
    for (const invariant of needingDatabase)
      if ('checkInvoice' in invariant) tallies.addAll(invariant, invariant.checkInvoice(invoice, clock))
  }
}

async function judgeDisputes(
  database: DatabaseSource,
  settlement: SettlementBooks,
  clock: Judge,
  tallies: Tallies,
): Promise<void> {
  for await (const dispute of database.disputes()) {
    settlement.addDispute(dispute)
    for (const invariant of needingDatabase)
      if ('checkDispute' in invariant) tallies.addAll(invariant, invariant.checkDispute(dispute, clock))
  }
}

async function judgeRecon(
  database: DatabaseSource,
  clock: Judge,
  tallies: Tallies,
  onJudged: OnJudged,
): Promise<ReconBooks> {
  const books = new ReconBooks()
  for await (const file of database.reconFiles()) {
    books.addFile(file)
    for (const invariant of needingDatabase)
      if ('checkReconFile' in invariant) tallies.addAll(invariant, invariant.checkReconFile(file, clock))
  }
  for await (const line of counted(database.reconLines(), count => onJudged('lines of files', count)))
    for (const invariant of needingDatabase)
      if ('checkLine' in invariant) tallies.addAll(invariant, invariant.checkLine(line))
  for await (const history of database.breaks()) {
    books.addBreak(history)
    for (const invariant of needingDatabase)
      if ('checkBreak' in invariant) tallies.addAll(invariant, invariant.checkBreak(history, clock))
  }
  for await (const batch of database.acquirerBatches()) {
    books.addBatch(batch)
    for (const invariant of needingDatabase)
      if ('checkAcquirerBatch' in invariant) tallies.addAll(invariant, invariant.checkAcquirerBatch(batch, books))
  }
  books.addSums(await database.reconSums())
  return books
}

async function judgeTotals(
  database: DatabaseSource,
  { expected, chargesOutstanding }: Expectations,
  { settlement, recon }: { settlement: SettlementBooks; recon: ReconBooks },
  clock: Judge,
  tallies: Tallies,
  onJudged: OnJudged,
): Promise<void> {
  const answers = () => counted(database.answers(), count => onJudged('answers', count))
  const [auditRows, approvedFiles] = [() => database.auditRows(), () => database.approvedFiles()]
  const accountApprovals = () => database.accountApprovals()
  const [keyedActions, strayOperations] = [() => database.keyedActions(), () => database.strayOperations()]
  const [snapshots, closedMonths] = [() => database.snapshots(), () => database.closedMonths()]
  const balances = await database.balances()
  settlement.addLedger(balances.debits, balances.credits, await database.settlementSums())
  const audit = { auditRows, approvedFiles, accountApprovals, keyedActions, strayOperations }
  const beside = { settlement, recon, answers, snapshots, closedMonths, ...audit }
  const totals = { ...balances, expected, chargesOutstanding, ...beside }
  for (const invariant of needingDatabase)
    if ('checkTotals' in invariant)
      for await (const result of invariant.checkTotals(totals, clock)) tallies.add(invariant, result)
}

async function* counted<Each>(all: AsyncIterable<Each>, onCounted: (count: number) => void): AsyncGenerator<Each> {
  let count = 0
  for await (const each of all) {
    if (++count % JUDGED_EACH === 0) onCounted(count)
    yield each
  }
}

function judgeKafka(kafka: KafkaTotals, clock: Judge, tallies: Tallies): void {
  for (const invariant of needingKafka)
    if ('checkKafka' in invariant)
      for (const result of invariant.checkKafka(kafka, clock)) tallies.add(invariant, result)
}

function judgeDecided(history: PaymentHistory, journal: AcquirerFacts, clock: Judge, tallies: Tallies): void {
  const decided = decidedOf(history, journal)
  for (const invariant of needingAcquirer)
    if ('checkDecided' in invariant)
      for (const result of invariant.checkDecided(decided, clock, journal)) tallies.add(invariant, result)
}

function decidedOf(history: PaymentHistory, journal: AcquirerFacts): DecidedHistory {
  const operations = history.operations.map(operation => ({
    ...operation,
    decision: journal.meet(operation.operationId),
  }))
  const authorization = operations.find(({ kind }) => kind === 'authorize')
  return { ...history, operations, hold: authorization ? journal.holdOf(authorization.operationId) : null }
}

function judgeJournal(journal: AcquirerFacts, clock: Judge, tallies: Tallies): void {
  for (const invariant of needingAcquirer)
    if ('checkJournal' in invariant)
      for (const result of invariant.checkJournal(journal, clock)) tallies.add(invariant, result)
}

/** Counts results by invariant. */
class Tallies {
  readonly #byName = new Map<string, Tally>()

  add({ name }: Invariant, result: CheckResult): void {
    const tally = this.#byName.get(name) ?? new Tally()
    this.#byName.set(name, tally)
    tally.add(result)
  }

  addAll(invariant: Invariant, results: Iterable<CheckResult>): void {
    for (const result of results) this.add(invariant, result)
  }

  resultOf({ name, group, sentence }: Invariant & { group: InvariantGroup }): InvariantResult {
    return { name, group, sentence, ...(this.#byName.get(name) ?? new Tally()).result() }
  }
}

type ReportedRow = Pick<Exclude<CheckResult, { state: 'ok' }>, 'row' | 'problem'>

class Tally {
  #checked = 0
  #failed = 0
  #pending = 0
  readonly #failures: ReportedRow[] = []
  readonly #waiting: ReportedRow[] = []

  add(result: CheckResult): void {
    this.#checked++
    if (result.state === 'ok') return
    const isFailure = result.state === 'failed'
    if (isFailure) this.#failed++
    else this.#pending++
    const rows = isFailure ? this.#failures : this.#waiting
    if (rows.length < ROWS_KEPT_MAX) rows.push({ row: result.row, problem: result.problem })
  }

  result(): Omit<InvariantResult, 'name' | 'group' | 'sentence'> {
    const rows = this.#failed > 0 ? this.#failures : this.#waiting
    return { ok: this.#failed === 0, checked: this.#checked, failed: this.#failed, pending: this.#pending, rows }
  }
}
