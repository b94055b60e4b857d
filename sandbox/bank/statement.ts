/** A day of an account as camt.053.001.08, the same bytes each time: written from the journal alone. */
import { type BankAccount, type BankMovementKind, STATEMENT_NAMESPACE } from '../../shared/contracts/bank.ts'
import { currencyExponent } from '../../shared/contracts/currency.ts'
import { nextDay } from '../service/days.ts'
import { decimalOf } from '../service/decimals.ts'
import type { Movement } from './journal.ts'
import { leaf, node } from './xml.ts'

/** One currency of an account on a day. */
export interface CurrencyOfDay {
  currency: string
  /** Counts the days from the first movement, which is 1. */
  number: number
  /** Minor units, negative when the account is overdrawn. */
  openingMinor: bigint
  /** In the order of booking. */
  movements: readonly Movement[]
}

export interface DayOfAccount {
  account: BankAccount
  day: string
  /** None: nothing was booked on this account by the end of this day. */
  currencies: readonly CurrencyOfDay[]
}

/** ISO 20022's bank transaction codes: family and sub-family of the domain PMNT. */
const codes: Record<BankMovementKind, (isCredit: boolean) => [family: string, subFamily: string]> = {
  payout: () => ['ICDT', 'DMCT'],
  return: () => ['ICDT', 'RRTN'],
  deposit: () => ['RCDT', 'DMCT'],
  transfer: isCredit => [isCredit ? 'RCDT' : 'ICDT', 'BOOK'],
}

export function statementOf({ account, day, currencies }: DayOfAccount): string {
  const createdAt = leaf('CreDtTm', `${nextDay(day)}T00:00:00+09:00`)
  const header = node('GrpHdr', leaf('MsgId', `${account}-${compact(day)}`), createdAt)
  const statements = currencies.map(currency => statement(account, day, createdAt, currency))
  const document = node('BkToCstmrStmt', header, ...statements)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${STATEMENT_NAMESPACE}">${document}</Document>\n`
}

const compact = (day: string): string => day.replaceAll('-', '')

function statement(account: BankAccount, day: string, createdAt: string, of: CurrencyOfDay): string {
  const { currency, number, openingMinor, movements } = of
  const closingMinor = movements.reduce((sum, { amount }) => sum + BigInt(amount), openingMinor)
  return node(
    'Stmt',
    leaf('Id', `${account}-${currency}-${compact(day)}`),
    leaf('ElctrncSeqNb', String(number)),
    createdAt,
    node('FrToDt', leaf('FrDtTm', `${day}T00:00:00+09:00`), leaf('ToDtTm', `${day}T23:59:59+09:00`)),
    node('Acct', node('Id', node('Othr', leaf('Id', account))), leaf('Ccy', currency)),
    balance('OPBD', day, currency, openingMinor),
    balance('CLBD', day, currency, closingMinor),
    summary(currency, movements),
    ...movements.map(entry),
  )
}

const balance = (code: string, day: string, currency: string, minor: bigint): string =>
  node('Bal', node('Tp', node('CdOrPrtry', leaf('Cd', code))), ...amountOf(currency, minor), dateOf('Dt', day))

/** The sum is of amounts without their signs; the net is signed. */
function summary(currency: string, movements: readonly Movement[]): string {
  const sumOf = (of: readonly Movement[], each: (minor: number) => number) =>
    of.reduce((sum, { amount }) => sum + BigInt(each(amount)), 0n)
  const decimal = (minor: bigint) => decimalOf(minor, currencyExponent(currency)!)
  const counted = (of: readonly Movement[]) => [
    leaf('NbOfNtries', String(of.length)),
    leaf('Sum', decimal(sumOf(of, Math.abs))),
  ]
  const net = sumOf(movements, minor => minor)
  const sign = leaf('CdtDbtInd', net < 0n ? 'DBIT' : 'CRDT')
  const total = node('TtlNetNtry', leaf('Amt', decimal(net < 0n ? -net : net)), sign)
  return node(
    'TxsSummry',
    node('TtlNtries', ...counted(movements), total),
    node('TtlCdtNtries', ...counted(movements.filter(({ amount }) => amount > 0))),
    node('TtlDbtNtries', ...counted(movements.filter(({ amount }) => amount < 0))),
  )
}

/** An amount without its sign, and the sign. */
function amountOf(currency: string, minor: bigint): [string, string] {
  const decimal = decimalOf(minor < 0n ? -minor : minor, currencyExponent(currency)!)
  return [leaf('Amt', decimal, { Ccy: currency }), leaf('CdtDbtInd', minor < 0n ? 'DBIT' : 'CRDT')]
}

const dateOf = (name: string, day: string): string => node(name, leaf('Dt', day))

function entry(movement: Movement): string {
  const { kind, amount, currency, bankReference, bookedOn, valueOn } = movement
  const [family, subFamily] = codes[kind](amount > 0)
  return node(
    'Ntry',
    leaf('NtryRef', bankReference),
    ...amountOf(currency, BigInt(amount)),
    ...(kind === 'return' ? [leaf('RvslInd', 'true')] : []),
    node('Sts', leaf('Cd', 'BOOK')),
    dateOf('BookgDt', bookedOn),
    dateOf('ValDt', valueOn),
    leaf('AcctSvcrRef', bankReference),
    node('BkTxCd', node('Domn', leaf('Cd', 'PMNT'), node('Fmly', leaf('Cd', family), leaf('SubFmlyCd', subFamily)))),
    node('NtryDtls', details(movement)),
  )
}

function details({ kind, reference, messageId, amount, currency, party, partyAccount, remittance }: Movement): string {
  // Of a return the creditor is still who had been paid.
  const role = amount < 0 || kind === 'return' ? 'Cdtr' : 'Dbtr'
  return node(
    'TxDtls',
    node('Refs', ...(messageId === null ? [] : [leaf('MsgId', messageId)]), leaf('EndToEndId', reference)),
    ...amountOf(currency, BigInt(amount)),
    node(
      'RltdPties',
      node(role, node('Pty', leaf('Nm', party))),
      ...(partyAccount === null ? [] : [node(`${role}Acct`, node('Id', node('Othr', leaf('Id', partyAccount))))]),
    ),
    ...(remittance === null ? [] : [node('RmtInf', leaf('Ustrd', remittance))]),
  )
}
