/** The whole HTTP contract as one table, a file for each route. docs/openapi.json and the types of the web's client are made from it. */
import type { CallTo, RefusalOf, RouteContract, RouteDocs, SuccessOf } from './route-contract.ts'
import * as advanceClock from './routes/advance-clock.ts'
import * as authorizePayment from './routes/authorize-payment.ts'
import * as capturePayment from './routes/capture-payment.ts'
import * as getAccount from './routes/get-account.ts'
import * as getApiDescription from './routes/get-api-description.ts'
import * as getBreak from './routes/get-break.ts'
import * as getDispute from './routes/get-dispute.ts'
import * as getDocs from './routes/get-docs.ts'
import * as getIdempotency from './routes/get-idempotency.ts'
import * as getInvariants from './routes/get-invariants.ts'
import * as getLiveness from './routes/get-liveness.ts'
import * as getMetrics from './routes/get-metrics.ts'
import * as getPayment from './routes/get-payment.ts'
import * as getReadiness from './routes/get-readiness.ts'
import * as getReconFile from './routes/get-recon-file.ts'
import * as getSettlement from './routes/get-settlement.ts'
import * as listAccounts from './routes/list-accounts.ts'
import * as listBreaks from './routes/list-breaks.ts'
import * as listDisputes from './routes/list-disputes.ts'
import * as listOperations from './routes/list-operations.ts'
import * as listPayments from './routes/list-payments.ts'
import * as listPayouts from './routes/list-payouts.ts'
import * as listReconFiles from './routes/list-recon-files.ts'
import * as listSettlementItems from './routes/list-settlement-items.ts'
import * as listSettlements from './routes/list-settlements.ts'
import * as refundPayment from './routes/refund-payment.ts'
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
