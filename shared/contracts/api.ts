/** The whole HTTP contract as one table, a file for each route. docs/openapi.json and the types of the web's client are made from it. */
import type { CallTo, RefusalOf, RouteContract, RouteDocs, SuccessOf } from './route-contract.ts'
import * as advanceClock from './routes/advance-clock.ts'
import * as approvePayoutFile from './routes/approve-payout-file.ts'
import * as assignBreak from './routes/assign-break.ts'
import * as authorizePayment from './routes/authorize-payment.ts'
import * as cancelPayout from './routes/cancel-payout.ts'
import * as cancelPayoutFile from './routes/cancel-payout-file.ts'
import * as capturePayment from './routes/capture-payment.ts'
import * as compareControl from './routes/compare-control.ts'
import * as countPayments from './routes/count-payments.ts'
import * as decideBreak from './routes/decide-break.ts'
import * as exportEntries from './routes/export-entries.ts'
import * as findBatchItems from './routes/find-batch-items.ts'
import * as findBatches from './routes/find-batches.ts'
import * as findBreaks from './routes/find-breaks.ts'
import * as findPayments from './routes/find-payments.ts'
import * as findPayoutFiles from './routes/find-payout-files.ts'
import * as findPayouts from './routes/find-payouts.ts'
import * as findReconFiles from './routes/find-recon-files.ts'
import * as getAccount from './routes/get-account.ts'
import * as getApiDescription from './routes/get-api-description.ts'
import * as getBreak from './routes/get-break.ts'
import * as getConsumers from './routes/get-consumers.ts'
import * as getDeadLetter from './routes/get-dead-letter.ts'
import * as getDispute from './routes/get-dispute.ts'
import * as getDocs from './routes/get-docs.ts'
import * as getIdempotency from './routes/get-idempotency.ts'
import * as getInvariants from './routes/get-invariants.ts'
import * as getLedger from './routes/get-ledger.ts'
import * as getLedgerEntry from './routes/get-ledger-entry.ts'
import * as getLiveness from './routes/get-liveness.ts'
import * as getMetrics from './routes/get-metrics.ts'
import * as getOperation from './routes/get-operation.ts'
import * as getOperatorPayment from './routes/get-operator-payment.ts'
import * as getOutbox from './routes/get-outbox.ts'
import * as getOverview from './routes/get-overview.ts'
import * as getPayment from './routes/get-payment.ts'
import * as getReadiness from './routes/get-readiness.ts'
import * as getReconFile from './routes/get-recon-file.ts'
import * as getReconOverview from './routes/get-recon-overview.ts'
import * as getSession from './routes/get-session.ts'
import * as getSettlement from './routes/get-settlement.ts'
import * as getTimeline from './routes/get-timeline.ts'
import * as getVerifyRun from './routes/get-verify-run.ts'
import * as inspectBatch from './routes/inspect-batch.ts'
import * as inspectBreak from './routes/inspect-break.ts'
import * as inspectPayoutFile from './routes/inspect-payout-file.ts'
import * as inspectReconFile from './routes/inspect-recon-file.ts'
import * as listAccountEntries from './routes/list-account-entries.ts'
import * as listAccounts from './routes/list-accounts.ts'
import * as listBreaks from './routes/list-breaks.ts'
import * as listDeadLetters from './routes/list-dead-letters.ts'
import * as listDisputes from './routes/list-disputes.ts'
import * as listFunds from './routes/list-funds.ts'
import * as listOperations from './routes/list-operations.ts'
import * as listPayments from './routes/list-payments.ts'
import * as listPayouts from './routes/list-payouts.ts'
import * as listReconFiles from './routes/list-recon-files.ts'
import * as listSettlementItems from './routes/list-settlement-items.ts'
import * as listSettlements from './routes/list-settlements.ts'
import * as lookUp from './routes/look-up.ts'
import * as noteBreak from './routes/note-break.ts'
import * as operatorCapture from './routes/operator-capture.ts'
import * as operatorInquire from './routes/operator-inquire.ts'
import * as operatorRefund from './routes/operator-refund.ts'
import * as operatorVoid from './routes/operator-void.ts'
import * as proposeForBreak from './routes/propose-for-break.ts'
import * as redriveDeadLetter from './routes/redrive-dead-letter.ts'
import * as refundPayment from './routes/refund-payment.ts'
import * as requestVerifyRun from './routes/request-verify-run.ts'
import * as retryBatch from './routes/retry-batch.ts'
import * as signIn from './routes/sign-in.ts'
import * as signOut from './routes/sign-out.ts'
import * as skipDeadLetter from './routes/skip-dead-letter.ts'
import * as sumBatchDays from './routes/sum-batch-days.ts'
import * as voidPayment from './routes/void-payment.ts'
import type { RouteName, routes } from './routes.ts'

type ContractFiles = {
  [Name in RouteName]: { contract: RouteContract & { route: (typeof routes)[Name] }; docs: () => RouteDocs }
}

const files = {
  authorizePayment,
  capturePayment,
  refundPayment,
  voidPayment,
  getPayment,
  listOperations,
  listPayments,
  getIdempotency,
  listAccounts,
  getAccount,
  listSettlements,
  getSettlement,
  listSettlementItems,
  listPayouts,
  listDisputes,
  getDispute,
  listReconFiles,
  getReconFile,
  listBreaks,
  getBreak,
  getInvariants,
  getLiveness,
  getReadiness,
  getMetrics,
  advanceClock,
  signIn,
  getSession,
  signOut,
  getOverview,
  findPayments,
  countPayments,
  getOperatorPayment,
  operatorCapture,
  operatorRefund,
  operatorVoid,
  operatorInquire,
  getTimeline,
  getOperation,
  lookUp,
  getOutbox,
  getConsumers,
  listDeadLetters,
  getDeadLetter,
  redriveDeadLetter,
  skipDeadLetter,
  findBatches,
  sumBatchDays,
  inspectBatch,
  findBatchItems,
  findPayouts,
  findPayoutFiles,
  inspectPayoutFile,
  listFunds,
  getReconOverview,
  findReconFiles,
  inspectReconFile,
  findBreaks,
  inspectBreak,
  retryBatch,
  approvePayoutFile,
  cancelPayoutFile,
  cancelPayout,
  assignBreak,
  noteBreak,
  proposeForBreak,
  decideBreak,
  getVerifyRun,
  requestVerifyRun,
  getLedger,
  listAccountEntries,
  exportEntries,
  compareControl,
  getLedgerEntry,
  getApiDescription,
  getDocs,
} satisfies ContractFiles

type ContractOf<Name extends RouteName> = (typeof files)[Name]['contract']

export const contractOf = (name: RouteName): RouteContract => files[name].contract
export const docsOf = (name: RouteName): RouteDocs => files[name].docs()

/** What a caller of the route sends. */
export type CallOf<Name extends RouteName> = CallTo<ContractOf<Name>>

/** Everything that the route can answer, told apart by `status`, and refusals of one status by `body.code`. */
export type AnswerOf<Name extends RouteName> = SuccessOf<ContractOf<Name>> | RefusalOf<ContractOf<Name>>
