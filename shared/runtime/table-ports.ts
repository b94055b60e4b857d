/** The tables of the database as ports, each made when it is first used. What works with them is wired in wiring.ts. */
import { AccountBalanceTables } from '../stores/account-balances.ts'
import { AccountChangeTable } from '../stores/account-changes.ts'
import { AccountHistoryTables } from '../stores/account-history.ts'
import { AnswerTable } from '../stores/answers.ts'
import { AwaitedFileTables } from '../stores/awaited-files.ts'
import { AwaitedItemTables } from '../stores/awaited-items.ts'
import { BookedDefaultsTable } from '../stores/booked-defaults.ts'
import { BreakReaderTables } from '../stores/break-reader.ts'
import { BreakTable } from '../stores/breaks.ts'
import { BusinessCalendarTable } from '../stores/business-calendar.ts'
import { ClosedMonthTables } from '../stores/closed-months.ts'
import { ClosingFactTables } from '../stores/closing-facts.ts'
import { ConsoleActionTable } from '../stores/console-actions.ts'
import { ConsoleSessionTables } from '../stores/console-sessions.ts'
import { ControlBooksTables } from '../stores/control-books.ts'
import type { Database } from '../stores/database.ts'
import { DeadLetterTable } from '../stores/dead-letters.ts'
import { DeliveryProgressTables } from '../stores/delivery-progress.ts'
import { DisputedPaymentTables } from '../stores/disputed-payments.ts'
import { DisputeTable } from '../stores/disputes.ts'
import { DueWorkTables } from '../stores/due-work.ts'
import { ExpectationTable } from '../stores/expectations.ts'
import { FeeItemTable } from '../stores/fee-items.ts'
import { FundsBooksTables, FundsTable } from '../stores/funds.ts'
import { InvariantRunTable } from '../stores/invariant-runs.ts'
import { InvoiceTable, NegativeBalanceTable } from '../stores/invoices.ts'
import { JournalTable } from '../stores/journal.ts'
import { LedgerTable } from '../stores/ledger.ts'
import { ManualSettlementTable } from '../stores/manual-settlements.ts'
import { MissedExpectationTable } from '../stores/missed-expectations.ts'
import { OperationTable } from '../stores/operations.ts'
import { OperatorTable } from '../stores/operators.ts'
import { OutboxTable } from '../stores/outbox.ts'
import { OutboxShardTable } from '../stores/outbox-shards.ts'
import { OverviewTables } from '../stores/overview.ts'
import { MySqlPaymentFinder } from '../stores/payment-finder.ts'
import { MySqlPaymentReader } from '../stores/payment-reader.ts'
import { PaymentTable } from '../stores/payments.ts'
import { PayoutFileTable } from '../stores/payout-files.ts'
import { PayoutTable } from '../stores/payouts.ts'
import { AcquirerBatchTable, AllocationTable, BankBreakTables, BankPayoutTables } from '../stores/recon-bank.ts'
import { ReconFileTable, ReconFileTotalTable, ReconSourceTable } from '../stores/recon-files.ts'
import { LateLineTables, MissingLineTables } from '../stores/recon-late.ts'
import { ReconLineTable } from '../stores/recon-lines.ts'
import { MatchingTables } from '../stores/recon-matching.ts'
import { ReserveTable } from '../stores/reserves.ts'
import { BatchTable, UnbatchedItemTable } from '../stores/settlement-batches.ts'
import { SettlementItemTable } from '../stores/settlement-items.ts'
import { SettlementLedgerTable } from '../stores/settlement-ledger.ts'
import { SettlementReaderTables } from '../stores/settlement-reader.ts'
import { SettlementStartTable } from '../stores/settlement-start.ts'
import { SettlementTermsTable } from '../stores/settlement-terms.ts'
import { VerifyRunTable } from '../stores/verify-runs.ts'

export abstract class TablePorts {
  /** What was made, by its name. Ports over the same one share it. */
  protected readonly made: Map<string, unknown>

  constructor(made: Map<string, unknown>) {
    this.made = made
  }

  abstract get database(): Database

  protected once<T>(name: string, make: () => T): T {
    if (!this.made.has(name)) this.made.set(name, make())
    return this.made.get(name) as T
  }

  get payments() {
    return this.once('payments', () => new PaymentTable(this.database))
  }

  get operations() {
    return this.once('operations', () => new OperationTable(this.database))
  }

  get manualSettlements() {
    return this.once('manualSettlements', () => new ManualSettlementTable(this.database))
  }

  get answers() {
    return this.once('answers', () => new AnswerTable(this.database))
  }

  get ledger() {
    return this.once('ledger', () => new LedgerTable(this.database))
  }

  get journal() {
    return this.once('journal', () => new JournalTable(this.database))
  }

  get feeItems() {
    return this.once('feeItems', () => new FeeItemTable(this.database))
  }

  get fundsDays() {
    return this.once('fundsDays', () => new FundsTable(this.database))
  }

  get fundsBooks() {
    return this.once('fundsBooks', () => new FundsBooksTables(this.database))
  }

  get closedMonths() {
    return this.once('closedMonths', () => new ClosedMonthTables(this.database))
  }

  get closingFacts() {
    return this.once('closingFacts', () => new ClosingFactTables(this.database))
  }

  get balances() {
    return this.once('balances', () => new AccountBalanceTables(this.database))
  }

  get accountHistory() {
    return this.once('accountHistory', () => new AccountHistoryTables(this.database))
  }

  get controlBooks() {
    return this.once('controlBooks', () => new ControlBooksTables(this.database))
  }

  get outbox() {
    return this.once('outbox', () => new OutboxTable(this.database))
  }

  get terms() {
    return this.once('terms', () => new SettlementTermsTable(this.database))
  }

  get bookedDefaults() {
    return this.once('bookedDefaults', () => new BookedDefaultsTable(this.database))
  }

  get items() {
    return this.once('items', () => new SettlementItemTable(this.database))
  }

  get accountChanges() {
    return this.once('accountChanges', () => new AccountChangeTable(this.database))
  }

  get reserves() {
    return this.once('reserves', () => new ReserveTable(this.database))
  }

  get invoices() {
    return this.once('invoices', () => new InvoiceTable(this.database))
  }

  get disputes() {
    return this.once('disputes', () => new DisputeTable(this.database))
  }

  get disputeReader() {
    return this.disputes
  }

  get disputedPayments() {
    return this.once('disputedPayments', () => new DisputedPaymentTables(this.database))
  }

  get negativeBalances() {
    return this.once('negativeBalances', () => new NegativeBalanceTable(this.database))
  }

  get expectations() {
    return this.once('expectations', () => new ExpectationTable(this.database))
  }

  get calendars() {
    return this.once('calendars', () => new BusinessCalendarTable(this.database))
  }

  get settlementStart() {
    return this.once('settlementStart', () => new SettlementStartTable(this.database))
  }

  get unbatchedItems() {
    return this.once('unbatchedItems', () => new UnbatchedItemTable(this.database))
  }

  get awaitedItems() {
    return this.once('awaitedItems', () => new AwaitedItemTables(this.database))
  }

  get batches() {
    return this.once('batches', () => new BatchTable(this.database))
  }

  get payouts() {
    return this.once('payouts', () => new PayoutTable(this.database))
  }

  get payoutFiles() {
    return this.once('payoutFiles', () => new PayoutFileTable(this.database))
  }

  get settlementReader() {
    return this.once('settlementReader', () => new SettlementReaderTables(this.database))
  }

  get settlementLedger() {
    return this.once('settlementLedger', () => new SettlementLedgerTable(this.database))
  }

  get breaks() {
    return this.once('breaks', () => new BreakTable(this.database))
  }

  get reconSources() {
    return this.once('reconSources', () => new ReconSourceTable(this.database))
  }

  get reconFiles() {
    return this.once('reconFiles', () => new ReconFileTable(this.database))
  }

  get reconFileTotals() {
    return this.once('reconFileTotals', () => new ReconFileTotalTable(this.database))
  }

  get reconLines() {
    return this.once('reconLines', () => new ReconLineTable(this.database))
  }

  get awaitedFiles() {
    return this.once('awaitedFiles', () => new AwaitedFileTables(this.database))
  }

  get acquirerBatches() {
    return this.once('acquirerBatches', () => new AcquirerBatchTable(this.database))
  }

  get allocations() {
    return this.once('allocations', () => new AllocationTable(this.database))
  }

  get bankPayouts() {
    return this.once('bankPayouts', () => new BankPayoutTables(this.database))
  }

  get bankBreaks() {
    return this.once('bankBreaks', () => new BankBreakTables(this.database))
  }

  get breakReader() {
    return this.once('breakReader', () => new BreakReaderTables(this.database))
  }

  get missedExpectations() {
    return this.once('missedExpectations', () => new MissedExpectationTable(this.database))
  }

  get matching() {
    return this.once('matching', () => new MatchingTables(this.database))
  }

  get lateLines() {
    return this.once('lateLines', () => new LateLineTables(this.database))
  }

  get missingLines() {
    return this.once('missingLines', () => new MissingLineTables(this.database))
  }

  get progress() {
    return this.once('progress', () => new DeliveryProgressTables(this.database))
  }

  get outboxShards() {
    return this.once('outboxShards', () => new OutboxShardTable(this.database))
  }

  get deadLetterRows() {
    return this.once('deadLetterRows', () => new DeadLetterTable(this.database))
  }

  get operators() {
    return this.once('operators', () => new OperatorTable(this.database))
  }

  get consoleSessions() {
    return this.once('consoleSessions', () => new ConsoleSessionTables(this.database))
  }

  get consoleActions() {
    return this.once('consoleActions', () => new ConsoleActionTable(this.database))
  }

  get finder() {
    return this.once('finder', () => new MySqlPaymentFinder(this.database))
  }

  get overview() {
    return this.once('overview', () => new OverviewTables(this.database))
  }

  get reader() {
    return this.once('reader', () => new MySqlPaymentReader(this.database))
  }

  get dueWork() {
    return this.once('dueWork', () => new DueWorkTables(this.database))
  }

  get invariantRuns() {
    return this.once('invariantRuns', () => new InvariantRunTable(this.database))
  }

  get verifyRuns() {
    return this.once('verifyRuns', () => new VerifyRunTable(this.database))
  }

  get undatedItems() {
    return this.items
  }

  get acquirerTerms() {
    return this.expectations
  }

  get reconLedger() {
    return this.settlementLedger
  }

  get bankLines() {
    return this.bankBreaks
  }
}
