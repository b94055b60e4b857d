/** A payout file as pain.001.001.09 (ISO 20022). Always the same bytes for the same rows, so that it can be handed in again. */
import { createHash } from 'node:crypto'
import { type BankAccount, bankAccounts, PAYOUT_FILE_NAMESPACE } from '../contracts/bank.ts'
import { currencyExponent } from '../contracts/currency.ts'
import type { FiledPayout, PayoutFile, PayoutFileFormat } from '../settlement/ports.ts'

const OUR_NAME = 'payment-backend'
/** Payouts leave the account that `cash` stands for. */
const [OUR_ACCOUNT]: readonly [BankAccount, ...BankAccount[]] = bankAccounts
/** ISO 20022's word for a bank that the account already names. */
const NO_AGENT = 'NOTPROVIDED'

export const pain001: PayoutFileFormat = {
  write(file, payouts) {
    const xml = documentOf(file, payouts)
    return { xml, sha256: createHash('sha256').update(xml, 'utf8').digest('hex') }
  },
}

function documentOf(file: PayoutFile, payouts: readonly FiledPayout[]): string {
  const root = element('CstmrCdtTrfInitn', [headerOf(file), instructionOf(file, payouts)])
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${PAYOUT_FILE_NAMESPACE}">${root}</Document>\n`
}

const headerOf = (file: PayoutFile): string =>
  element('GrpHdr', [
    text('MsgId', file.fileId),
    text('CreDtTm', new Date(file.approvedAtMs!).toISOString()),
    totalsOf(file),
    element('InitgPty', [text('Nm', OUR_NAME)]),
  ])

const instructionOf = (file: PayoutFile, payouts: readonly FiledPayout[]): string =>
  element('PmtInf', [
    text('PmtInfId', file.fileId),
    text('PmtMtd', 'TRF'),
    totalsOf(file),
    element('ReqdExctnDt', [text('Dt', file.executeOn)]),
    element('Dbtr', [text('Nm', OUR_NAME)]),
    element('DbtrAcct', [accountOf(OUR_ACCOUNT)]),
    element('DbtrAgt', [element('FinInstnId', [element('Othr', [text('Id', NO_AGENT)])])]),
    ...payouts.map(payout => transferOf(payout, file.currency)),
  ])

const transferOf = ({ payoutId, merchantId, amountMinor, accountToken }: FiledPayout, currency: string): string =>
  element('CdtTrfTxInf', [
    element('PmtId', [text('EndToEndId', payoutId)]),
    element('Amt', [`<InstdAmt Ccy="${escaped(currency)}">${decimal(amountMinor, currency)}</InstdAmt>`]),
    element('Cdtr', [text('Nm', merchantId)]),
    element('CdtrAcct', [accountOf(accountToken)]),
  ])

const totalsOf = ({ payoutCount, totalMinor, currency }: PayoutFile): string =>
  text('NbOfTxs', String(payoutCount)) + text('CtrlSum', decimal(totalMinor, currency))

const accountOf = (id: string): string => element('Id', [element('Othr', [text('Id', id)])])

const element = (name: string, content: readonly string[]): string => `<${name}>${content.join('')}</${name}>`

const text = (name: string, value: string): string => element(name, [escaped(value)])

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

const escaped = (value: string): string => value.replaceAll(/[&<>"']/g, character => entities[character]!)

/** In the currency's own unit: 1999 minor units of USD are 19.99. */
export function decimal(amountMinor: number, currency: string): string {
  const decimals = currencyExponent(currency)
  if (decimals === undefined) throw new Error(`${currency} is no currency`)
  const digits = String(amountMinor).padStart(decimals + 1, '0')
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}
