/** Writes camt.053.001.08 statements by ISO 20022's schema and the bank's documentation, whole and broken. */
import { addDays, compact } from './days.ts'
import { type Currency, decimalText } from './money.ts'

export interface Movement {
  /** Minor units, signed as it changes the balance. */
  amount: number
  currency: Currency
  kind: 'payout' | 'return' | 'deposit' | 'transfer'
  /** Undefined: the bank gives none. */
  endToEndId?: string
  bankReference: string
  party: string
  partyAccount?: string
  remittance: string
  /** When the bank booked it, as it writes it. Undefined: the day alone. */
  bookedAt?: string
}

/** One `Ntry`: a movement, or several that the bank books together. */
export type Entry = readonly Movement[]

export interface CurrencyPart {
  currency: Currency
  number: number
  opening: number
  entries: readonly Entry[]
}

export interface Statement {
  account: 'operating' | 'safeguarded'
  day: string
  parts: readonly CurrencyPart[]
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, character => escapes[character]!)
const leaf = (name: string, text: string, attributes = ''): string => `<${name}${attributes}>${escaped(text)}</${name}>`
const node = (name: string, ...children: string[]): string => `<${name}>${children.join('')}</${name}>`

const money = (minor: number, currency: Currency): string =>
  leaf('Amt', decimalText(Math.abs(minor), currency), ` Ccy="${currency}"`) +
  leaf('CdtDbtInd', minor < 0 ? 'DBIT' : 'CRDT')

const balance = (code: string, day: string, minor: number, currency: Currency): string =>
  node('Bal', node('Tp', node('CdOrPrtry', leaf('Cd', code))), money(minor, currency), node('Dt', leaf('Dt', day)))

const families: Record<Movement['kind'], readonly [string, string]> = {
  payout: ['ICDT', 'DMCT'],
  return: ['ICDT', 'RRTN'],
  deposit: ['RCDT', 'DMCT'],
  transfer: ['ICDT', 'BOOK'],
}

function detail({ amount, currency, kind, endToEndId, party, partyAccount, remittance }: Movement): string {
  const role = amount < 0 || kind === 'return' ? 'Cdtr' : 'Dbtr'
  const account =
    partyAccount === undefined ? '' : node(`${role}Acct`, node('Id', node('Othr', leaf('Id', partyAccount))))
  return node(
    'TxDtls',
    endToEndId === undefined ? '' : node('Refs', leaf('EndToEndId', endToEndId)),
    money(amount, currency),
    node('RltdPties', node(role, node('Pty', leaf('Nm', party))), account),
    node('RmtInf', leaf('Ustrd', remittance)),
  )
}

const sumOf = (movements: readonly Movement[]): number => movements.reduce((sum, { amount }) => sum + amount, 0)

/** How banks write a moment of a day of Seoul: midnight is where another zone has another day. */
export const momentsOf = (day: string): string[] => [
  `${day}T00:00:00+09:00`,
  `${addDays(day, -1)}T15:00:00Z`,
  `${day}T23:59:59+09:00`,
  `${day}T23:59:59.999+09:00`,
  `${day}T14:59:59Z`,
  `${day}T12:00:00`,
]

function entryText(entry: Entry, day: string): string {
  const [first] = entry
  const { kind, currency, bankReference, bookedAt } = first!
  const booked = bookedAt === undefined ? leaf('Dt', day) : leaf('DtTm', bookedAt)
  const [family, subFamily] = families[kind]
  return node(
    'Ntry',
    leaf('NtryRef', bankReference),
    money(sumOf(entry), currency),
    kind === 'return' ? leaf('RvslInd', 'true') : '',
    node('Sts', leaf('Cd', 'BOOK')),
    node('BookgDt', booked),
    node('ValDt', leaf('Dt', day)),
    leaf('AcctSvcrRef', bankReference),
    node('BkTxCd', node('Domn', leaf('Cd', 'PMNT'), node('Fmly', leaf('Cd', family), leaf('SubFmlyCd', subFamily)))),
    node('NtryDtls', ...entry.map(detail)),
  )
}

const totalOf = (amounts: readonly number[], currency: Currency): string =>
  leaf('NbOfNtries', String(amounts.length)) +
  leaf(
    'Sum',
    decimalText(
      amounts.reduce((sum, amount) => sum + Math.abs(amount), 0),
      currency,
    ),
  )

function summary(entries: readonly Entry[], currency: Currency): string {
  const amounts = entries.map(sumOf)
  const net = amounts.reduce((sum, amount) => sum + amount, 0)
  const netText = node(
    'TtlNetNtry',
    leaf('Amt', decimalText(Math.abs(net), currency)),
    leaf('CdtDbtInd', net < 0 ? 'DBIT' : 'CRDT'),
  )
  return node(
    'TxsSummry',
    node('TtlNtries', totalOf(amounts, currency), netText),
    node(
      'TtlCdtNtries',
      totalOf(
        amounts.filter(amount => amount > 0),
        currency,
      ),
    ),
    node(
      'TtlDbtNtries',
      totalOf(
        amounts.filter(amount => amount < 0),
        currency,
      ),
    ),
  )
}

export const closingOf = ({ opening, entries }: Pick<CurrencyPart, 'opening' | 'entries'>): number =>
  entries.reduce((sum, entry) => sum + sumOf(entry), opening)

function part(account: string, day: string, made: string, of: CurrencyPart): string {
  const { currency, number, opening, entries } = of
  return node(
    'Stmt',
    leaf('Id', `${account}-${currency}-${compact(day)}`),
    leaf('ElctrncSeqNb', String(number)),
    made,
    node('FrToDt', leaf('FrDtTm', `${day}T00:00:00+09:00`), leaf('ToDtTm', `${day}T23:59:59+09:00`)),
    node('Acct', node('Id', node('Othr', leaf('Id', account))), leaf('Ccy', currency)),
    balance('OPBD', day, opening, currency),
    balance('CLBD', day, closingOf(of), currency),
    summary(entries, currency),
    ...entries.map(entry => entryText(entry, day)),
  )
}

export function statementText({ account, day, parts }: Statement): string {
  const made = leaf('CreDtTm', `${day}T23:59:59+09:00`)
  const header = node('GrpHdr', leaf('MsgId', `${account}-${compact(day)}`), made)
  const body = node('BkToCstmrStmt', header, ...parts.map(each => part(account, day, made, each)))
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">${body}</Document>\n`
}

/** What is wrong with a statement that must be refused whole. */
export const statementDamages = ['truncated', 'doctype', 'wrong-closing', 'day-missing', 'details-differ'] as const
export type StatementDamage = (typeof statementDamages)[number]

const doctype = '<!DOCTYPE Document [<!ENTITY one "1">]>\n'

/** Adds one to the first amount behind `before`, keeping its number of decimals. */
function raised(text: string, before: string): string {
  const from = text.indexOf('<Amt', text.indexOf(before))
  return (
    text.slice(0, from) +
    text.slice(from).replace(/>(\d+)([.\d]*)</, (_, whole, rest) => `>${Number(whole) + 1}${rest}<`)
  )
}

const damaged: Record<StatementDamage, (text: string) => string> = {
  truncated: text => text.slice(0, Math.floor(text.length * 0.9)),
  doctype: text => text.replace('<Document', `${doctype}<Document`),
  'wrong-closing': text => raised(text, '<Cd>CLBD</Cd>'),
  // Both balances move: it adds up, but for what the day before left.
  'day-missing': text => raised(raised(text, '<Cd>OPBD</Cd>'), '<Cd>CLBD</Cd>'),
  'details-differ': text => raised(text, '<TxDtls>'),
}

export const damagedStatement = (text: string, damage: StatementDamage): string => damaged[damage](text)
