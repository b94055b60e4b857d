/** Whether a payout file is taken: all of it, or nothing. */
import { type BankAccount, bankAccounts, bankName } from '../../shared/contracts/bank.ts'
import { currencyExponent } from '../../shared/contracts/currency.ts'
import { AMOUNT_MAX } from '../../shared/contracts/identifiers.ts'
import { dayOf, startOf } from '../service/days.ts'
import { decimalOf, wholeOf } from '../service/decimals.ts'
import type { PayoutFile, Texts } from './payout-file.ts'

/** A payout as a file asks for it. */
export interface PayoutOrder {
  endToEndId: string
  amountMinor: number
  currency: string
  debtorAccount: BankAccount
  account: string
  creditor: string
  requestedOn: string
  remittance: string | null
}

export type Judgement = { kind: 'fits'; orders: PayoutOrder[] } | { kind: 'rejected'; reason: string; count: number }

/** Why the whole file is rejected. */
class Unfit extends Error {}

export function judgeFile(file: PayoutFile): Judgement {
  try {
    return { kind: 'fits', orders: ordersIn(file) }
  } catch (error) {
    if (!(error instanceof Unfit)) throw error
    const count = file.groups.reduce((sum, { payments }) => sum + payments.length, 0)
    return { kind: 'rejected', reason: error.message, count }
  }
}

function ordersIn({ header, groups }: PayoutFile): PayoutOrder[] {
  for (const name of ['NbOfTxs', 'CtrlSum']) textAt(header, name, 'GrpHdr')
  const orders = groups.flatMap(ordersOfGroup)
  if (orders.length === 0) throw new Unfit('the file has no payments')
  checkTotals('GrpHdr', header, orders)
  const ids = new Set<string>()
  for (const { endToEndId } of orders) {
    if (ids.has(endToEndId)) throw new Unfit(`EndToEndId ${endToEndId} is there twice`)
    ids.add(endToEndId)
  }
  return orders
}

function ordersOfGroup({ texts, payments }: PayoutFile['groups'][number]): PayoutOrder[] {
  const method = textAt(texts, 'PmtMtd', 'PmtInf')
  if (method !== 'TRF') throw new Unfit(`PmtMtd is ${method}, and must be TRF`)
  const account = textAt(texts, 'DbtrAcct/Id/Othr/Id', 'PmtInf')
  const debtorAccount = bankAccounts.find(name => name === account)
  if (debtorAccount === undefined) throw new Unfit(`DbtrAcct ${account} is no account of yours`)
  const requestedOn = textAt(texts, 'ReqdExctnDt/Dt', 'PmtInf')
  if (!isDay(requestedOn)) throw new Unfit(`ReqdExctnDt ${requestedOn} is no day`)
  const orders = payments.map(payment => ({ ...orderIn(payment), debtorAccount, requestedOn }))
  checkTotals('PmtInf', texts, orders)
  return orders
}

function orderIn(payment: Texts): Omit<PayoutOrder, 'debtorAccount' | 'requestedOn'> {
  const endToEndId = textAt(payment, 'PmtId/EndToEndId', 'CdtTrfTxInf')
  if (!bankName.safeParse(endToEndId).success)
    throw new Unfit(`EndToEndId ${endToEndId} must be 1 to 35 letters, digits, dots, underscores and hyphens`)
  return {
    endToEndId,
    ...amountIn(payment, endToEndId),
    account: textAt(payment, 'CdtrAcct/Id/Othr/Id', endToEndId, 34),
    creditor: textAt(payment, 'Cdtr/Nm', endToEndId, 140),
    remittance: payment.has('RmtInf/Ustrd') ? textAt(payment, 'RmtInf/Ustrd', endToEndId, 140) : null,
  }
}

function amountIn(payment: Texts, endToEndId: string): { amountMinor: number; currency: string } {
  const currency = textAt(payment, 'Amt/InstdAmt@Ccy', endToEndId)
  const exponent = currencyExponent(currency)
  if (exponent === undefined) throw new Unfit(`${endToEndId}: ${currency} is no currency`)
  const text = textAt(payment, 'Amt/InstdAmt', endToEndId)
  const amountMinor = wholeOf(text, exponent)
  if (amountMinor === undefined || amountMinor < 1n || amountMinor > AMOUNT_MAX)
    throw new Unfit(`${endToEndId}: ${text} is no amount in ${currency}`)
  return { amountMinor: Number(amountMinor), currency }
}

/** More than any currency has. */
const SUM_DECIMALS = 4

/** What is declared is what is there: the number of payments, and the sum of their amounts whatever the currency. */
function checkTotals(where: string, texts: Texts, orders: readonly PayoutOrder[]): void {
  const [count, sum] = [texts.get('NbOfTxs'), texts.get('CtrlSum')]
  if (count !== undefined && (!/^\d{1,15}$/.test(count) || Number(count) !== orders.length))
    throw new Unfit(`NbOfTxs of ${where} is ${count}, and there are ${orders.length}`)
  const counted = orders.reduce((total, order) => total + inSum(order), 0n)
  if (sum !== undefined && wholeOf(sum, SUM_DECIMALS) !== counted)
    throw new Unfit(`CtrlSum of ${where} is ${sum}, and the amounts sum to ${decimalOf(counted, SUM_DECIMALS)}`)
}

const inSum = ({ amountMinor, currency }: PayoutOrder): bigint =>
  BigInt(amountMinor) * 10n ** BigInt(SUM_DECIMALS - currencyExponent(currency)!)

function textAt(texts: Texts, path: string, where: string, max = Number.POSITIVE_INFINITY): string {
  const text = texts.get(path)
  if (!text) throw new Unfit(`${where} has no ${path}`)
  if (text.length > max) throw new Unfit(`${path} of ${where} has more than ${max} characters`)
  return text
}

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && dayOf(startOf(text) || 0) === text
