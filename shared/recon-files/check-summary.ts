/** Whether the entries of a statement are those that its summary counts. */
import { ReconFileError } from '../reconciliation/ports.ts'
import { decimalOf, shown, sumMinorOf } from './amounts.ts'
import type { Texts } from './xml-reader.ts'

const ALL = 'TxsSummry/TtlNtries'
const CREDITS = 'TxsSummry/TtlCdtNtries'
const DEBITS = 'TxsSummry/TtlDbtNtries'

/** Those that are compared. The net has one name in version 02 and another one since. */
export const SUMMARY_TEXTS = [
  ...[ALL, CREDITS, DEBITS].flatMap(part => [`${part}/NbOfNtries`, `${part}/Sum`]),
  ...[`${ALL}/TtlNetNtry/Amt`, `${ALL}/TtlNetNtry/CdtDbtInd`, `${ALL}/TtlNetNtryAmt`, `${ALL}/CdtDbtInd`],
]

interface Sum {
  count: number
  minor: bigint
}

/** What the entries of a statement come to. */
export interface EntrySums {
  /** With the signs that count. */
  netMinor: bigint
  /** By the sign that is written. */
  credits: Sum
  debits: Sum
  /** `minor` has the sign that counts. */
  add(isDebit: boolean, minor: bigint): void
}

export const noSums = (): EntrySums => ({
  netMinor: 0n,
  credits: { count: 0, minor: 0n },
  debits: { count: 0, minor: 0n },
  add(isDebit, minor) {
    this.netMinor += minor
    const sum = isDebit ? this.debits : this.credits
    sum.count++
    sum.minor += minor < 0n ? -minor : minor
  },
})

/** What the summary does not say is not compared. */
export function checkSummary(texts: Texts, { netMinor, credits, debits }: EntrySums, currency: string): void {
  const all = { count: credits.count + debits.count, minor: credits.minor + debits.minor }
  checkCount(texts, ALL, all.count)
  checkCount(texts, CREDITS, credits.count)
  checkCount(texts, DEBITS, debits.count)
  // Some banks sum the entries without their signs, and some with them.
  checkSum(texts, ALL, [all.minor, netMinor, -netMinor], currency)
  checkSum(texts, CREDITS, [credits.minor], currency)
  checkSum(texts, DEBITS, [debits.minor, -debits.minor], currency)
  checkNet(texts, netMinor, currency)
}

function checkCount(texts: Texts, part: string, count: number): void {
  const counted = texts.get(`${part}/NbOfNtries`)
  if (counted !== undefined && !(/^\d+$/.test(counted) && Number(counted) === count))
    throw differs(`${part}/NbOfNtries`, counted, String(count))
}

/** `allowed`: the ways in which it may be written. */
function checkSum(texts: Texts, part: string, allowed: readonly bigint[], currency: string): void {
  const sum = texts.get(`${part}/Sum`)
  if (sum !== undefined && !allowed.includes(sumMinorOf(sum, currency, { padded: true })))
    throw differs(`${part}/Sum`, sum, decimalOf(allowed[0]!, currency))
}

function checkNet(texts: Texts, netMinor: bigint, currency: string): void {
  const amount = texts.get(`${ALL}/TtlNetNtry/Amt`) ?? texts.get(`${ALL}/TtlNetNtryAmt`)
  if (amount === undefined) return
  const sign = texts.get(`${ALL}/TtlNetNtry/CdtDbtInd`) ?? texts.get(`${ALL}/CdtDbtInd`)
  const said = sumMinorOf(amount, currency, { padded: true }) * (sign === 'DBIT' ? -1n : 1n)
  if (said !== netMinor) throw differs('the net of TxsSummry', amount, decimalOf(netMinor, currency))
}

const differs = (what: string, said: string, found: string): ReconFileError =>
  new ReconFileError(
    `${what} is ${shown(said)}, and the entries that are booked come to ${found}: ask for the statement again`,
  )
