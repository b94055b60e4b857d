/**
 * All deployed routes of the console as one function. A template of CloudFormation may have 60 references to secrets, and each function has
 * some; operators are few. On this machine each route is a function, as serverless.yml has it (deploy/package/deployed.ts joins them).
 */
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { routes } from '../shared/contracts/routes.ts'
import type { HttpResult } from '../shared/http/index.ts'
import { handler as approvePayoutFile } from './api/approve-payout-file.ts'
import { handler as assignBreak } from './api/assign-break.ts'
import { handler as cancelPayout } from './api/cancel-payout.ts'
import { handler as cancelPayoutFile } from './api/cancel-payout-file.ts'
import { handler as compareControl } from './api/compare-control.ts'
import { handler as countPayments } from './api/count-payments.ts'
import { handler as decideBreak } from './api/decide-break.ts'
import { handler as exportEntries } from './api/export-entries.ts'
import { handler as findBatchItems } from './api/find-batch-items.ts'
import { handler as findBatches } from './api/find-batches.ts'
import { handler as findBreaks } from './api/find-breaks.ts'
import { handler as findPayments } from './api/find-payments.ts'
import { handler as findPayoutFiles } from './api/find-payout-files.ts'
import { handler as findPayouts } from './api/find-payouts.ts'
import { handler as findReconFiles } from './api/find-recon-files.ts'
import { handler as getConsumers } from './api/get-consumers.ts'
import { handler as getDeadLetter } from './api/get-dead-letter.ts'
import { handler as getLedger } from './api/get-ledger.ts'
import { handler as getLedgerEntry } from './api/get-ledger-entry.ts'
import { handler as getOperation } from './api/get-operation.ts'
import { handler as getOperatorPayment } from './api/get-operator-payment.ts'
import { handler as getOutbox } from './api/get-outbox.ts'
import { handler as getOverview } from './api/get-overview.ts'
import { handler as getReconOverview } from './api/get-recon-overview.ts'
import { handler as getSession } from './api/get-session.ts'
import { handler as getTimeline } from './api/get-timeline.ts'
import { handler as getVerifyRun } from './api/get-verify-run.ts'
import { handler as inspectBatch } from './api/inspect-batch.ts'
import { handler as inspectBreak } from './api/inspect-break.ts'
import { handler as inspectPayoutFile } from './api/inspect-payout-file.ts'
import { handler as inspectReconFile } from './api/inspect-recon-file.ts'
import { handler as listAccountEntries } from './api/list-account-entries.ts'
import { handler as listDeadLetters } from './api/list-dead-letters.ts'
import { handler as listFunds } from './api/list-funds.ts'
import { handler as lookUp } from './api/look-up.ts'
import { handler as notFound } from './api/not-found.ts'
import { handler as noteBreak } from './api/note-break.ts'
import { handler as operatorCapture } from './api/operator-capture.ts'
import { handler as operatorInquire } from './api/operator-inquire.ts'
import { handler as operatorRefund } from './api/operator-refund.ts'
import { handler as operatorVoid } from './api/operator-void.ts'
import { handler as proposeForBreak } from './api/propose-for-break.ts'
import { handler as redriveDeadLetter } from './api/redrive-dead-letter.ts'
import { handler as requestVerifyRun } from './api/request-verify-run.ts'
import { handler as retryBatch } from './api/retry-batch.ts'
import { handler as skipDeadLetter } from './api/skip-dead-letter.ts'
import { handler as sumBatchDays } from './api/sum-batch-days.ts'

type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<HttpResult>

/** A test names what is missing. */
export const handlers: Readonly<Record<string, Handler>> = {
  [routes.getSession]: getSession,
  [routes.getOverview]: getOverview,
  [routes.findPayments]: findPayments,
  [routes.countPayments]: countPayments,
  [routes.getOperatorPayment]: getOperatorPayment,
  [routes.operatorCapture]: operatorCapture,
  [routes.operatorRefund]: operatorRefund,
  [routes.operatorVoid]: operatorVoid,
  [routes.operatorInquire]: operatorInquire,
  [routes.getTimeline]: getTimeline,
  [routes.getOperation]: getOperation,
  [routes.lookUp]: lookUp,
  [routes.getOutbox]: getOutbox,
  [routes.getConsumers]: getConsumers,
  [routes.listDeadLetters]: listDeadLetters,
  [routes.getDeadLetter]: getDeadLetter,
  [routes.redriveDeadLetter]: redriveDeadLetter,
  [routes.skipDeadLetter]: skipDeadLetter,
  [routes.findBatches]: findBatches,
  [routes.sumBatchDays]: sumBatchDays,
  [routes.inspectBatch]: inspectBatch,
  [routes.findBatchItems]: findBatchItems,
  [routes.findPayouts]: findPayouts,
  [routes.findPayoutFiles]: findPayoutFiles,
  [routes.inspectPayoutFile]: inspectPayoutFile,
  [routes.listFunds]: listFunds,
  [routes.getReconOverview]: getReconOverview,
  [routes.findReconFiles]: findReconFiles,
  [routes.inspectReconFile]: inspectReconFile,
  [routes.findBreaks]: findBreaks,
  [routes.inspectBreak]: inspectBreak,
  [routes.retryBatch]: retryBatch,
  [routes.approvePayoutFile]: approvePayoutFile,
  [routes.cancelPayoutFile]: cancelPayoutFile,
  [routes.cancelPayout]: cancelPayout,
  [routes.assignBreak]: assignBreak,
  [routes.noteBreak]: noteBreak,
  [routes.proposeForBreak]: proposeForBreak,
  [routes.decideBreak]: decideBreak,
  [routes.getVerifyRun]: getVerifyRun,
  [routes.requestVerifyRun]: requestVerifyRun,
  [routes.getLedger]: getLedger,
  [routes.listAccountEntries]: listAccountEntries,
  [routes.exportEntries]: exportEntries,
  [routes.compareControl]: compareControl,
  [routes.getLedgerEntry]: getLedgerEntry,
}

export const handler: Handler = (event, context) => (handlers[event.routeKey] ?? notFound)(event, context)
