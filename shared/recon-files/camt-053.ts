/** Reads a statement of a bank, camt.053 of the versions 02 to 08: one account, one day, a part for each currency. */
import { soldOn } from '../domain/business-days.ts'
import {
  type ReadContext,
  type ReadFile,
  type ReadLine,
  ReconFileError,
  type ReconLineKind,
} from '../reconciliation/ports.ts'
import { contentHashOf, dayOf, decimalOf, exponentOf, isName, minorOf, shown, sumMinorOf, sumOf } from './amounts.ts'
import { checkOpening, checkOrder } from './check-opening.ts'
import { checkSummary, type EntrySums, noSums, SUMMARY_TEXTS } from './check-summary.ts'
import { utf8Text } from './decode-text.ts'
import { type Texts, XmlReader } from './xml-reader.ts'

const NAMESPACE = /^urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.0[2-8]$/
const STATEMENT = 'Document/BkToCstmrStmt/Stmt'
const ACCOUNT = `${STATEMENT}/Acct`
const BALANCE = `${STATEMENT}/Bal`
const ENTRY = `${STATEMENT}/Ntry`
const DETAILS = `${ENTRY}/NtryDtls/TxDtls`

const PARTIES = ['Dbtr', 'Cdtr'] as const
/** Of a detail: the first that is in the currency of the statement. */
const DETAIL_AMOUNTS = ['Amt', 'AmtDtls/TxAmt/Amt', 'AmtDtls/CntrValAmt/Amt', 'AmtDtls/InstdAmt/Amt']
/** The first that is there. */
const REMITTANCES = ['RmtInf/Ustrd', 'RmtInf/Strd/CdtrRefInf/Ref', 'AddtlTxInf']
const kept = new Set([
  ...['Id/Othr/Id', 'Id/IBAN', ...SUMMARY_TEXTS],
  ...['Tp/CdOrPrtry/Cd', 'Tp/SubTp/Cd', 'Dt/Dt', 'Dt/DtTm'],
  ...['Amt', 'CdtDbtInd', 'RvslInd', 'Sts', 'Sts/Cd', 'AcctSvcrRef'],
  ...['BookgDt/Dt', 'BookgDt/DtTm', 'ValDt/Dt', 'ValDt/DtTm'],
  ...[...DETAIL_AMOUNTS, 'Refs/EndToEndId', 'Refs/AcctSvcrRef', ...REMITTANCES],
  ...PARTIES.flatMap(role => [`RltdPties/${role}Acct/Id/Othr/Id`, `RltdPties/${role}Acct/Id/IBAN`]),
])

export async function* readCamt053(
  bytes: AsyncIterable<Uint8Array>,
  context: ReadContext,
): AsyncGenerator<ReadLine, ReadFile, void> {
  const reader = new StatementReader(context)
  const xml = new XmlReader(
    {
      ...{ namespace: NAMESPACE, parts: [STATEMENT, ACCOUNT, BALANCE, ENTRY, DETAILS], kept },
      opened: path => reader.opened(path),
      closed: (path, texts, around) => reader.closed(path, texts, around),
    },
    'Document',
  )
  for await (const text of utf8Text(bytes)) {
    xml.write(text)
    yield* reader.taken()
  }
  xml.end()
  yield* reader.taken()
  return reader.end()
}

interface Balance {
  day: string
  currency: string
  minor: bigint
}

/** A part of the file: one currency. */
interface Statement {
  /** It comes before everything else. */
  account: string
  balances: Map<string, Balance>
  /** Its balances, once the first entry or its end has come. */
  known: KnownStatement | undefined
  sums: EntrySums
}

interface KnownStatement {
  day: string
  currency: string
  openingMinor: bigint
  closingMinor: bigint
  lineCount: number
  /** Of the lines, the first balance of an account included. */
  netMinor: bigint
  /** Whether the account has no statement in this currency yet: what it opens with is a line. */
  isFirst: boolean
}

/** The entry that is being read. */
interface Entry {
  detailCount: number
  sumMinor: bigint
  /** It is a line by itself only when others follow. */
  firstDetail: Texts | undefined
}

class StatementReader {
  readonly #context: ReadContext
  readonly #account: string
  #lines: ReadLine[] = []
  readonly #done: KnownStatement[] = []
  /** Of statements that are left out. */
  readonly #otherAccounts: string[] = []
  #statement: Statement = noStatement()
  #entry: Entry = noEntry()

  constructor(context: ReadContext) {
    this.#context = context
    this.#account = context.source.bankAccount!
  }

  /** The lines since the last time. */
  taken(): ReadLine[] {
    const lines = this.#lines
    this.#lines = []
    return lines
  }

  opened(path: string): void {
    if (path === STATEMENT) this.#statement = noStatement()
    if (path === ENTRY) this.#entry = noEntry()
  }

  closed(path: string, texts: Texts, around: Texts): void {
    if (path === ACCOUNT) this.#statement.account = texts.get('Id/Othr/Id') ?? texts.get('Id/IBAN') ?? ''
    const { account } = this.#statement
    if (account === this.#account) this.#closedOwn(path, texts, around)
    else if (path === STATEMENT) this.#otherAccounts.push(account)
  }

  #closedOwn(path: string, texts: Texts, around: Texts): void {
    if (path === BALANCE) this.#addBalance(texts)
    if (path === DETAILS && isBooked(around)) this.#addDetails(texts, around)
    if (path === ENTRY && isBooked(texts)) this.#endEntry(texts)
    if (path === STATEMENT) this.#endStatement(texts)
  }

  end(): ReadFile {
    const [first] = this.#done
    if (first === undefined) throw this.#nothing()
    const totals = this.#done.map(({ currency, lineCount, netMinor, openingMinor, closingMinor, isFirst }) => ({
      ...{ currency, lineCount, netMinor: sumOf(netMinor, currency) },
      openingMinor: isFirst ? 0 : sumOf(openingMinor, currency),
      closingMinor: sumOf(closingMinor, currency),
    }))
    return { externalId: `${this.#account}:${first.day}`, revision: 1, day: first.day, dueOn: null, totals }
  }

  #nothing(): ReconFileError {
    const [other] = this.#otherAccounts
    return new ReconFileError(
      other === undefined
        ? 'the file has no statement: there is nothing to import'
        : `the statement is of the account ${shown(other)}, and the source has ${this.#account}: hand it in there`,
    )
  }

  #addBalance(texts: Texts): void {
    const code = texts.get('Tp/CdOrPrtry/Cd')
    if (code !== 'OPBD' && code !== 'PRCD' && code !== 'CLBD') return
    if (texts.get('Tp/SubTp/Cd') === 'INTM')
      throw new ReconFileError(`${code} is that of a page (INTM): ask for the whole statement of the day in one file`)
    const currency = texts.get('Amt@Ccy') ?? ''
    const minor = sumMinorOf(textAt(texts, 'Amt'), currency, { padded: true })
    const { balances } = this.#statement
    if (balances.has(code)) throw new ReconFileError(`${code} is there twice: a statement has one`)
    balances.set(code, { day: this.#dayAt(texts, 'Dt'), currency, minor: signOf(texts) * absolute(minor) })
  }

  /** From the first entry on the balances count. */
  #known(): KnownStatement {
    const { balances } = this.#statement
    this.#statement.known ??= this.#begin(balances.get('OPBD') ?? balances.get('PRCD'), balances.get('CLBD'))
    return this.#statement.known
  }

  #begin(opening: Balance | undefined, closing: Balance | undefined): KnownStatement {
    if (opening === undefined || closing === undefined)
      throw new ReconFileError(
        `the statement has no ${opening === undefined ? 'OPBD or PRCD' : 'CLBD'} before its entries: ask for the whole statement of the day`,
      )
    const { day, currency, minor: closingMinor } = closing
    exponentOf(currency)
    if (opening.currency !== currency)
      throw new ReconFileError(
        `the statement opens in ${opening.currency} and closes in ${currency}: it must have one currency`,
      )
    const [first] = this.#done
    if (this.#done.some(other => other.currency === currency))
      throw new ReconFileError(`${currency} has two statements: hand in each account and day by itself`)
    if (first !== undefined && first.day !== day)
      throw new ReconFileError(
        `a statement is of ${day}, and one before it of ${first.day}: hand in each day by itself`,
      )
    checkOrder(day, this.#context.closings)
    const isFirst = checkOpening({ currency, day, openingMinor: opening.minor }, this.#context.closings)
    const known = { day, currency, openingMinor: opening.minor, closingMinor, lineCount: 0, netMinor: 0n, isFirst }
    if (isFirst && opening.minor !== 0n) this.#addOpening(known)
    return known
  }

  #addOpening(known: KnownStatement): void {
    const { day, currency, openingMinor } = known
    const amountMinor = sumOf(openingMinor, currency)
    this.#add(known, {
      ...{
        lineKey: this.#keyOf(known, 'opening'),
        matchKey: '',
        kind: 'opening',
        amountMinor,
        currency,
        bookedOn: day,
      },
      ...{
        valueOn: day,
        partyAccount: null,
        remittance: null,
        contentHash: contentHashOf(['opening', amountMinor, currency]),
      },
    })
  }

  #addDetails(texts: Texts, around: Texts): void {
    const entry = this.#entry
    entry.detailCount++
    if (entry.detailCount === 1) {
      entry.firstDetail = texts
      return
    }
    if (entry.detailCount === 2) this.#addLine(entry.firstDetail!, around, this.#ownMinor(entry.firstDetail!, around))
    this.#addLine(texts, around, this.#ownMinor(texts, around))
  }

  #endEntry(texts: Texts): void {
    const known = this.#known()
    const minor = this.#entryMinor(texts)
    const { detailCount, firstDetail = texts, sumMinor } = this.#entry
    if (detailCount <= 1) this.#addLine(firstDetail, texts, this.#minorOfOnly(firstDetail, texts, minor))
    else if (sumMinor !== minor)
      throw new ReconFileError(
        `the TxDtls of an entry of ${decimalOf(minor, known.currency)} sum to ${decimalOf(sumMinor, known.currency)}: ask for the statement again`,
      )
    this.#statement.sums.add(texts.get('CdtDbtInd') === 'DBIT', minor)
  }

  /**
   * That of the entry, which the balances prove. Of what its one detail says in the currency of the statement, one amount must be as
   * much, unless it says nothing but 0: it may be for a part of the entry otherwise.
   */
  #minorOfOnly(detail: Texts, entry: Texts, minor: bigint): bigint {
    if (detail === entry) return minor
    const { currency } = this.#known()
    const said = amountsIn(detail, currency).map(text => this.#unsignedMinor(text))
    if (said.length > 0 && said.some(each => each !== 0n) && !said.includes(absolute(minor)))
      throw new ReconFileError(
        `the TxDtls of an entry of ${decimalOf(minor, currency)} has ${decimalOf(said[0]!, currency)}: ask for the statement again`,
      )
    return minor
  }

  #entryMinor(entry: Texts): bigint {
    const { currency } = this.#known()
    if (entry.get('Amt@Ccy') !== currency)
      throw new ReconFileError(`an entry is in ${shown(entry.get('Amt@Ccy') ?? '')}, and the statement in ${currency}`)
    return this.#signed(entry, entry, textAt(entry, 'Amt'))
  }

  #ownMinor(detail: Texts, entry: Texts): bigint {
    const { currency } = this.#known()
    const [text] = amountsIn(detail, currency)
    if (text === undefined)
      throw new ReconFileError(
        `one of several TxDtls has no amount in ${currency}: ask for a statement with the amount of each`,
      )
    return this.#signed(detail.has('CdtDbtInd') ? detail : entry, entry, text)
  }

  #signed(signs: Texts, entry: Texts, text: string): bigint {
    const minor = this.#unsignedMinor(text)
    const sign = signOf(signs)
    return (this.#isTurned(entry) ? -sign : sign) * minor
  }

  #unsignedMinor(text: string): bigint {
    const minor = BigInt(minorOf(text, this.#known().currency, { padded: true }))
    if (minor >= 0n) return minor
    throw new ReconFileError(`the amount ${text} has a sign: CdtDbtInd says it, ask for a valid statement`)
  }

  #isTurned(entry: Texts): boolean {
    return this.#context.source.reversalRule === 'turns' && isReversal(entry)
  }

  #addLine(detail: Texts, entry: Texts, minor: bigint): void {
    const known = this.#known()
    this.#entry.sumMinor += minor
    const amountMinor = Number(minor)
    const kind: ReconLineKind = isReversal(entry) ? 'return' : minor < 0n ? 'debit' : 'credit'
    const said = {
      ...{ matchKey: matchKeyOf(detail), kind, amountMinor, currency: known.currency },
      bookedOn: this.#dayAt(entry, 'BookgDt'),
      valueOn: hasDay(entry, 'ValDt') ? this.#dayAt(entry, 'ValDt') : null,
      ...{ partyAccount: partyAccountOf(detail, kind, amountMinor), remittance: remittanceOf(detail) },
    } as const
    const references = [entry.get('AcctSvcrRef') ?? null, detail.get('Refs/AcctSvcrRef') ?? null]
    const contentHash = contentHashOf([...references, ...Object.values(said)])
    this.#add(known, { ...said, lineKey: this.#keyOf(known, known.lineCount + 1), contentHash })
  }

  #keyOf({ day, currency }: KnownStatement, place: number | 'opening'): string {
    return `${this.#account}:${day}:${currency}:${place}`
  }

  #add(known: KnownStatement, line: Omit<ReadLine, 'feeMinor' | 'vatMinor' | 'netMinor' | 'batchRef'>): void {
    known.lineCount++
    known.netMinor += BigInt(line.amountMinor)
    this.#lines.push({ ...line, feeMinor: 0, vatMinor: 0, netMinor: line.amountMinor, batchRef: null })
  }

  #endStatement(texts: Texts): void {
    const known = this.#known()
    const { currency, closingMinor, openingMinor } = known
    const { sums } = this.#statement
    if (openingMinor + sums.netMinor !== closingMinor)
      throw new ReconFileError(
        `${currency} opens with ${decimalOf(openingMinor, currency)}, its entries sum to ${decimalOf(sums.netMinor, currency)}, and it closes with ${decimalOf(closingMinor, currency)}: an entry is missing, or the source's reversal rule is wrong`,
      )
    checkSummary(texts, sums, currency)
    this.#done.push(known)
  }

  #dayAt(texts: Texts, path: string): string {
    const day = texts.get(`${path}/Dt`)
    // The schema allows an offset there, too. It changes nothing: the day is that of the bank.
    if (day !== undefined) return dayOf(day.replace(OFFSET, ''))
    const moment = texts.get(`${path}/DtTm`)
    if (moment === undefined) throw new ReconFileError(`${path} is missing: ask for a valid statement`)
    return this.#dayOfMoment(moment)
  }

  /** A time without an offset is of the bank's own clock. */
  #dayOfMoment(moment: string): string {
    if (!OFFSET.test(moment)) return dayOf(moment.slice(0, 10))
    const atMs = Date.parse(moment)
    if (Number.isNaN(atMs)) throw new ReconFileError(`${shown(moment)} is no time: ask for a valid statement`)
    return soldOn(atMs, { timezone: this.#context.source.timezone, cutoff: '24:00' })
  }
}

const OFFSET = /(?:Z|[+-]\d{2}:\d{2})$/

const noStatement = (): Statement => ({ account: '', balances: new Map(), known: undefined, sums: noSums() })
const noEntry = (): Entry => ({ detailCount: 0, sumMinor: 0n, firstDetail: undefined })

const hasDay = (texts: Texts, path: string): boolean => texts.has(`${path}/Dt`) || texts.has(`${path}/DtTm`)

const absolute = (minor: bigint): bigint => (minor < 0n ? -minor : minor)

function textAt(texts: Texts, path: string): string {
  const text = texts.get(path)
  if (text === undefined) throw new ReconFileError(`${path} is missing: ask for a valid statement`)
  return text
}

const signs = new Map([
  ['CRDT', 1n],
  ['DBIT', -1n],
])

function signOf(texts: Texts): bigint {
  const sign = signs.get(texts.get('CdtDbtInd') ?? '')
  if (sign === undefined) throw new ReconFileError('CdtDbtInd must be CRDT or DBIT: ask for a valid statement')
  return sign
}

const isReversal = (entry: Texts): boolean => ['true', '1'].includes(entry.get('RvslInd') ?? '')

const otherStates = ['PDNG', 'INFO', 'FUTR']

/** What is only announced is no line, and does not count. */
function isBooked(entry: Texts): boolean {
  const state = entry.get('Sts/Cd') || entry.get('Sts') || ''
  if (state !== 'BOOK' && !otherStates.includes(state))
    throw new ReconFileError(`Sts ${shown(state)} is not known: it must be BOOK, ${otherStates.join(' or ')}`)
  return state === 'BOOK'
}

/** What a detail says in this currency. */
const amountsIn = (detail: Texts, currency: string): string[] =>
  DETAIL_AMOUNTS.filter(path => detail.get(`${path}@Ccy`) === currency).map(path => textAt(detail, path))

/** ISO 20022's word for an end-to-end id that nobody gave. */
const NOT_PROVIDED = 'NOTPROVIDED'

/** One that could be none of ours is none. */
function matchKeyOf(detail: Texts): string {
  const name = detail.get('Refs/EndToEndId') ?? ''
  return name === NOT_PROVIDED || !isName(name) ? '' : name
}

/** Who pays us is the debtor, and whom we pay the creditor; of what came back it is still so. */
function partyAccountOf(detail: Texts, kind: ReconLineKind, amountMinor: number): string | null {
  const role = amountMinor < 0 === (kind === 'return') ? 'Dbtr' : 'Cdtr'
  const account = detail.get(`RltdPties/${role}Acct/Id/Othr/Id`) ?? detail.get(`RltdPties/${role}Acct/Id/IBAN`) ?? ''
  return isName(account) ? account : null
}

const REMITTANCE_CHARACTERS_MAX = 200

function remittanceOf(detail: Texts): string | null {
  const text = REMITTANCES.map(path => detail.get(path)).find(each => each) ?? ''
  return [...text].slice(0, REMITTANCE_CHARACTERS_MAX).join('') || null
}
